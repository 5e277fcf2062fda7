import { cycleAt } from '../calendar/cycle.ts';
import { type Fault, utf8Bytes } from './json-shape.ts';
import { revisedLimits } from './limit-revisions.ts';
import {
  allMeters,
  allSeries,
  type Meter,
  type Series,
  settingsOf,
  type TenantConfig,
  type TenantSettings,
  type ZoneChange,
} from './tenant-config.ts';

export type Revised =
  | { ok: true; config: TenantConfig }
  | { ok: false; code: 'immutable_meter' | 'invalid_config'; faults: Fault[] };

/** What a tenant may have defined in all its time: retired definitions are kept, so they need a bound too. */
export const historyBounds = {
  metersEverMax: 500,
  seriesEverMax: 500,
  /** Of a stored revision; a DynamoDB item holds 400 KB. */
  bytesMax: 320 * 1024,
  /** In the time that counts are kept. */
  zoneChangesMax: 30,
  /** What a limit revision can hold (domain/limits/limit-revision.ts). */
  revisionsMax: 2 ** 26 - 1,
};

const dayMs = 86_400_000;
/** Longer than any day is kept: who asks for a day asks in the zone of its time. */
const zonesKeptMs = 500 * dayMs;

const definition = {
  meters: ['eventType', 'field', 'aggregation', 'scale'],
  series: ['eventType', 'field', 'aggregation', 'interval'],
} as const;

/**
 * The revision that follows, or why there can be none. Where nothing changes it is the previous one itself, so a
 * PUT that is repeated makes no further revision. What is left out is retired: its definition stays fixed, for a
 * window must never mix units.
 */
export function reviseConfig(previous: TenantConfig, settings: TenantSettings, now: number): Revised {
  const immutable = [
    ...changedDefinitions('meters', allMeters(previous), settings.meters),
    ...changedDefinitions('series', allSeries(previous), settings.series),
  ];
  if (immutable.length > 0) return { ok: false, code: 'immutable_meter', faults: immutable };

  const config: TenantConfig = {
    ...settings,
    revision: previous.revision + 1,
    retiredMeters: retired(previous.retiredMeters, previous.meters, settings.meters),
    retiredSeries: retired(previous.retiredSeries, previous.series, settings.series),
    zones: revisedZones(previous, settings, now),
    limitRevisions: revisedLimits(previous, settings, previous.revision + 1),
  };
  const faults = boundFaults(config);
  if (faults.length > 0) return { ok: false, code: 'invalid_config', faults };
  return { ok: true, config: isSame(previous, config) ? previous : config };
}

function changedDefinitions(
  kind: 'meters' | 'series',
  known: readonly (Meter | Series)[],
  wanted: readonly (Meter | Series)[],
): Fault[] {
  const byName = new Map(known.map((item) => [item.name, item as unknown as Record<string, unknown>]));
  return wanted.flatMap((item, index) => {
    const former = byName.get(item.name);
    if (!former) return [];
    const now = item as unknown as Record<string, unknown>;
    return definition[kind]
      .filter((member) => now[member] !== former[member])
      .map((member) => ({
        path: `/${kind}/${index}/${member}`,
        detail: changedDetail(item.name, former[member]),
      }));
  });
}

function changedDetail(name: string, former: unknown): string {
  const right = former === undefined ? 'be absent' : `stay ${JSON.stringify(former)}`;
  return `must ${right}: what "${name}" counts cannot change, also after it was left out; give the new one a new name`;
}

function retired<T extends { name: string }>(
  before: readonly T[],
  inForce: readonly T[],
  wanted: readonly T[],
) {
  const names = new Set(wanted.map(({ name }) => name));
  return [...before, ...inForce].filter(({ name }) => !names.has(name));
}

/**
 * A change of zone or cycle takes effect with the next cycle and replaces one that has not. Before the first
 * meter or series nothing has been counted by days, so there it holds from the start.
 */
function revisedZones(previous: TenantConfig, settings: TenantSettings, now: number): ZoneChange[] {
  const { period, anchorDay } = settings.cycle;
  const wanted = { timeZone: settings.timeZone, cycle: { period, anchorDay } };
  if (allMeters(previous).length + allSeries(previous).length === 0) return [{ from: 0, ...wanted }];
  const begun = previous.zones.filter(({ from }, index) => index === 0 || from <= now);
  const inForce = begun.at(-1) as ZoneChange;
  const zones = isSameZone(inForce, wanted)
    ? begun
    : [...begun, { from: cycleAt(begun, now).end, ...wanted }];
  return withoutForgotten(zones, now - zonesKeptMs);
}

const isSameZone = (a: Omit<ZoneChange, 'from'>, b: Omit<ZoneChange, 'from'>): boolean =>
  a.timeZone === b.timeZone && a.cycle.period === b.cycle.period && a.cycle.anchorDay === b.cycle.anchorDay;

/** Zones that ended before `since` rule nothing that is still kept; the first that is left holds since ever. */
function withoutForgotten(zones: readonly ZoneChange[], since: number): ZoneChange[] {
  const first = Math.max(
    zones.findLastIndex(({ from }) => from <= since),
    0,
  );
  return zones.slice(first).map((zone, index) => (index === 0 ? { ...zone, from: 0 } : zone));
}

function boundFaults(config: TenantConfig): Fault[] {
  const { metersEverMax, seriesEverMax, zoneChangesMax, bytesMax, revisionsMax } = historyBounds;
  const meters = allMeters(config).length;
  const series = allSeries(config).length;
  const bytes = utf8Bytes(JSON.stringify(config));
  const isRetired = 'with those left out earlier, whose definitions are kept';
  return [
    {
      isBroken: meters > metersEverMax,
      path: '/meters',
      detail: `would be ${meters} ${isRetired}; a tenant may define at most ${metersEverMax} in all`,
    },
    {
      isBroken: series > seriesEverMax,
      path: '/series',
      detail: `would be ${series} ${isRetired}; a tenant may define at most ${seriesEverMax} in all`,
    },
    {
      isBroken: config.zones.length > zoneChangesMax,
      path: '/timeZone',
      detail: `or the cycle would have changed more than ${zoneChangesMax - 1} times within 500 days`,
    },
    {
      isBroken: config.revision > revisionsMax,
      path: '',
      detail: `would be revision ${config.revision}; a tenant has at most ${revisionsMax}`,
    },
    {
      isBroken: bytes > bytesMax,
      path: '',
      detail: `would be ${bytes} bytes ${isRetired}; at most ${bytesMax} are kept`,
    },
  ]
    .filter(({ isBroken }) => isBroken)
    .map(({ path, detail }) => ({ path, detail }));
}

const isSame = (previous: TenantConfig, next: TenantConfig): boolean =>
  JSON.stringify([settingsOf(previous), previous.zones]) === JSON.stringify([settingsOf(next), next.zones]);
