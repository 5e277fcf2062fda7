import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { snapshotBytesMax } from '../../../domain/anomaly/arena.ts';
import {
  createDetector,
  type Detector,
  type DetectorSettings,
  type Judgement,
  type Observation,
} from '../../../domain/anomaly/detector.ts';
import { LocalClock } from '../../../domain/anomaly/local-clock.ts';
import { busyAt, chanceOf, countAbout } from './made-series.ts';

const hourMs = 3_600_000;
const weekHours = 168;
const monday = Date.UTC(2024, 0, 1);
const hourly: DetectorSettings = { intervalMs: hourMs, timeZone: 'UTC', isRelative: false };

interface Played {
  detector: Detector;
  judgements: (Judgement | undefined)[];
}

/** Plays a shop of some events an hour, as `alter` changes it. */
function play(
  weeks: number,
  mean: number,
  alter: (value: number, index: number) => number | null = (value) => value,
  settings = hourly,
  more: (index: number) => Partial<Observation> = () => ({}),
): Played {
  const chance = chanceOf(7);
  const clock = new LocalClock(settings.timeZone);
  const detector = createDetector(settings);
  const judgements: (Judgement | undefined)[] = [];
  for (let index = 0; index < weeks * weekHours; index++) {
    const start = monday + index * hourMs;
    const value = countAbout(mean * busyAt(clock.localMs(start)), chance);
    judgements.push(detector.judge({ start, value: alter(value, index), ...more(index) }));
  }
  return { detector, judgements };
}

const worst = (judgements: (Judgement | undefined)[], from: number, to: number): Judgement => {
  const found = judgements.slice(from, to).filter((judgement) => judgement !== undefined);
  return found.reduce((one, other) => (other.severity > one.severity ? other : one));
};

/** Alarms at severity 70, each covering six hours. */
function alarms(judgements: (Judgement | undefined)[], from: number): number {
  let count = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const [index, judgement] of judgements.entries()) {
    if (index < from || !judgement || judgement.severity < 70 || index - last < 6) continue;
    count += 1;
    last = index;
  }
  return count;
}

describe('what rings', () => {
  const at = 8 * weekHours + 38;

  it('finds that half of the traffic is gone, and that it lies below', () => {
    const { judgements } = play(9, 500, (value, index) =>
      index >= at && index < at + 6 ? Math.round(value / 2) : value,
    );
    const judgement = worst(judgements, at, at + 2);
    expect(judgement.severity).toBeGreaterThan(70);
    expect(judgement.direction).toBe('below');
    expect(judgement.isLearning).toBe(false);
  });

  it('finds an outage and a rush', () => {
    const outage = play(9, 60, (value, index) => (index === at ? 0 : value)).judgements[at]!;
    expect(outage.severity).toBeGreaterThan(90);
    expect(outage.direction).toBe('below');
    const rush = play(9, 60, (value, index) => (index === at ? value * 3 : value)).judgements[at]!;
    expect(rush.severity).toBeGreaterThan(90);
    expect(rush.direction).toBe('above');
  });

  it('finds a fall of a fifth that lasts', () => {
    const { judgements } = play(9, 5000, (value, index) =>
      index >= at && index < at + 8 ? Math.round(value * 0.8) : value,
    );
    expect(worst(judgements, at, at + 8).severity).toBeGreaterThan(70);
  });

  it('is silent at one percent', () => {
    const { judgements } = play(9, 5000, (value, index) =>
      index >= at && index < at + 8 ? Math.round(value * 0.99) : value,
    );
    expect(worst(judgements, at, at + 8).severity).toBeLessThan(70);
  });

  it('seldom rings while nothing is wrong', () => {
    for (const mean of [2, 60, 5000]) {
      // Four weeks may pass per alarm; three times as many are let pass in so short a time.
      expect(alarms(play(28, mean).judgements, 4 * weekHours)).toBeLessThanOrEqual(18);
    }
  });

  it('is silent at dead nights and where nothing ever comes', () => {
    const nights = play(9, 300, (value, index) => (index % 24 < 6 ? 0 : value));
    const severities = nights.judgements.slice(4 * weekHours).filter((_, index) => index % 24 < 6);
    expect(alarms(severities, 0)).toBe(0);
    expect(alarms(play(9, 300, () => 0).judgements, 0)).toBe(0);
  });

  it('judges a series against the other: fewer orders of as many views', () => {
    const chance = chanceOf(3);
    const detector = createDetector({ ...hourly, isRelative: true });
    let last: Judgement | undefined;
    for (let index = 0; index < at + 4; index++) {
      const start = monday + index * hourMs;
      // Visits differ by up to a half from one hour to the next; the share of those who buy does not.
      const given = countAbout(4000 * busyAt(start) * (0.75 + 0.5 * chance()), chance);
      const value = countAbout(given * (index < at ? 0.04 : 0.02), chance);
      last = detector.judge({ start, value, given });
    }
    expect(last!.severity).toBeGreaterThan(70);
    expect(last!.direction).toBe('below');
  });
});

describe('what it makes of time', () => {
  it('knows the hours of the wall clock after a change of the clock', () => {
    const settings = { ...hourly, timeZone: 'Europe/Paris' };
    const change = Math.floor((Date.UTC(2024, 2, 31) - monday) / hourMs);
    const { judgements } = play(15, 2000, undefined, settings);
    expect(worst(judgements, change, change + 72).severity).toBeLessThan(90);
  });

  it('says that it is learning for two weeks', () => {
    const { judgements } = play(3, 100);
    expect(judgements[13 * 24]!.isLearning).toBe(true);
    expect(judgements[15 * 24]!.isLearning).toBe(false);
  });

  it('says nothing of what is missing, and goes on after a day of gap', () => {
    const from = 8 * weekHours;
    const { judgements } = play(9, 500, (value, index) =>
      index >= from && index < from + 24 ? null : value,
    );
    expect(judgements.slice(from, from + 24).every((judgement) => judgement === undefined)).toBe(true);
    expect(worst(judgements, from + 24, from + 72).severity).toBeLessThan(90);
  });

  it('leaves days that the calendar names alone, and the days after them', () => {
    const from = 8 * weekHours;
    const isNamed = (index: number) => index >= from && index < from + 24;
    const feast = (value: number, index: number) => (isNamed(index) ? Math.round(value * 1.8) : value);
    const named = play(9, 500, feast, hourly, (index) => (isNamed(index) ? { special: 'sale' } : {}));
    expect(worst(named.judgements, from, from + 72).severity).toBeLessThan(90);
    expect(worst(play(9, 500, feast).judgements, from, from + 24).severity).toBeGreaterThan(90);
  });

  it('takes a lasting shift for how things are within two days', () => {
    const from = 8 * weekHours + 10;
    const { judgements } = play(10, 500, (value, index) => (index >= from ? value * 5 : value));
    expect(judgements[from]!.severity).toBeGreaterThan(90);
    expect(worst(judgements, from + 48, judgements.length).severity).toBeLessThan(90);
    expect(alarms(judgements, from + 48)).toBeLessThan(4);
    const later = judgements[from + 72]!;
    expect(later.lower).toBeGreaterThan(500 * 0.3);
  });

  it('finds after forty weeks of weekly outages what it found before them', () => {
    const isOutage = (index: number) => index % weekHours >= 60 && index % weekHours < 63;
    const { judgements } = play(48, 300, (value, index) =>
      index > 6 * weekHours && isOutage(index) ? 0 : value,
    );
    const first = worst(judgements, 7 * weekHours + 60, 7 * weekHours + 63);
    const last = worst(judgements, 47 * weekHours + 60, 47 * weekHours + 63);
    expect(first.severity).toBeGreaterThan(90);
    expect(last.severity).toBeGreaterThan(first.severity - 10);
  });
});

describe('its state', () => {
  it('goes on from a snapshot bit for bit', () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.nat(300),
      fc.constant(0),
      fc.double({ min: 0, max: 2 ** 53, noNaN: true }),
    );
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 2, maxLength: 400 }),
        fc.nat(),
        fc.constantFrom(300_000, hourMs, 24 * hourMs),
        (values, cut, intervalMs) => {
          const settings = { intervalMs, timeZone: 'Europe/Paris', isRelative: true };
          const whole = createDetector(settings);
          let parts = createDetector(settings);
          values.forEach((one, index) => {
            if (index === cut % values.length) parts = createDetector(settings, parts.snapshot());
            const given = values[(index * 7) % values.length]!;
            const observation = { start: monday + index * intervalMs, value: one, given };
            expect(parts.judge(observation)).toEqual(whole.judge(observation));
          });
          expect(parts.snapshot()).toEqual(whole.snapshot());
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is small, for every kind of series', () => {
    for (const intervalMs of [60_000, 300_000, 600_000, hourMs, 24 * hourMs, 7 * 24 * hourMs]) {
      const detector = createDetector({ intervalMs, timeZone: 'UTC', isRelative: true });
      expect(detector.snapshot().length).toBeLessThanOrEqual(snapshotBytesMax);
    }
  });

  it('refuses what is no snapshot of these settings', () => {
    const { detector } = play(1, 10);
    expect(() => createDetector({ ...hourly, isRelative: true }, detector.snapshot())).toThrow('bytes');
    expect(() => createDetector(hourly, new Uint8Array(3))).toThrow('bytes');
    expect(() => createDetector(hourly, new Uint8Array(64))).toThrow('layout');
  });

  it('gives numbers for whatever comes', () => {
    const absurd = [1e-300, 2 ** 53, 1e300, -1e308, Number.POSITIVE_INFINITY, Number.NaN];
    const hostile = [0, 0.5, 1, 3, 50_000, -5, null, ...absurd];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...hostile), { maxLength: 300 }),
        fc.constantFrom(300_000, hourMs, 24 * hourMs),
        (values, intervalMs) => {
          const detector = createDetector({ intervalMs, timeZone: 'UTC', isRelative: true });
          values.forEach((value, index) => {
            const given = values[values.length - 1 - index]!;
            const judgement = detector.judge({ start: monday + index * intervalMs, value, given });
            if (!judgement) return;
            expect(judgement.severity).toBeGreaterThanOrEqual(0);
            expect(judgement.severity).toBeLessThan(100);
            for (const number of [judgement.expected, judgement.lower, judgement.upper])
              expect(Number.isFinite(number)).toBe(true);
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
