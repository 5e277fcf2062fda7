import { describe, expect, it } from 'vitest';
import { type Scored, scoreAtRate } from '../../../bench/anomaly/score-at-rate.ts';
import { hourMs, type LabelledEvent } from '../../../bench/anomaly/worlds/world.ts';

const weeks = 10;
const hours = weeks * 168;
const event: LabelledEvent = {
  kind: 'drop',
  size: 50,
  start: 1_000 * hourMs,
  end: 1_004 * hourMs,
  metrics: ['a'],
};

/** Ten weeks of hours whose severity is 1, but for these. */
function scored(severities: Record<number, number>, events: LabelledEvent[] = [event]): Scored {
  const starts = Float64Array.from({ length: hours }, (_, hour) => hour * hourMs);
  return {
    series: {
      tenant: 't',
      metric: 'a',
      stepMs: hourMs,
      timeZone: 'UTC',
      starts,
      values: starts,
      special: [],
      given: undefined,
      truth: new Float64Array(hours).fill(100),
      events,
      ambiguous: [],
      warmEnd: 0,
    },
    severities: Float64Array.from({ length: hours }, (_, hour) => severities[hour] ?? 1),
  };
}

describe('scoreAtRate', () => {
  it('sets the threshold by false alarms alone, and counts delay from the first interval', () => {
    // Nearly ten quiet weeks: at 0.25 a week two alarms are allowed, and three are too many.
    const { threshold, all, byKind, byBand } = scoreAtRate(
      [scored({ 100: 60, 300: 50, 500: 40, 1000: 45, 1002: 70 })],
      0.25,
    );
    expect(threshold).toBe(50);
    expect(all).toEqual({ events: 1, found: 1, delays: [3] });
    expect(byKind.get('drop 50')?.found).toBe(1);
    expect([...byBand.keys()]).toEqual(['drop 50 | 50']);
  });

  it('counts an alarm that goes on once in six hours', () => {
    const long = Object.fromEntries(Array.from({ length: 12 }, (_, hour) => [200 + hour, 80]));
    expect(scoreAtRate([scored({ ...long, 1000: 80 })], 0.25)).toMatchObject({ threshold: 80 });
    expect(scoreAtRate([scored({ ...long, 212: 80, 1000: 80 })], 0.25).all.found).toBe(0);
  });

  it('blames nobody for an anomaly or the day after it', () => {
    const after = Object.fromEntries(Array.from({ length: 24 }, (_, hour) => [1_004 + hour, 99]));
    expect(scoreAtRate([scored({ ...after, 1003: 30 })], 0.25)).toMatchObject({ alarms: 0 });
    expect(scoreAtRate([scored({ ...after, 1003: 30 })], 0.25).all.delays).toEqual([4]);
  });

  it('finds nothing where the quiet is as severe as anything', () => {
    const loud = scored({});
    loud.severities.fill(100);
    expect(scoreAtRate([loud], 0.25).all).toEqual({ events: 1, found: 0, delays: [] });
  });
});
