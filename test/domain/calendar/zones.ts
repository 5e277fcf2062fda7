import type { ZoneChange } from '../../../domain/tenancy/tenant-config.ts';

/** Every zone of the tz database that this Node knows, and a few of its aliases. */
export const allZones: string[] = [
  ...Intl.supportedValuesOf('timeZone'),
  'UTC',
  'Etc/GMT+12',
  'Etc/GMT-14',
  'Asia/Calcutta',
  'Asia/Kathmandu',
  'US/Pacific',
];

/** The zones in parts, so that no single test takes long; each keeps its place in `allZones`. */
export const zoneParts = [0, 1, 2, 3, 4, 5, 6, 7].map((part) => ({
  part,
  zones: [...allZones.entries()].filter(([index]) => index % 8 === part),
}));

type Cycle = ZoneChange['cycle'];

const monthly: Cycle = { period: 'month', anchorDay: 1 };

/** A tenant's zones: the first since ever, each further one from the instant given. */
export function zonesOf(first: string, ...changes: [from: string, timeZone: string, cycle?: Cycle][]) {
  const zones: ZoneChange[] = [{ from: 0, timeZone: first, cycle: monthly }];
  for (const [from, timeZone, cycle = monthly] of changes) {
    zones.push({ from: Date.parse(from), timeZone, cycle });
  }
  return zones;
}

export const withCycle = (timeZone: string, cycle: Cycle): ZoneChange[] => [{ from: 0, timeZone, cycle }];

export const hour = (text: string): number => Date.parse(text) / 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall clock's date by the platform's own formatter: the yardstick that shares nothing with the calendar. */
export function wallDate(timeZone: string, atHour: number): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format.format(atHour * 3_600_000);
}

/** Hours in [from, to) at which the zone's offset changes, found by halving steps of ten days. */
export function offsetChanges(timeZone: string, from: number, to: number): number[] {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  const offset = (at: number) => format.format(at * 3_600_000).split('GMT')[1];
  const changes: number[] = [];
  for (let at = from; at < to; at += 240) {
    let [low, high] = [at, at + 240];
    if (offset(low) === offset(high)) continue;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offset(middle) === offset(low)) low = middle;
      else high = middle;
    }
    changes.push(high);
  }
  return changes;
}
