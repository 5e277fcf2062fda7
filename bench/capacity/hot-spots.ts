import { createHash } from 'node:crypto';
import { streamPartition } from '../../domain/metering/intake/stream-partition.ts';
import type { Part, Table } from '../report.ts';
import { drawUuid, seeded } from '../seeded.ts';

const accountCount = 100_000;
const shardCounts = [4, 16, 64, 128];
const lanesPerShard = 10;

/** How traffic is spread: every account alike, or by Zipf's law, where the n-th largest has a share of 1/n. */
const spreads: { name: string; tenants: number; weight: (rank: number) => number }[] = [
  { name: 'one tenant, accounts alike', tenants: 1, weight: () => 1 },
  { name: 'one tenant, Zipf accounts', tenants: 1, weight: (rank) => 1 / rank },
  { name: '100 tenants, accounts alike', tenants: 100, weight: () => 1 },
  { name: '100 tenants, Zipf accounts', tenants: 100, weight: (rank) => 1 / rank },
];

/** How unevenly accounts load shards and lanes, by the real partition keys and Kinesis' own MD5 ranges. */
export const hotSpots: Part = async ({ seed, progress }) => {
  const table: Table = {
    title: 'Hot spots: the busiest shard and lane',
    columns: [
      'traffic',
      'shards',
      'busiest shard over the mean',
      'busiest lane over the mean',
      'largest account’s share',
    ],
    rows: [],
    notes: [
      `${accountCount.toLocaleString('en-US')} accounts, partition keys tenant/0 to tenant/63, MD5 of the key over equal shards, ${lanesPerShard} lanes a shard.`,
      'A shard takes 1 MiB/s; what its busiest neighbour takes over the mean is what has to be provided beyond the sum.',
    ],
  };
  for (const { name, tenants, weight } of spreads) {
    progress(`hot spots: ${name}`);
    const load = loadByKey(tenants, weight, seed);
    const total = [...load.values()].reduce((sum, share) => sum + share, 0);
    const largest = weight(1) / total;
    for (const shards of shardCounts) {
      table.rows.push([
        name,
        shards,
        unevenness(load, shards),
        unevenness(load, shards * lanesPerShard),
        largest,
      ]);
    }
  }
  return [table];
};

/** Partition key -> load. */
function loadByKey(tenants: number, weight: (rank: number) => number, seed: number): Map<string, number> {
  const random = seeded(seed);
  const load = new Map<string, number>();
  for (let rank = 1; rank <= accountCount; rank++) {
    const key = `T${Math.floor(random() * tenants)}/${streamPartition(drawUuid(random))}`;
    load.set(key, (load.get(key) ?? 0) + weight(rank));
  }
  return load;
}

/** The fullest of so many equal ranges of the MD5 space, over their mean. */
function unevenness(load: Map<string, number>, ranges: number): number {
  const full = new Float64Array(ranges);
  for (const [key, share] of load) {
    const place = createHash('md5').update(key).digest().readUInt32BE(0) / 2 ** 32;
    full[Math.floor(place * ranges)]! += share;
  }
  const sum = full.reduce((total, share) => total + share, 0);
  return (Math.max(...full) * ranges) / sum;
}
