/** A shard as ListShards names it. */
export interface ListedShard {
  id: string;
  parents: string[];
}

/**
 * Which shards may be read: those whose parents are drained. "Lambda processes the parent shards before the
 * children", so that the records of a partition key stay in order over a split or merge. A parent that is no
 * longer listed has expired, and nothing of it can be read.
 */
export function readableShards(listed: ListedShard[], drained: ReadonlySet<string>): string[] {
  const open = new Set(listed.filter(({ id }) => !drained.has(id)).map(({ id }) => id));
  return listed
    .filter(({ id, parents }) => open.has(id) && !parents.some((parent) => open.has(parent)))
    .map(({ id }) => id);
}

/** Which of N lanes a partition key belongs to; the same for ever, so that its records stay in order. */
export function laneOf(partitionKey: string, lanes: number): number {
  if (lanes === 1) return 0;
  // FNV-1a: spreads keys that differ in one character.
  let hash = 0x811c9dc5;
  for (let index = 0; index < partitionKey.length; index += 1) {
    hash = Math.imul(hash ^ partitionKey.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash % lanes;
}
