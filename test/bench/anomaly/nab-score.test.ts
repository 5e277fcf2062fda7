import { describe, expect, it } from 'vitest';
import { type NabFile, probationOf, scoreNab } from '../../../bench/anomaly/nab/nab-score.ts';

/** A hundred points of which the first 15 are not scored; the window is from 50 to 59. */
const file: NabFile = {
  name: 'one',
  starts: Array.from({ length: 100 }, (_, index) => index),
  values: new Array(100).fill(1),
  windows: [[50, 59]],
};

const severe = (...at: number[]): number[] => file.starts.map((index) => (at.includes(index) ? 90 : 10));
const sigmoid = (position: number): number => 2 / (1 + Math.exp(5 * position)) - 1;

describe('scoreNab', () => {
  it('gives nothing to a detector that says nothing, and all to one that is right at once', () => {
    expect(scoreNab([file], [severe()], 50)).toMatchObject({ score: 0, found: 0, falseAlarms: 0 });
    expect(scoreNab([file], [severe(50)], 50)).toMatchObject({ found: 1, falseAlarms: 0 });
    expect(scoreNab([file], [severe(50)], 50).score).toBeCloseTo(100, 9);
  });

  it('counts the best of a window, and less the later it is', () => {
    const late = scoreNab([file], [severe(57)], 50).score;
    expect(late).toBeCloseTo(50 + 50 * (sigmoid(-0.3) / sigmoid(-1)), 9);
    expect(scoreNab([file], [severe(57, 58, 59)], 50).score).toBe(late);
  });

  it('charges false alarms: fully before a window and far behind it, less shortly behind', () => {
    const before = scoreNab([file], [severe(30)], 50);
    expect(before.score).toBeCloseTo(-5.5, 9);
    expect(before.falseAlarms).toBe(1);
    expect(scoreNab([file], [severe(61)], 50).score).toBeCloseTo(5.5 * sigmoid(2 / 9), 9);
    expect(scoreNab([file], [severe(95)], 50).score).toBeCloseTo(-5.5, 9);
  });

  it('does not score the first points', () => {
    expect(probationOf(100)).toBe(15);
    expect(probationOf(100_000)).toBe(750);
    expect(scoreNab([file], [severe(14)], 50)).toMatchObject({ score: 0, falseAlarms: 0 });
  });

  it('looks for the best threshold by itself', () => {
    const severities = severe(50).map((severity, index) => (index === 30 ? 80 : severity));
    expect(scoreNab([file], [severities])).toMatchObject({ threshold: 90, found: 1, falseAlarms: 0 });
  });
});
