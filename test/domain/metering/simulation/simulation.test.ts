import { describe, expect, it, vi } from 'vitest';
import { simulate, type WorldEvent } from './simulate.ts';

vi.hoisted(() => {
  // The module makes its real adapters when it is loaded; the simulation gives it others.
  Object.assign(process.env, {
    USAGE_TABLE: 'usage',
    TENANTS_TABLE: 'tenants',
    QUARANTINE_BUCKET: 'quarantine',
    ACCOUNTS_TABLE: 'accounts',
    TRAFFIC_TABLE: 'traffic',
    LIMIT_QUEUE_URL: 'https://queue.example/limits.fifo',
    STREAM_RETENTION_HOURS: '168',
    AWS_REGION: 'eu-central-1',
  });
});
const { createHandler } = await import('../../../../functions/record-usage.ts');

/** SIM_SEED=n plays that world alone, SIM_SEEDS=n the worlds 1 to n. */
const only = process.env.SIM_SEED;
const worlds = Number(process.env.SIM_SEEDS ?? 2_000);
const seeds = only ? [Number(only)] : Array.from({ length: worlds }, (_, index) => index + 1);

const mustHappen: WorldEvent[] = [
  'throttle',
  'crash',
  'lost answer',
  'repeated write',
  'unprocessed key',
  'stale read',
  'refused condition',
  'sealed page',
  'split or merge',
  'zombie',
  'leap',
  'window forgotten',
  'new key',
  'new configuration',
  'beyond the horizon',
];

describe('usage, simulated', () => {
  it(`is exact in ${only ? `world ${only}` : `${worlds} worlds`}`, { timeout: 600_000 }, async () => {
    const happened = new Map<WorldEvent, number>();
    for (const seed of seeds) {
      const events = await simulate(seed, { createHandler }).catch((cause) => {
        const command = `SIM_SEED=${seed} npx vitest run test/domain/metering/simulation/simulation.test.ts`;
        throw new Error(`World ${seed} went wrong; play it alone with: ${command}`, { cause });
      });
      for (const [event, count] of events) happened.set(event, (happened.get(event) ?? 0) + count);
    }
    if (seeds.length >= 100) expect(mustHappen.filter((event) => !happened.has(event))).toEqual([]);
  });
});
