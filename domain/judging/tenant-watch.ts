import type { Series } from '../tenancy/tenant-config.ts';

/** Whether the pipeline's counts come, as it was last told. */
export interface HealthState {
  state: 'ok' | 'stalled' | 'lagging';
  since?: number;
  /** The last look found nothing passed since then; where the next one finds the same, that is told. */
  doubtedSince?: number;
}

/** Something to be told of a tenant's data. `since` is when it began. */
export type HealthNotice =
  | { kind: 'data.stalled'; at: number; since: number; shards: string[]; isLagging: boolean }
  | { kind: 'data.resumed'; at: number; since: number }
  | { kind: 'data.duplicates'; at: number; since: number; share: number };

/** A series that is counted and judged. */
export interface WatchedSeries {
  /** Since when its counts are whole: what lies before was not counted here. */
  since: number;
  /** Its rhythm is known. */
  isActive: boolean;
}

/** What is known of a tenant as a whole. */
export interface TenantWatch {
  rev: number;
  series: Record<string, WatchedSeries>;
  health: HealthState;
  /** The hour of which repeats were last looked at, and the day on which they were last told. */
  duplicates?: { hour: number; share: number; toldOn?: string };
  /** What is to be told of its data. */
  untold: HealthNotice[];
}

export const nothingWatched: TenantWatch = { rev: 0, series: {}, health: { state: 'ok' }, untold: [] };

/** What is watched of every tenant. Reads are consistent. */
export interface TenantWatches {
  read(tenantId: string): Promise<TenantWatch>;
  /** Stores it if what is stored has the revision before this one; answers whether it did. */
  put(tenantId: string, watch: TenantWatch): Promise<boolean>;
}

/**
 * A series is watched from when it is first met in the configuration. One that was left out is forgotten, so that
 * the time until it stands there again, in which it was not counted, is not taken for silence. The same object
 * where nothing changes.
 */
export function watching(watch: TenantWatch, series: readonly Series[], now: number): TenantWatch {
  const names = series.map(({ name }) => name);
  const isSame =
    names.length === Object.keys(watch.series).length &&
    names.every((name) => Object.hasOwn(watch.series, name));
  if (isSame) return watch;
  const watched = names.map((name): [string, WatchedSeries] => [
    name,
    Object.hasOwn(watch.series, name)
      ? (watch.series[name] as WatchedSeries)
      : { since: now, isActive: false },
  ]);
  return { ...watch, series: Object.fromEntries(watched) };
}

/** Notes of which series the rhythm is known. */
export function withActive(watch: TenantWatch, active: ReadonlyMap<string, boolean>): TenantWatch {
  const changed = Object.entries(watch.series).filter(
    ([name, { isActive }]) => active.has(name) && active.get(name) !== isActive,
  );
  if (changed.length === 0) return watch;
  const series = Object.fromEntries(
    changed.map(([name, one]) => [name, { ...one, isActive: active.get(name) === true }]),
  );
  return { ...watch, series: { ...watch.series, ...series } };
}
