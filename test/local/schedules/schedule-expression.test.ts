import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../local/schedules/schedule-expression.ts';

const next = (expression: string, after: string): string =>
  new Date(parseSchedule(expression)(Date.parse(after))).toISOString().slice(0, 16);

describe('a schedule is next due', () => {
  it.each([
    ['rate(1 hour)', '2026-11-21T10:05:00Z', '2026-11-21T11:00'],
    ['rate(5 minutes)', '2026-11-21T10:05:00Z', '2026-11-21T10:10'],
    ['rate(1 day)', '2026-12-31T10:05:00Z', '2027-01-01T00:00'],
    ['cron(0 3 * * ? *)', '2026-11-21T10:05:00Z', '2026-11-22T03:00'],
    ['cron(0 3 * * ? *)', '2026-11-21T03:00:00Z', '2026-11-22T03:00'],
    ['cron(15 10 ? * MON-FRI *)', '2026-11-21T10:05:00Z', '2026-11-23T10:15'],
    ['cron(0/20 * * * ? *)', '2026-11-21T10:05:00Z', '2026-11-21T10:20'],
    ['cron(30 8,17 1 JAN,JUL ? *)', '2026-11-21T10:05:00Z', '2027-01-01T08:30'],
    ['cron(0 0 29 2 ? *)', '2026-11-21T10:05:00Z', '2028-02-29T00:00'],
    ['cron(0 12 ? * 1 2030)', '2026-11-21T10:05:00Z', '2030-01-06T12:00'],
  ])('%s after %s: %s', (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  it('always later than asked, and never skips one', () => {
    const expressions = ['rate(7 minutes)', 'cron(*/5 * * * ? *)', 'cron(0 3 ? * SUN *)'];
    fc.assert(
      fc.property(
        fc.constantFrom(...expressions),
        fc.integer({ min: 1.7e12, max: 2e12 }),
        (expression, after) => {
          const due = parseSchedule(expression);
          expect(due(after)).toBeGreaterThan(after);
          expect(due(due(after) - 1)).toBe(due(after));
        },
      ),
    );
  });

  it.each([
    'rate(0 minutes)',
    'rate(1 fortnight)',
    'cron(0 3 * * *)',
    'cron(61 * * * ? *)',
    'cron(0 25 * * ? *)',
    'cron(x * * * ? *)',
    'at(2026-11-21T10:00:00)',
  ])('%s is not known', (expression) => {
    expect(() => parseSchedule(expression)(0)).toThrow(/does not know the schedule/);
  });
});
