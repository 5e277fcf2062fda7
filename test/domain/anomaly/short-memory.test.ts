import { describe, expect, it } from 'vitest';
import { createDetector, type Judgement } from '../../../domain/anomaly/detector.ts';
import { chanceOf } from './made-series.ts';

const stepMs = 300_000;
const weekSteps = 7 * 288;

/** Four weeks of a measured value that wanders slowly, with no hour or day in it, as `alter` changes it. */
function wander(about: number, alter: (value: number, index: number) => number = (value) => value) {
  const chance = chanceOf(5);
  const detector = createDetector({ intervalMs: stepMs, timeZone: 'UTC', isRelative: false });
  const judgements: Judgement[] = [];
  let away = 0;
  for (let index = 0; index < 4 * weekSteps; index++) {
    away = 0.995 * away + chance() - 0.5;
    const value = about + away + 0.2 * (chance() - 0.5);
    judgements.push(detector.judge({ start: index * stepMs, value: alter(value, index) })!);
  }
  return judgements;
}

/** Alarms at severity 70 in the last two weeks, each covering six hours. */
function alarms(judgements: Judgement[]): number {
  let count = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const [index, { severity }] of judgements.entries()) {
    if (index < 2 * weekSteps || severity < 70 || index - last < 72) continue;
    count += 1;
    last = index;
  }
  return count;
}

describe('series that only their last values say something of', () => {
  const at = 3 * weekSteps + 100;

  it('finds one jump within the usual range, up or down, also of negative values', () => {
    for (const about of [40, -100]) {
      for (const by of [8, -8]) {
        const judgement = wander(about, (value, index) => (index === at ? value + by : value))[at]!;
        expect(judgement.severity).toBeGreaterThan(70);
        expect(judgement.direction).toBe(by > 0 ? 'above' : 'below');
      }
    }
  });

  it('does not ring for it once more when it goes back', () => {
    const judgements = wander(40, (value, index) => (index === at ? value + 8 : value));
    expect(judgements[at + 1]!.severity).toBeLessThan(50);
  });

  it('seldom rings while nothing is wrong', () => {
    for (const about of [40, 0, -100]) expect(alarms(wander(about))).toBeLessThanOrEqual(2);
  });

  it('expects negative values where they are negative', () => {
    const last = wander(-100).at(-1)!;
    expect(last.expected).toBeGreaterThan(-120);
    expect(last.expected).toBeLessThan(-80);
    expect(last.lower).toBeLessThan(last.expected);
  });

  it('sees a jump after one absurd value, as it did before', () => {
    for (const absurd of [1e308, -1e308]) {
      const judgements = wander(40, (value, index) =>
        index === weekSteps ? absurd : index === at ? value * 3 : value,
      );
      expect(judgements.every(({ severity, expected }) => Number.isFinite(severity + expected))).toBe(true);
      expect(judgements[at]!.severity).toBeGreaterThan(70);
    }
  });
});
