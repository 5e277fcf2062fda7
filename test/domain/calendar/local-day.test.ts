import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  datesOf,
  dayHours,
  dayStart,
  lastDates,
  localDateOf,
  localDayOf,
  toLocalDate,
  toLocalDay,
} from '../../../domain/calendar/local-day.ts';
import { allZones, hour, offsetChanges, wallDate, zoneParts, zonesOf } from './zones.ts';

const span = (from: string, to: string) => ({ from: hour(from), to: hour(to) });

describe('the hours of a day', () => {
  it.each([
    ['UTC', '2026-11-21', '2026-11-21T00:00Z', '2026-11-22T00:00Z'],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
    ['Asia/Kolkata', '2026-11-21', '2026-11-20T19:00Z', '2026-11-21T19:00Z'],
    ['Asia/Kathmandu', '2026-11-21', '2026-11-20T19:00Z', '2026-11-21T19:00Z'],
    ['Australia/Lord_Howe', '2026-10-04', '2026-10-03T14:00Z', '2026-10-04T13:00Z'],
    ['Pacific/Kiritimati', '2026-11-21', '2026-11-20T10:00Z', '2026-11-21T10:00Z'],
  ])('%s %s', (zone, date, from, to) => {
    expect(dayHours(zonesOf(zone), date)).toEqual(span(from, to));
  });

  it('are none where the zone skips the day', () => {
    expect(dayHours(zonesOf('Pacific/Apia'), '2011-12-30')).toEqual(
      span('2011-12-30T10:00Z', '2011-12-30T10:00Z'),
    );
    expect(datesOf(zonesOf('Pacific/Apia'), span('2011-12-29T12:00Z', '2011-12-31T12:00Z'))).toEqual([
      '2011-12-29',
      '2011-12-31',
      '2012-01-01',
    ]);
  });

  it('follow the clock where it goes back just after midnight', () => {
    expect(dayHours(zonesOf('America/St_Johns'), '2010-11-07').from).toBe(hour('2010-11-07T04:00Z'));
  });
});

describe('a change of zone', () => {
  const at = '2026-12-01T00:00Z';

  it('to one behind prolongs the date that had begun', () => {
    const zones = zonesOf('UTC', [at, 'America/New_York']);
    expect(dayHours(zones, '2026-11-30')).toEqual(span('2026-11-30T00:00Z', at));
    expect(dayHours(zones, '2026-12-01')).toEqual(span(at, '2026-12-02T05:00Z'));
  });

  it('to one ahead shortens the date, and skips what lies between', () => {
    const zones = zonesOf('Pacific/Pago_Pago', ['2026-12-01T11:00Z', 'Pacific/Kiritimati']);
    expect(dayHours(zones, '2026-12-01')).toEqual(span('2026-12-01T11:00Z', '2026-12-01T11:00Z'));
    expect(dayHours(zones, '2026-12-02')).toEqual(span('2026-12-01T11:00Z', '2026-12-02T10:00Z'));
  });

  it('takes effect with the hour that starts at it or after it', () => {
    const zones = zonesOf('UTC', ['2026-12-01T10:30Z', 'Pacific/Kiritimati']);
    expect(localDateOf(zones, hour('2026-12-01T10:00Z'))).toBe('2026-12-01');
    expect(localDateOf(zones, hour('2026-12-01T11:00Z'))).toBe('2026-12-02');
  });
});

const from = hour('2014-01-01T00:00Z');
const to = hour('2034-01-01T00:00Z');

describe('every zone over twenty years', () => {
  it.each(zoneParts)('tiles time with days, as the wall clock says, zones $part of 8', (zonePart) => {
    for (const [index, zone] of zonePart.zones) {
      const zones = zonesOf(zone);
      const checked = offsetChanges(zone, from, to).map((change) => localDayOf(zones, change));
      for (let day = localDayOf(zones, from) + index; day < to / 24; day += 541) checked.push(day);
      for (const day of new Set(checked.flatMap((day) => [day - 1, day, day + 1]))) {
        const { from: start, to: end } = dayHours(zones, toLocalDate(day));
        const around = `${zone} ${toLocalDate(day)}`;
        expect(dayStart(zones, day + 1), around).toBe(end);
        if (start === end) continue;
        expect([wallDate(zone, start), wallDate(zone, end - 1)], around).toEqual([day, day].map(toLocalDate));
        expect(wallDate(zone, start - 1) < toLocalDate(day), around).toBe(true);
        expect(wallDate(zone, end) > toLocalDate(day), around).toBe(true);
      }
    }
  });
});

describe('any changes of zone', () => {
  const changes = fc
    .tuple(
      fc.constantFrom(...allZones),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 24 * 60 * 60 }), fc.constantFrom(...allZones)), {
        maxLength: 4,
      }),
    )
    .map(([first, rest]) =>
      zonesOf(
        first,
        ...rest
          .toSorted(([a], [b]) => a - b)
          .map(([minute, zone]): [string, string] => [
            new Date(Date.parse('2026-03-01T00:00Z') + minute * 60_000).toISOString(),
            zone,
          ]),
      ),
    );

  it('never turn a date back, and every hour lies in the day that it belongs to', () => {
    fc.assert(
      fc.property(changes, (zones) => {
        let last = Number.NEGATIVE_INFINITY;
        for (let at = hour('2026-02-26T00:00Z'); at < hour('2026-05-03T00:00Z'); at += 1) {
          const day = localDayOf(zones, at);
          const hours = dayHours(zones, toLocalDate(day));
          if (day < last || at < hours.from || at >= hours.to) return false;
          last = day;
        }
        return true;
      }),
      { numRuns: 12 },
    );
  });

  it('leave days that tile time', () => {
    fc.assert(
      fc.property(changes, (zones) => {
        const window = { from: hour('2026-02-20T00:00Z'), to: hour('2026-05-10T00:00Z') };
        const dates = datesOf(zones, window);
        expect(dates).toEqual(dates.toSorted());
        for (const [index, date] of dates.entries()) {
          const next = dates[index + 1];
          if (next) expect(dayHours(zones, next).from).toBe(dayHours(zones, date).to);
        }
        expect(lastDates(zones, window.to - 1, dates.length)).toEqual(dates);
      }),
      { numRuns: 12 },
    );
  });
});

it('a date and its number are each other’s', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2_900_000 }), (day) => toLocalDay(toLocalDate(day)) === day),
  );
});
