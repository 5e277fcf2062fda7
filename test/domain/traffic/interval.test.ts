import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ZoneChange } from '../../../domain/tenancy/tenant-config.ts';
import {
  countedStepMs,
  countedStepOf,
  intervalOf,
  intervalsBetween,
  nextInterval,
} from '../../../domain/traffic/interval.ts';

const cycle = { period: 'month', anchorDay: 1 } as const;
const zonesOf = (...changes: [number, string][]): ZoneChange[] =>
  changes.map(([from, timeZone]) => ({ from, timeZone, cycle }));
const utc = zonesOf([0, 'UTC']);
const paris = zonesOf([0, 'Europe/Paris']);
const iso = (at: number): string => new Date(at).toISOString().slice(0, 16);
const at = (text: string): number => Date.parse(`${text}Z`);

describe('an interval', () => {
  it.each([
    { interval: 'PT5M', start: '2026-11-21T10:05', end: '2026-11-21T10:10' },
    { interval: 'PT10M', start: '2026-11-21T10:00', end: '2026-11-21T10:10' },
    { interval: 'PT1H', start: '2026-11-21T10:00', end: '2026-11-21T11:00' },
  ] as const)('of $interval is a step of UTC', ({ interval, start, end }) => {
    const found = intervalOf({ interval }, paris, at('2026-11-21T10:07:31'));
    expect([iso(found.start), iso(found.end)]).toEqual([start, end]);
  });

  it('of a day is the local one, of 23 or 25 hours where the clocks change', () => {
    const days = [
      ...intervalsBetween({ interval: 'P1D' }, paris, at('2026-03-28T00:00'), at('2026-03-30T00:00')),
    ];
    expect(days.map(({ start, end }) => [iso(start), (end - start) / 3_600_000])).toEqual([
      ['2026-03-27T23:00', 24],
      ['2026-03-28T23:00', 23],
      ['2026-03-29T22:00', 24],
    ]);
  });

  it('of a day is as long as the change of zone makes it', () => {
    const change = at('2026-05-31T22:00');
    const zones = zonesOf([0, 'Europe/Paris'], [change, 'America/New_York']);
    const day = intervalOf({ interval: 'P1D' }, zones, change);
    expect([iso(day.start), iso(day.end)]).toEqual(['2026-05-31T22:00', '2026-06-02T04:00']);
  });

  it.each(['PT5M', 'PT10M', 'PT1H', 'P1D'] as const)(
    'of %s tiles time, and its steps tile it',
    (interval) => {
      const instants = fc.integer({ min: at('2025-01-01T00:00'), max: at('2027-01-01T00:00') });
      const zones = zonesOf(
        [0, 'Australia/Lord_Howe'],
        [at('2025-08-31T13:30'), 'America/St_Johns'],
        [at('2026-02-01T03:30'), 'Pacific/Apia'],
      );
      fc.assert(
        fc.property(instants, (instant) => {
          const found = intervalOf({ interval }, zones, instant);
          expect(found.start).toBeLessThanOrEqual(instant);
          expect(found.end).toBeGreaterThan(instant);
          expect(nextInterval({ interval }, zones, found).start).toBe(found.end);
          expect(intervalOf({ interval }, zones, found.end - 1)).toEqual(found);
          const step = countedStepOf({ interval }, instant);
          expect(step).toBeGreaterThanOrEqual(found.start);
          expect(step + countedStepMs({ interval })).toBeLessThanOrEqual(found.end);
        }),
        { numRuns: 200 },
      );
    },
  );

  it('is none between an instant and itself', () => {
    expect([...intervalsBetween({ interval: 'PT5M' }, utc, 300_000, 300_000)]).toEqual([]);
    expect([...intervalsBetween({ interval: 'PT5M' }, utc, 299_999, 300_000)]).toEqual([
      { start: 0, end: 300_000 },
    ]);
  });
});
