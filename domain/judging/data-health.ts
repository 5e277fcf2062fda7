import { localDateOf } from '../calendar/local-day.ts';
import { hourMs, hourOf } from '../metering/window.ts';
import type { ZoneChange } from '../tenancy/tenant-config.ts';
import type { Watermark } from '../traffic/traffic-reader.ts';
import { duplicatesShareMax } from './judge-intervals.ts';
import type { HealthNotice, TenantWatch } from './tenant-watch.ts';

export const healthNoticeKey = ({ kind, since }: HealthNotice): string => `${kind} ${since}`;

/** What lags for less than this comes right by itself and is not worth telling. */
const laggingMsMax = 10 * 60_000;
/** What waits to be told; more is not worth telling. */
const untoldMax = 20;
const shardsMax = 20;

/**
 * What became of the pipeline since it was last looked at: told once when it stalls, once when it is well again.
 * The same object where nothing changes.
 */
export function healthAfter(watch: TenantWatch, watermark: Watermark, now: number): TenantWatch {
  const { state, since = now, shards } = watermark;
  const before = watch.health;
  const isTold = before.state !== 'ok';
  // One that has never counted anything has not stalled.
  if (watermark.completeUntil === -Infinity) return watch;
  if (state === 'ok') {
    if (!isTold) return watch;
    const { since: begun = now } = before;
    return noting({ ...watch, health: { state } }, { kind: 'data.resumed', at: now, since: begun });
  }
  const isLagging = state === 'lagging';
  if (isTold || (isLagging && now - since < laggingMsMax)) return watch;
  // Where nobody looked for a while nobody may have put heartbeats either: the next look knows whether any come.
  if (!isLagging && before.doubtedSince !== since)
    return { ...watch, health: { ...before, doubtedSince: since } };
  return noting(
    { ...watch, health: { state, since } },
    { kind: 'data.stalled', at: now, since, shards: shards.slice(0, shardsMax), isLagging },
  );
}

/** The hour whose repeats are to be looked at; undefined where it was already. */
export function duplicatesHour({ duplicates }: TenantWatch, now: number): number | undefined {
  const hour = hourOf(now) - 1;
  return duplicates?.hour === hour ? undefined : hour;
}

/** What of the repeats of the day up to this hour is to be told: that there are many, once a local day. */
export function duplicatesAfter(
  watch: TenantWatch,
  { hour, share }: { hour: number; share: number },
  zones: readonly ZoneChange[],
  now: number,
): TenantWatch {
  const toldOn = watch.duplicates?.toldOn;
  const today = localDateOf(zones, hourOf(now));
  const isNews = share > duplicatesShareMax && toldOn !== today;
  const told = isNews ? today : toldOn;
  const next = { ...watch, duplicates: { hour, share, ...(told !== undefined && { toldOn: told }) } };
  if (!isNews) return next;
  return noting(next, { kind: 'data.duplicates', at: now, since: (hour + 1) * hourMs - duplicatesMs, share });
}

/** Repeats are looked at over a day, so that a few events in a quiet hour say nothing. */
export const duplicatesMs = 24 * hourMs;

const noting = (watch: TenantWatch, notice: HealthNotice): TenantWatch => ({
  ...watch,
  untold: [...watch.untold, notice].slice(-untoldMax),
});

/** The watch without what was told. */
export function withoutTold(watch: TenantWatch, told: readonly HealthNotice[]): TenantWatch {
  const keys = new Set(told.map(healthNoticeKey));
  const untold = watch.untold.filter((notice) => !keys.has(healthNoticeKey(notice)));
  return untold.length === watch.untold.length ? watch : { ...watch, untold };
}
