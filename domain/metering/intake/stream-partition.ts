/** A tenant's events are spread over this many partitions of the stream by their account. */
export const streamPartitions = 64;

/**
 * The partition of an account's events (of the device's, where an event has no account), 0 to 63. It is part of
 * the stored layout and never changes: FNV-1a over the UTF-16 units, finished as MurmurHash3 does, since FNV
 * alone leaves the low bits of similar ids alike.
 */
export function streamPartition(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & (streamPartitions - 1);
}
