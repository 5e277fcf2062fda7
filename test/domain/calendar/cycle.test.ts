import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CycleSpan, cycleAt } from '../../../domain/calendar/cycle.ts';
import { dayStart, localDayOf, toLocalDay } from '../../../domain/calendar/local-day.ts';
import type { ZoneChange } from '../../../domain/tenancy/tenant-config.ts';
import { allZones, hour, withCycle, zoneParts, zonesOf } from './zones.ts';

const hourMs = 3_600_000;
const text = ({ start, end }: CycleSpan) =>
  [start, end].map((instant) => new Date(instant).toISOString().slice(0, 16));

describe('the cycle of an instant', () => {
  it.each<[string, ZoneChange['cycle'], string, string, string]>([
    ['UTC', { period: 'month', anchorDay: 1 }, '2026-11-21T10:05Z', '2026-11-01T00:00', '2026-12-01T00:00'],
    ['UTC', { period: 'month', anchorDay: 31 }, '2026-02-10T00:00Z', '2026-01-31T00:00', '2026-02-28T00:00'],
    ['UTC', { period: 'month', anchorDay: 31 }, '2026-02-28T00:00Z', '2026-02-28T00:00', '2026-03-31T00:00'],
    ['UTC', { period: 'month', anchorDay: 30 }, '2028-02-29T12:00Z', '2028-02-29T00:00', '2028-03-30T00:00'],
    ['UTC', { period: 'month', anchorDay: 15 }, '2026-01-14T23:59Z', '2025-12-15T00:00', '2026-01-15T00:00'],
    ['UTC', { period: 'week', anchorDay: 1 }, '2026-11-21T10:05Z', '2026-11-16T00:00', '2026-11-23T00:00'],
    ['UTC', { period: 'week', anchorDay: 7 }, '2026-11-21T10:05Z', '2026-11-15T00:00', '2026-11-22T00:00'],
    ['UTC', { period: 'week', anchorDay: 31 }, '2026-11-21T10:05Z', '2026-11-15T00:00', '2026-11-22T00:00'],
    [
      'Europe/Berlin',
      { period: 'day', anchorDay: 1 },
      '2026-03-29T10:00Z',
      '2026-03-28T23:00',
      '2026-03-29T22:00',
    ],
    [
      'Europe/Berlin',
      { period: 'month', anchorDay: 1 },
      '2026-10-31T23:00Z',
      '2026-10-31T23:00',
      '2026-11-30T23:00',
    ],
    [
      'Asia/Kolkata',
      { period: 'month', anchorDay: 1 },
      '2026-11-30T18:45Z',
      '2026-10-31T19:00',
      '2026-11-30T19:00',
    ],
  ])('%s %o at %s', (zone, cycle, at, start, end) => {
    expect(text(cycleAt(withCycle(zone, cycle), Date.parse(at)))).toEqual([start, end]);
  });

  it('needs a zone', () => {
    expect(() => cycleAt([], 0)).toThrow(/at least one zone/);
  });
});

describe('a change that waits for the cycle’s end', () => {
  const first: ZoneChange = { from: 0, timeZone: 'Europe/Berlin', cycle: { period: 'month', anchorDay: 1 } };
  const { end: from } = cycleAt([first], Date.parse('2026-11-21T10:00Z'));

  it.each(['America/New_York', 'Asia/Tokyo', 'Pacific/Pago_Pago', 'Pacific/Kiritimati'])(
    'to %s leaves the running cycle as it is and begins a whole one',
    (timeZone) => {
      const zones = [first, { ...first, from, timeZone }];
      expect(cycleAt(zones, from - 1)).toEqual(cycleAt([first], from - 1));
      const next = cycleAt(zones, from);
      expect(next.start).toBe(from);
      expect(next.end).toBe(dayStart(zones, toLocalDay('2027-01-01')) * hourMs);
    },
  );

  it('of the anchor begins with a shorter one', () => {
    const zones = [first, { ...first, from, cycle: { period: 'month' as const, anchorDay: 15 } }];
    expect(text(cycleAt(zones, from))).toEqual(['2026-11-30T23:00', '2026-12-14T23:00']);
  });
});

const begin = Date.parse('2014-01-01T00:00Z');
const end = Date.parse('2034-01-01T00:00Z');

/** Walks from cycle to cycle; each must hold its first and last instant and begin where the last one ended. */
function expectTiles(zones: ZoneChange[], from: number, to: number): void {
  let cycle = cycleAt(zones, from);
  while (cycle.end < to) {
    const next = cycleAt(zones, cycle.end);
    const isTiled =
      next.start === cycle.end &&
      next.end > next.start &&
      next.end % hourMs === 0 &&
      cycleAt(zones, next.end - 1).start === next.start;
    if (!isTiled) expect.fail(`${JSON.stringify(zones)}: after ${text(cycle)} comes ${text(next)}`);
    cycle = next;
  }
}

describe('every zone over twenty years', () => {
  const anchors = [1, 15, 28, 29, 30, 31];

  it.each(zoneParts)('tiles time with months, zones $part of 8', ({ zones }) => {
    for (const [index, zone] of zones) {
      expectTiles(withCycle(zone, { period: 'month', anchorDay: anchors[index % 6] as number }), begin, end);
    }
  });

  it.each(zoneParts)('tiles time with weeks and days, every tenth year, zones $part of 8', ({ zones }) => {
    for (const [index, zone] of zones) {
      for (let year = 2014 + (index % 10); year < 2034; year += 10) {
        expectTiles(
          withCycle(zone, { period: 'week', anchorDay: (year % 7) + 1 }),
          Date.UTC(year, 0),
          Date.UTC(year, 11),
        );
        expectTiles(withCycle(zone, { period: 'day', anchorDay: 1 }), Date.UTC(year, 2), Date.UTC(year, 3));
        expectTiles(
          withCycle(zone, { period: 'day', anchorDay: 1 }),
          Date.UTC(year, 9),
          Date.UTC(year, 10, 5),
        );
      }
    }
  });
});

describe('any zone, period, anchor and change', () => {
  const cycle = fc.record({
    period: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
    anchorDay: fc.integer({ min: 1, max: 31 }),
  });

  it('begins on whole local days where the zone does not change', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...allZones),
        cycle,
        fc.integer({ min: begin, max: end }),
        (zone, cycle, at) => {
          const zones = withCycle(zone, cycle);
          const { start } = cycleAt(zones, at);
          return dayStart(zones, localDayOf(zones, start / hourMs)) === start / hourMs;
        },
      ),
      { numRuns: 300 },
    );
  });

  it('tiles time', () => {
    const change = fc.tuple(fc.integer({ min: 0, max: 400 * 24 * 60 }), fc.constantFrom(...allZones), cycle);
    fc.assert(
      fc.property(fc.constantFrom(...allZones), fc.array(change, { maxLength: 4 }), (first, rest) => {
        const changes = rest
          .toSorted(([a], [b]) => a - b)
          .map(([minute, zone, cycle]): [string, string, ZoneChange['cycle']] => [
            new Date(Date.parse('2026-01-01T00:00Z') + minute * 60_000).toISOString(),
            zone,
            cycle,
          ]);
        expectTiles(
          zonesOf(first, ...changes),
          hour('2025-11-01T00:00Z') * hourMs,
          hour('2027-04-01T00:00Z') * hourMs,
        );
      }),
      { numRuns: 25 },
    );
  });
});
