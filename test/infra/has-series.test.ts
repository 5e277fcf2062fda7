import { expect, it } from 'vitest';
import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import { emptyConfig } from '../../domain/tenancy/tenant-config.ts';
import { hasSeries } from '../../infra/judging/has-series.ts';
import { seriesOf } from '../domain/judging/judging-world.ts';

it('reads a tenant now and then, and finds out that it has series', async () => {
  const history = memoryConfigHistory();
  let now = 0;
  let reads = 0;
  const latest = (tenantId: string) => {
    reads += 1;
    return history.latest(tenantId);
  };
  const known = hasSeries({ latest }, () => now);
  await history.appendOnce('T001', emptyConfig);
  for (const minute of [0, 0.5]) {
    now = minute * 60_000;
    expect([await known('T001'), await known('T002')]).toEqual([false, false]);
  }
  expect(reads).toBe(2);
  await history.appendOnce('T001', { ...emptyConfig, revision: 2, series: [seriesOf()] });
  now = 120_000;
  expect([await known('T001'), await known('T002')]).toEqual([true, false]);
  now = 240_000;
  expect(await known('T001')).toBe(true);
  expect(reads).toBe(4);
});
