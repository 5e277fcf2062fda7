import { describe, expect, it } from 'vitest';
import { Arena } from '../../../domain/anomaly/arena.ts';
import { DailyHabit } from '../../../domain/anomaly/daily-habit.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const rare = 2;
const common = -1;

/** Judges so many days at five minutes, with one alarm at the given hour of every `every`th day. */
function judged(days: number, every: number, hour: (day: number) => number): DailyHabit {
  const habit = new DailyHabit(new Arena(), 300_000);
  for (let day = 0; day < days; day += 1) {
    for (let step = 0; step < 288; step += 1) {
      const isAlarm = day % every === 0 && step === Math.floor(hour(day) * 12);
      habit.temper(isAlarm ? rare : common, 0, day * dayMs + step * 300_000);
    }
  }
  return habit;
}

describe('what rings day after day about the same hour', () => {
  it('is no news any more, a little earlier or later', () => {
    const nightly = (day: number) => 3 + (day % 2) / 2;
    expect(judged(10, 1, nightly).temper(rare, 0, 10 * dayMs + 3.3 * hourMs)).toBeLessThan(0.3);
    expect(judged(10, 1, nightly).temper(rare, 0, 10 * dayMs + 4.1 * hourMs)).toBeLessThan(0.3);
  });

  it('is news at another hour, in the other direction, and where it is worse', () => {
    const nightly = () => 3;
    expect(judged(10, 1, nightly).temper(rare, 0, 10 * dayMs + 12 * hourMs)).toBe(rare);
    expect(judged(10, 1, nightly).temper(rare, 1, 10 * dayMs + 3 * hourMs)).toBe(rare);
    expect(judged(10, 1, nightly).temper(rare + 3, 0, 10 * dayMs + 3 * hourMs)).toBeGreaterThan(2.5);
  });

  it('needs more than once a week, and ends when it does not come again', () => {
    expect(judged(60, 7, () => 3).temper(rare, 0, 63 * dayMs + 3 * hourMs)).toBe(rare);
    const habit = judged(10, 1, () => 3);
    for (let day = 10; day < 30; day += 1) habit.temper(common, 0, day * dayMs);
    expect(habit.temper(rare, 0, 30 * dayMs + 3 * hourMs)).toBe(rare);
  });
});
