import { create as zonedDateTime } from 'temporal-polyfill/fns/ZonedDateTime';
import {
  boolean,
  dictionary,
  type Fault,
  Faults,
  integer,
  leaf,
  list,
  matching,
  object,
  oneOf,
  optional,
  required,
  type Shape,
  text,
  utf8Bytes,
} from './json-shape.ts';
import { checkReferences, metersPerTypeMax, seriesPerTypeMax } from './settings-references.ts';
import {
  type Cycle,
  emptySettings,
  type Limit,
  type Meter,
  namePattern,
  type Plan,
  type Series,
  type TenantSettings,
} from './tenant-config.ts';

export type ParsedSettings = { ok: true; settings: TenantSettings } | { ok: false; faults: Fault[] };

/** What a configuration may hold. They leave room for the largest tenants, and bound what a hostile one costs. */
export const settingsBounds = {
  bytesMax: 128 * 1024,
  metersMax: 100,
  metersPerTypeMax,
  plansMax: 100,
  nearPercentsMax: 10,
  seriesMax: 100,
  seriesPerTypeMax,
  calendarDaysMax: 1_000,
  archiveOnlyMax: 200,
  versionedTypesMax: 200,
};

const name = matching(namePattern);
const eventType = text(128);

const meter = object<Meter>({
  name: required(name),
  eventType: required(eventType),
  aggregation: required(oneOf('sum', 'count')),
  field: optional(text(128)),
  unit: optional(text(64)),
  scale: optional(integer(0, 6), 0),
});

const limit = object<Limit>({
  meter: required(name),
  perCycle: required(
    leaf('a number above 0', (value) => typeof value === 'number' && Number.isFinite(value) && value > 0),
  ),
  onReached: optional(oneOf('suspend', 'notify'), 'suspend'),
  nearPercent: optional(list(integer(1, 100), { max: settingsBounds.nearPercentsMax }), [80]),
});

/** Limits of a plan, or of an account alone. */
export const limitsShape: Shape<Limit[]> = list(limit, { max: settingsBounds.metersMax });

const plan = object<Plan>({
  name: required(name),
  default: optional(boolean, false),
  limits: optional(limitsShape, []),
});

const zone: Shape<string> = {
  rule: 'a time zone of the IANA database, such as "Europe/Paris" or "UTC"',
  read(value, path, faults) {
    const timeZone = typeof value === 'string' ? zoneNamed(value) : undefined;
    if (timeZone === undefined) faults.add(path, `must be ${this.rule}`);
    return timeZone;
  },
};

/** The zone's name in the case that the database has; undefined where it has no such zone. */
function zoneNamed(value: string): string | undefined {
  // An offset such as +01:00 is a zone to the calendar library, but has no rules that a day could follow.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(value)) return undefined;
  try {
    return zonedDateTime(0n, value).timeZoneId;
  } catch {
    return undefined;
  }
}

const cycle = object<Cycle>({
  period: optional(oneOf('day', 'week', 'month'), emptySettings.cycle.period),
  timeZone: optional(zone),
  anchorDay: optional(integer(1, 31), emptySettings.cycle.anchorDay),
});

const series = object<Series>({
  name: required(name),
  eventType: required(eventType),
  aggregation: required(oneOf('count', 'sum')),
  field: optional(text(128)),
  interval: required(oneOf('PT5M', 'PT10M', 'PT1H', 'P1D')),
  severityThreshold: optional(integer(0, 100), 70),
  relativeTo: optional(name),
});

const date = leaf<string>(
  'a real date such as "2026-11-27"',
  (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}$/.test(value) &&
    !Number.isNaN(Date.parse(`${value}T00:00:00Z`)) &&
    new Date(`${value}T00:00:00Z`).toISOString().startsWith(value),
);

const settingsShape = object<TenantSettings>(
  {
    meters: optional(list(meter, { max: settingsBounds.metersMax }), []),
    plans: optional(list(plan, { max: settingsBounds.plansMax }), []),
    cycle: optional(cycle, emptySettings.cycle),
    onSuspended: optional(oneOf('reject', 'accept'), emptySettings.onSuspended),
    series: optional(list(series, { max: settingsBounds.seriesMax }), []),
    timeZone: optional(zone, emptySettings.timeZone),
    calendar: optional(
      list(object({ date: required(date), name: required(text(128)) }), {
        max: settingsBounds.calendarDaysMax,
      }),
      [],
    ),
    archiveOnly: optional(list(eventType, { max: settingsBounds.archiveOnlyMax }), []),
    versions: optional(
      dictionary(eventType, list(integer(1, 9), { min: 1, max: 9 }), settingsBounds.versionedTypesMax),
      {},
    ),
  },
  // What GET answers may be sent back as it is: the revision is read-only, If-Match is what fences a PUT.
  { revision: integer(0, Number.MAX_SAFE_INTEGER) },
);

/**
 * A tenant's settings with the contract's defaults, from the parsed JSON of its TenantConfig; or every fault that
 * it has. Never throws, whatever the value.
 */
export function parseTenantSettings(value: unknown): ParsedSettings {
  const faults = new Faults();
  const draft = settingsShape.read(value, '', faults);
  if (draft) checkReferences(draft, faults);
  if (faults.list.length > 0) return { ok: false, faults: faults.list };
  const settings = draft as TenantSettings;
  const bytes = utf8Bytes(JSON.stringify(settings));
  if (bytes > settingsBounds.bytesMax) {
    const detail = `has ${bytes} bytes with its defaults; at most ${settingsBounds.bytesMax} are kept`;
    return { ok: false, faults: [{ path: '', detail }] };
  }
  return { ok: true, settings };
}
