import { describe, expect, it } from 'vitest';
import { AlarmHabit } from '../../../domain/anomaly/alarm-habit.ts';
import { Arena } from '../../../domain/anomaly/arena.ts';
import { severityOf } from '../../../domain/anomaly/severity.ts';

const hourMs = 3_600_000;

/** What is left of one rarity that comes every so many days and lasts for some hours. */
function left(everyDays: number, weeks: number, lastsHours = 1): number {
  const habit = new AlarmHabit(new Arena(), hourMs);
  let last = Number.NaN;
  for (let hour = 0; hour < weeks * 168; hour++) {
    const comes = hour % (24 * everyDays) < lastsHours;
    const tempered = habit.temper(comes ? 2 : -1, hour / 24, hour * hourMs);
    if (comes) last = tempered;
  }
  return severityOf(last);
}

describe('what rings by habit', () => {
  it('leaves a series alone that rings once a week or less', () => {
    expect(left(7, 20)).toBe(severityOf(2));
    expect(left(28, 20)).toBe(severityOf(2));
  });

  it('takes a series at its word no longer that rings every day', () => {
    expect(left(1, 20)).toBeLessThan(severityOf(2) - 15);
    expect(left(2, 20)).toBeGreaterThan(left(1, 20));
  });

  it('counts what lasts some hours once', () => {
    expect(left(7, 20, 6)).toBe(severityOf(2));
  });
});
