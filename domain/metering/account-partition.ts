import { registryPartitions } from './account-registry.ts';

/** The registry partition of an account, 0 to 15: FNV-1a over its UTF-16 code units. */
export function accountPartition(accountId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < accountId.length; index++) {
    hash = Math.imul(hash ^ accountId.charCodeAt(index), 0x01000193);
  }
  // The low bits of FNV-1a depend on the low bits of the text alone: fold the high ones in.
  return ((hash ^ (hash >>> 16)) >>> 0) % registryPartitions;
}

/** A partition as keys write it: two digits. */
export const formatPartition = (partition: number): string => String(partition).padStart(2, '0');
