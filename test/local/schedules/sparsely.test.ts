import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sparsely } from '../../../local/schedules/play-schedules.ts';
import { parseSchedule } from '../../../local/schedules/schedule-expression.ts';

const minuteMs = 60_000;

/** The times at which a rule fires while the clock passes a span. */
function firings(expression: string, from: number, to: number): number[] {
  const next = sparsely(parseSchedule(expression), { passing: () => ({ from, to }) });
  const fired: number[] = [];
  for (let at = parseSchedule(expression)(from); at <= to; at = next(at)) fired.push(at);
  return fired;
}

it('fires every time that is due in a span where there are few', () => {
  expect(firings('rate(1 hour)', 0, 36 * 60 * minuteMs)).toHaveLength(36);
  expect(firings('rate(1 minute)', 0, 60 * minuteMs)).toHaveLength(60);
});

it('fires in order, at times that are due, no more than sixty-one times, and never leaves out the last', () => {
  const rule = fc.constantFrom('rate(1 minute)', 'rate(5 minutes)', 'rate(1 hour)', 'cron(*/7 * * * ? *)');
  fc.assert(
    fc.property(rule, fc.nat(1e10), fc.integer({ min: 1, max: 20_000 }), (expression, from, minutes) => {
      const to = from + minutes * minuteMs;
      const nextDue = parseSchedule(expression);
      const fired = firings(expression, from, to);
      expect(fired.length).toBeLessThanOrEqual(61);
      for (const [index, at] of fired.entries()) {
        expect(nextDue(at - 1)).toBe(at);
        expect(at).toBeGreaterThan(fired[index - 1] ?? from);
      }
      const last = fired.at(-1);
      expect(last === undefined ? nextDue(from) : nextDue(last)).toBeGreaterThan(to);
    }),
    { numRuns: 50 },
  );
});

it('leaves nothing out while the clock goes by itself', () => {
  const next = sparsely(parseSchedule('rate(1 minute)'), { passing: () => undefined });
  expect([next(0), next(minuteMs)]).toEqual([minuteMs, 2 * minuteMs]);
});
