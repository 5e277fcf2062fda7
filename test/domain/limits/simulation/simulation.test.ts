import { describe, expect, it } from 'vitest';
import type { LimitMutation } from './limit-world.ts';
import { simulateLimits } from './simulate-limits.ts';

/** TIDEGATE_SEED replays one world; TIDEGATE_SEEDS plays more of them. */
const single = process.env.TIDEGATE_SEED;
const count = Number(process.env.TIDEGATE_SEEDS ?? 1_000);

async function firstFailure(seeds: Iterable<number>, mutation?: LimitMutation): Promise<string | undefined> {
  for (const seed of seeds) {
    try {
      await simulateLimits(seed, mutation);
    } catch (error) {
      return `TIDEGATE_SEED=${seed}: ${(error as Error).stack}`;
    }
  }
  return undefined;
}

const seedsTo = (end: number): number[] => Array.from({ length: end }, (_, index) => index + 1);

describe('limits, whatever happens', () => {
  it('suspend whom they should for as long as they should, and tell each threshold', async () => {
    expect(await firstFailure(single ? [Number(single)] : seedsTo(count))).toBeUndefined();
  }, 300_000);

  it.each<LimitMutation>([
    'no-revision',
    'mark-before-send',
    'mark-before-tell',
    'no-second-look',
    'no-confirmation',
    'no-condition',
    'only-counted',
  ])(
    'is found out where it is built wrong: %s',
    async (mutation) => {
      expect(await firstFailure(seedsTo(count), mutation)).toContain('TIDEGATE_SEED');
    },
    300_000,
  );
});
