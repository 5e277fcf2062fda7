import { beforeEach, describe, expect, it } from 'vitest';
import { hourOf } from '../../../domain/metering/window.ts';
import type { Series, ZoneChange } from '../../../domain/tenancy/tenant-config.ts';
import { positionOf } from '../../../domain/traffic/interval-counts.ts';
import { memoryDuplicateCounts } from '../../../domain/traffic/memory-duplicate-counts.ts';
import { memoryIntervalCounts } from '../../../domain/traffic/memory-interval-counts.ts';
import { memoryShardHeartbeats } from '../../../domain/traffic/memory-shard-heartbeats.ts';
import { trafficReader } from '../../../domain/traffic/read-traffic.ts';
import { wholeRange } from '../../../domain/traffic/shard-heartbeats.ts';
import type { TrafficReader } from '../../../domain/traffic/traffic-reader.ts';

const at = (text: string): number => Date.parse(`2026-${text}Z`);
const zonesOf = (timeZone: string): ZoneChange[] => [
  { from: 0, timeZone, cycle: { period: 'month', anchorDay: 1 } },
];
const seriesOf = (given: Partial<Series>): Series => ({
  name: 'views',
  eventType: 'shop.view',
  aggregation: 'count',
  interval: 'PT5M',
  severityThreshold: 70,
  ...given,
});

describe('a reader of traffic', () => {
  let counts: ReturnType<typeof memoryIntervalCounts>;
  let heartbeats: ReturnType<typeof memoryShardHeartbeats>;
  let duplicates: ReturnType<typeof memoryDuplicateCounts>;
  let reader: TrafficReader;
  let now: number;
  let shareReads: number;
  let positions: number;

  beforeEach(() => {
    now = at('11-21T12:00');
    shareReads = 0;
    positions = 0;
    counts = memoryIntervalCounts();
    heartbeats = memoryShardHeartbeats();
    duplicates = memoryDuplicateCounts();
    const read: typeof duplicates.read = (...given) => {
      shareReads += 1;
      return duplicates.read(...given);
    };
    const ports = { counts, heartbeats, duplicates: { ...duplicates, read }, clock: () => now };
    reader = trafficReader(ports, 120_000);
  });

  async function count(series: Series, start: number, amount: bigint): Promise<void> {
    positions += 1;
    const position = positionOf(String(positions));
    const key = { tenantId: 'T001', series: series.name, start, shardId: `shard-${positions % 3}` };
    await counts.add(key, { amount, first: position, last: position, expiresAt: 2_000_000_000 });
  }

  it('answers the intervals that begin in the span and have a count', async () => {
    const series = seriesOf({});
    for (const minute of ['10:00', '10:05', '10:05', '10:15', '10:20'])
      await count(series, at(`11-21T${minute}`), 2n);
    const span = { zones: zonesOf('UTC'), gaps: [], from: at('11-21T10:01'), to: at('11-21T10:20') };
    expect(await reader.counts('T001', series, span)).toEqual([
      { start: at('11-21T10:05'), end: at('11-21T10:10'), value: 4n, scale: 0, isPartial: false },
      { start: at('11-21T10:15'), end: at('11-21T10:20'), value: 2n, scale: 0, isPartial: false },
    ]);
    expect(await reader.counts('T001', series, { ...span, to: span.from })).toEqual([]);
    expect(await reader.counts('T002', series, span)).toEqual([]);
  });

  it('makes days of hours, in the zone that is asked for', async () => {
    const series = seriesOf({ interval: 'P1D', aggregation: 'sum', field: 'amount' });
    await count(series, at('11-20T22:00'), 1n);
    await count(series, at('11-20T23:00'), 10n);
    await count(series, at('11-21T22:00'), 100n);
    await count(series, at('11-21T23:00'), 1_000n);
    const span = { gaps: [], from: at('11-20T00:00'), to: at('11-22T00:00') };
    const inUtc = await reader.counts('T001', series, { ...span, zones: zonesOf('UTC') });
    expect(inUtc.map(({ value }) => value)).toEqual([11n, 1_100n]);
    const inParis = await reader.counts('T001', series, { ...span, zones: zonesOf('Europe/Paris') });
    expect(inParis.map(({ start, value, scale }) => [start, value, scale])).toEqual([
      [at('11-20T23:00'), 110n, 6],
      [at('11-21T23:00'), 1_000n, 6],
    ]);
  });

  it('calls partial what records may have been lost of, counted or not', async () => {
    const series = seriesOf({});
    await count(series, at('11-21T10:05'), 2n);
    const gaps = [
      { start: at('11-21T10:00'), end: at('11-21T10:05') },
      { start: at('11-21T10:09'), end: at('11-21T10:12') },
    ];
    const span = { zones: zonesOf('UTC'), gaps, from: at('11-21T10:00'), to: at('11-21T10:20') };
    const read = await reader.counts('T001', series, span);
    expect(read.map(({ start, value, isPartial }) => [start, value, isPartial])).toEqual([
      [at('11-21T10:00'), 0n, true],
      [at('11-21T10:05'), 2n, true],
      [at('11-21T10:10'), 0n, true],
    ]);
  });

  it('says how much of an interval’s hours was repeated, with one read for all series', async () => {
    const series = seriesOf({});
    await count(series, at('11-21T10:55'), 2n);
    await count(series, at('11-21T11:00'), 2n);
    await duplicates.add('T001', hourOf(at('11-21T10:00')), { records: 200, duplicates: 10 });
    const span = { zones: zonesOf('UTC'), gaps: [], from: at('11-21T10:55'), to: at('11-21T11:05') };
    for (let repeat = 0; repeat < 3; repeat += 1) {
      const read = await reader.counts('T001', series, span);
      expect(read.map(({ duplicatesShare }) => duplicatesShare)).toEqual([0.05, undefined]);
    }
    expect(shareReads).toBe(1);
    now += 31_000;
    await reader.counts('T001', series, span);
    expect(shareReads).toBe(2);
    expect(await reader.duplicatesShare('T001', at('11-21T10:30'), at('11-21T10:31'))).toBe(0.05);
    expect(await reader.duplicatesShare('T001', at('11-21T11:00'), at('11-21T12:00'))).toBeUndefined();
  });

  it('answers the watermark as it is now', async () => {
    expect(await reader.watermark()).toMatchObject({ completeUntil: Number.NEGATIVE_INFINITY });
    await heartbeats.noteListed({ shardId: 'shard-0', range: wholeRange, parents: [], isOpen: true }, now);
    await heartbeats.notePassed('shard-0', { at: now, on: now, position: '1', gaps: [] }, undefined);
    expect(await reader.watermark()).toMatchObject({ completeUntil: now - 120_000, state: 'ok' });
    now += 301_000;
    expect(await reader.watermark()).toMatchObject({ state: 'stalled', since: now - 301_000 });
  });
});
