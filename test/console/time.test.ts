import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dateIn,
  knownZone,
  readAge,
  readDuration,
  readInstant,
  readSpan,
  readUtc,
  startOfDate,
} from '../../console/format/time.ts';

const at = Date.parse('2026-11-21T10:05:30Z');
const hourMs = 3_600_000;

describe('an instant', () => {
  it("is read in the tenant's zone, with UTC behind it", () => {
    expect(readInstant(at, 'Europe/Berlin')).toBe('21 Nov 2026, 11:05');
    expect(readInstant(at, 'Asia/Kathmandu', 'clock')).toBe('15:50');
    expect(readUtc(at)).toBe('2026-11-21 10:05:30 UTC');
  });

  it('is read in UTC where the browser does not know the zone', () => {
    expect(knownZone('Mars/Olympus')).toBe('UTC');
    expect(knownZone(undefined)).toBe('UTC');
    expect(knownZone('Asia/Tokyo')).toBe('Asia/Tokyo');
  });
});

describe('a span', () => {
  it.each([
    ['2026-11-21T10:00:00Z', 1, 'UTC', 'Sat 21 Nov, 10:00 – 11:00'],
    ['2026-11-21T23:00:00Z', 1, 'UTC', 'Sat 21 Nov, 23:00 – 00:00'],
    ['2026-11-21T22:00:00Z', 3, 'UTC', 'Sat 21 Nov, 22:00 – Sun 22 Nov, 01:00'],
    ['2026-11-20T23:00:00Z', 24, 'Europe/Berlin', 'Sat 21 Nov'],
  ])('from %s of %i h in %s is %s', (from, hours, zone, text) => {
    expect(readSpan(Date.parse(from), Date.parse(from) + hours * hourMs, zone)).toBe(text);
  });
});

describe('a local day', () => {
  it.each([
    ['2026-11-21', 'Europe/Berlin', '2026-11-20T23:00:00Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00Z'],
    ['2026-07-01', 'America/New_York', '2026-07-01T04:00:00Z'],
    ['2026-01-01', 'Pacific/Kiritimati', '2025-12-31T10:00:00Z'],
    ['2026-01-01', 'Asia/Kathmandu', '2025-12-31T18:15:00Z'],
  ])('%s in %s begins at %s', (date, zone, start) => {
    expect(new Date(startOfDate(date, zone)).toISOString()).toBe(new Date(start).toISOString());
  });

  it('holds the instant it was made of', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/London',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'America/Denver',
    );
    const instants = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2030-01-01') });
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        const start = startOfDate(dateIn(instant, zone), zone);
        expect(start).toBeLessThanOrEqual(instant);
        expect(instant - start).toBeLessThan(25 * hourMs);
        expect(readInstant(start, zone, 'clock')).toBe('00:00');
      }),
    );
  });
});

describe('a duration', () => {
  it.each([
    [12_000, '12 s'],
    [300_000, '5 min'],
    [12_000_000, '3 h 20 min'],
    [7_200_000, '2 h'],
    [187_200_000, '2 d 4 h'],
  ])('of %i ms is %s', (ms, text) => {
    expect(readDuration(ms)).toBe(text);
  });

  it('stands before or behind now', () => {
    expect(readAge(at + 12_000_000, at)).toBe('in 3 h 20 min');
    expect(readAge(at - 300_000, at)).toBe('5 min ago');
    expect(readAge(at - 10_000, at)).toBe('just now');
  });
});
