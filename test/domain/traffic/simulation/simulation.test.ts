import { describe, expect, it } from 'vitest';
import { simulateTraffic } from './simulate-traffic.ts';
import type { TrafficMutation } from './traffic-world.ts';

/** SIM_SEED replays one world; SIM_SEEDS plays more of them. */
const single = process.env.SIM_SEED;
const count = Number(process.env.SIM_SEEDS ?? 300);

async function firstFailure(
  seeds: Iterable<number>,
  mutation?: TrafficMutation,
  happened = new Set<string>(),
): Promise<string | undefined> {
  for (const seed of seeds) {
    try {
      for (const what of await simulateTraffic(seed, mutation)) happened.add(what);
    } catch (error) {
      return `SIM_SEED=${seed}: ${(error as Error).stack}`;
    }
  }
  return undefined;
}

const seedsTo = (end: number): number[] => Array.from({ length: end }, (_, index) => index + 1);

const mustHappen = [
  'death',
  'failure',
  'judged again',
  'loss',
  'partial',
  'partial failure',
  'true zero',
  'zombie',
];

describe('traffic, whatever happens', () => {
  it('is counted once, complete when it says so, and judged again when more comes', async () => {
    const happened = new Set<string>();
    expect(
      await firstFailure(single ? [Number(single)] : seedsTo(count), undefined, happened),
    ).toBeUndefined();
    if (count >= 100 && !single) expect(mustHappen.filter((what) => !happened.has(what))).toEqual([]);
  }, 600_000);

  it.each<TrafficMutation>([
    'no-condition',
    'all-or-nothing',
    'heartbeats-first',
    'no-mark',
    'mark-before-count',
    'mark-what-was-added',
    'no-gap',
    'one-shard-is-enough',
  ])(
    'is found out where it is built wrong: %s',
    async (mutation) => {
      expect(await firstFailure(seedsTo(Math.max(count, 1_000)), mutation)).toMatch(
        /^SIM_SEED=\d+: AssertionError/,
      );
    },
    600_000,
  );
});
