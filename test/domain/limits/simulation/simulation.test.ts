import { describe, expect, it } from 'vitest';
import type { LimitMutation } from './limit-world.ts';
import { simulateLimits } from './simulate-limits.ts';

/** SIM_SEED replays one world; SIM_SEEDS plays more of them. */
const single = process.env.SIM_SEED;
const count = Number(process.env.SIM_SEEDS ?? 1_000);

async function firstFailure(
  seeds: Iterable<number>,
  mutation?: LimitMutation,
  happened = new Set<string>(),
): Promise<string | undefined> {
  for (const seed of seeds) {
    try {
      for (const what of await simulateLimits(seed, mutation)) happened.add(what);
    } catch (error) {
      return `SIM_SEED=${seed}: ${(error as Error).stack}`;
    }
  }
  return undefined;
}

const seedsTo = (end: number): number[] => Array.from({ length: end }, (_, index) => index + 1);

const mustHappen = [
  'death',
  'zombie',
  'given up',
  'limit.near',
  'limit.reached',
  'account.suspended',
  'account.resumed',
  'cycle_ended',
  'limit_raised',
  'plan_changed',
  'told again after a death',
];

describe('limits, whatever happens', () => {
  it('suspend whom they should for as long as they should, and tell each threshold', async () => {
    const happened = new Set<string>();
    expect(
      await firstFailure(single ? [Number(single)] : seedsTo(count), undefined, happened),
    ).toBeUndefined();
    if (count >= 100 && !single) expect(mustHappen.filter((what) => !happened.has(what))).toEqual([]);
  }, 600_000);

  it.each<LimitMutation>([
    'no-revision',
    'mark-before-send',
    'mark-before-tell',
    'no-second-look',
    'stale-configuration',
    'no-condition',
    'only-counted',
    'no-net',
  ])(
    'is found out where it is built wrong: %s',
    async (mutation) => {
      expect(await firstFailure(seedsTo(count), mutation)).toMatch(/^SIM_SEED=\d+: AssertionError/);
    },
    600_000,
  );
});
