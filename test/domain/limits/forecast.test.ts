import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecastAt, presentRate, rateSpan } from '../../../domain/limits/forecast.ts';
import { hourMs, hourOf } from '../../../domain/metering/window.ts';

const now = Date.parse('2026-11-21T10:30:00Z');
const present = hourOf(now);
const usedAgo = (hours: Record<number, number>) =>
  new Map(Object.entries(hours).map(([ago, value]) => [present - Number(ago), BigInt(value)]));

describe('the present rate', () => {
  it('is that of the last 24 hours and the one that runs', () => {
    const used = usedAgo({ 0: 5, 1: 10, 24: 7, 25: 1_000, 40: 3 });
    expect(presentRate(used, now)).toEqual({ quantity: 22n, overMs: 24.5 * hourMs });
  });

  it('of one that is new is that since its first hour', () => {
    expect(presentRate(usedAgo({ 3: 4, 1: 6 }), now)).toEqual({ quantity: 10n, overMs: 3.5 * hourMs });
  });

  it('takes a first report as an hour of use at least', () => {
    expect(presentRate(usedAgo({ 0: 60 }), now)).toEqual({ quantity: 60n, overMs: hourMs });
  });

  it('of one that reports once a day is that of a day', () => {
    expect(presentRate(usedAgo({ 2: 24, 26: 24 }), now)).toEqual({ quantity: 24n, overMs: 24.5 * hourMs });
  });

  it.each([
    ['nothing was used', {}],
    ['nothing but zeros was', { 1: 0, 30: 0 }],
    ['it was used more than a day ago', { 25: 100, 47: 1 }],
  ])('is none where %s', (_, hours) => {
    expect(presentRate(usedAgo(hours), now)).toBeUndefined();
  });

  it('asks for two days, and for what clocks ahead report', () => {
    expect(rateSpan(now)).toEqual({ from: present - 48, to: present + 2 });
  });
});

describe('the forecast', () => {
  const rate = { quantity: 10n, overMs: hourMs };
  const cycle = { now, end: now + 100 * hourMs };

  it('is when what is left is used up', () => {
    expect(forecastAt({ used: 600n, limit: 1_000n, rate }, cycle)).toBe(now + 40 * hourMs);
  });

  it.each([
    ['it is reached', { used: 1_000n, limit: 1_000n, rate }],
    ['it lasts beyond the cycle', { used: 0n, limit: 1_000n, rate }],
    ['there is no rate', { used: 600n, limit: 1_000n, rate: undefined }],
  ])('is none where %s', (_, standing) => {
    expect(forecastAt(standing, cycle)).toBeUndefined();
  });

  it('is the first millisecond in which the limit is reached, however large the numbers', () => {
    const quantity = fc.bigInt(1n, 2n ** 70n);
    fc.assert(
      fc.property(
        quantity,
        quantity,
        quantity,
        fc.integer({ min: 1, max: 1e8 }),
        (used, left, per, overMs) => {
          const end = now + 1e9;
          const at = forecastAt({ used, limit: used + left, rate: { quantity: per, overMs } }, { now, end });
          const isReachedBy = (ms: number) => per * BigInt(ms) >= left * BigInt(overMs);
          if (at === undefined) expect(isReachedBy(1e9 - 1)).toBe(false);
          else {
            expect(isReachedBy(at - now)).toBe(true);
            expect(at - now === 0 || !isReachedBy(at - now - 1)).toBe(true);
          }
        },
      ),
    );
  });
});
