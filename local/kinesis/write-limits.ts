/** What AWS lets a shard take: 1,000 records and 1 MiB a second, kept as two buckets of one second each. */
const recordsPerSecond = 1_000;
const bytesPerSecond = 1_048_576;

export interface WriteLimits {
  /** Takes one record's share of the shard's second; false where it is used up. */
  take(shardKey: string, bytes: number): boolean;
}

export function awsWriteLimits(now: () => number): WriteLimits {
  const buckets = new Map<string, { at: number; records: number; bytes: number }>();
  return {
    take(shardKey, size) {
      const at = now();
      const bucket = buckets.get(shardKey) ?? { at, records: recordsPerSecond, bytes: bytesPerSecond };
      const seconds = Math.max(0, at - bucket.at) / 1_000;
      bucket.at = at;
      bucket.records = Math.min(recordsPerSecond, bucket.records + seconds * recordsPerSecond);
      bucket.bytes = Math.min(bytesPerSecond, bucket.bytes + seconds * bytesPerSecond);
      buckets.set(shardKey, bucket);
      if (bucket.records < 1 || bucket.bytes < size) return false;
      bucket.records -= 1;
      bucket.bytes -= size;
      return true;
    },
  };
}

export const noWriteLimits: WriteLimits = { take: () => true };
