import { describe, expect, it } from 'vitest';
import { healthAfter } from '../../../domain/judging/data-health.ts';
import { nothingWatched, type TenantWatch } from '../../../domain/judging/tenant-watch.ts';
import type { Watermark } from '../../../domain/traffic/traffic-reader.ts';

const minuteMs = 60_000;
const watermark = (state: Watermark['state'], since?: number): Watermark => ({
  ...{ completeUntil: 0, state, shards: since === undefined ? [] : ['shard-1'], gaps: [] },
  ...(since !== undefined && { since }),
});

/** What was told by looks at these minutes. */
function told(...looks: [minute: number, Watermark][]): string[] {
  let watch: TenantWatch = nothingWatched;
  for (const [minute, found] of looks) watch = healthAfter(watch, found, minute * minuteMs);
  return watch.untold.map(({ kind, at, since }) => `${kind} at ${at / minuteMs} since ${since / minuteMs}`);
}

const stalledSince = (minute: number) => watermark('stalled', minute * minuteMs);
const laggingSince = (minute: number) => watermark('lagging', minute * minuteMs);

describe('a pipeline that stands still', () => {
  it('is told once, by the second look that finds it so, and when it is well again', () => {
    expect(
      told(
        [5, watermark('ok')],
        [6, stalledSince(0)],
        [7, stalledSince(0)],
        [8, stalledSince(0)],
        [9, watermark('ok')],
        [10, watermark('ok')],
      ),
    ).toEqual(['data.stalled at 7 since 0', 'data.resumed at 9 since 0']);
  });

  it('is not told where heartbeats pass between looks that are far from each other', () => {
    expect(
      told([10, stalledSince(2)], [20, stalledSince(12)], [30, stalledSince(22)], [31, watermark('ok')]),
    ).toEqual([]);
  });

  it('is told of one that stands still between such looks', () => {
    expect(told([10, stalledSince(2)], [20, stalledSince(2)])).toEqual(['data.stalled at 20 since 2']);
  });

  it('is told each time that it stalls', () => {
    const stall = (minute: number): [number, Watermark][] => [
      [minute + 6, stalledSince(minute)],
      [minute + 7, stalledSince(minute)],
      [minute + 8, watermark('ok')],
    ];
    expect(told(...stall(0), ...stall(20))).toHaveLength(4);
  });
});

it('of a pipeline that lags is told when it does so for ten minutes', () => {
  expect(
    told([5, laggingSince(0)], [9, laggingSince(0)], [11, laggingSince(0)], [12, laggingSince(1)]),
  ).toEqual(['data.stalled at 11 since 0']);
});

it('of one that has never counted anything nothing is told', () => {
  const never = { ...stalledSince(0), completeUntil: Number.NEGATIVE_INFINITY };
  expect(told([6, never], [7, never])).toEqual([]);
});
