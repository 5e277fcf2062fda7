import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from '../../events/rfc3339.ts';

describe('parseInstant', () => {
  it.each([
    ['2026-11-21T10:05:00Z', Date.UTC(2026, 10, 21, 10, 5)],
    ['2026-11-21t10:05:00z', Date.UTC(2026, 10, 21, 10, 5)],
    ['2026-11-21T10:05:00.5Z', Date.UTC(2026, 10, 21, 10, 5, 0, 500)],
    ['2026-11-21T10:05:00.123999999Z', Date.UTC(2026, 10, 21, 10, 5, 0, 123)],
    ['2026-11-21T10:05:00+05:30', Date.UTC(2026, 10, 21, 4, 35)],
    ['2026-11-21T10:05:00-00:00', Date.UTC(2026, 10, 21, 10, 5)],
    ['2024-02-29T23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
    ['1969-12-31T23:59:59Z', -1_000],
    ['0000-01-01T00:00:00Z', Date.parse('0000-01-01T00:00:00Z')],
  ])('reads %s', (text, instant) => {
    expect(parseInstant(text)).toBe(instant);
  });

  it.each([
    ['no zone', '2026-11-21T10:05:00'],
    ['no seconds', '2026-11-21T10:05Z'],
    ['no time', '2026-11-21'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['minute 60', '2026-11-21T10:60:00Z'],
    ['hour 24', '2026-11-21T24:00:00Z'],
    ['month 0', '2026-00-21T10:05:00Z'],
    ['month 13', '2026-13-21T10:05:00Z'],
    ['day 0', '2026-11-00T10:05:00Z'],
    ['31 November', '2026-11-31T10:05:00Z'],
    ['29 February of a common year', '2026-02-29T10:05:00Z'],
    ['29 February of 1900', '1900-02-29T10:05:00Z'],
    ['year 10000', '10000-11-21T10:05:00Z'],
    ['year +10000', '+010000-11-21T10:05:00Z'],
    ['a negative year', '-2026-11-21T10:05:00Z'],
    ['a blank for the T', '2026-11-21 10:05:00Z'],
    ['an empty fraction', '2026-11-21T10:05:00.Z'],
    ['a comma fraction', '2026-11-21T10:05:00,5Z'],
    ['a zone without colon', '2026-11-21T10:05:00+0100'],
    ['a zone of 24 hours', '2026-11-21T10:05:00+24:00'],
    ['a zone of 60 minutes', '2026-11-21T10:05:00+01:60'],
    ['a zone by name', '2026-11-21T10:05:00 CET'],
    ['something after the zone', '2026-11-21T10:05:00Z '],
    ['something before', ' 2026-11-21T10:05:00Z'],
    ['other digits', '２026-11-21T10:05:00Z'],
    ['epoch seconds', '1795255500'],
    ['a fraction without end', `2026-11-21T10:05:00.${'1'.repeat(100)}Z`],
    ['nothing', ''],
  ])('refuses %s', (_what, text) => {
    expect(parseInstant(text)).toBeNaN();
  });

  it('reads every instant back that ISO text can name', () => {
    const dates = fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (date) => {
        expect(parseInstant(date.toISOString())).toBe(date.getTime());
      }),
    );
  });

  it('never throws and never reads what is not shaped like a time', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(Number.isNaN(parseInstant(text)) || /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d/.test(text)).toBe(
          true,
        );
      }),
    );
  });
});
