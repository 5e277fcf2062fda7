import type { Announcement } from '../notification/notification.ts';
import type { TenantConfig } from '../tenancy/tenant-config.ts';
import type { AnomalyRecord } from './anomaly.ts';
import type { AnomalyStore } from './anomaly-store.ts';
import { healthNoticeKey, withoutTold } from './data-health.ts';
import type { SeriesTweaks } from './series-tweak.ts';
import type { HealthNotice, TenantWatches } from './tenant-watch.ts';

export interface TellAnomalyPorts {
  anomalies: Pick<AnomalyStore, 'find' | 'markTold'>;
  tweaks: Pick<SeriesTweaks, 'read'>;
  tell: (announcement: Announcement, zones: TenantConfig['zones'], now: number) => Promise<void>;
}

/**
 * Tells what is to be told of an anomaly and is not marked as told, marks it, and answers how much that was. Of one
 * that was dismissed, or of a muted series, nothing is told. After a death between telling and marking it is told
 * again, with the same id.
 */
export function tellAnomaly({ anomalies, tweaks, tell }: TellAnomalyPorts) {
  return async (
    { tenantId, anomalyId }: { tenantId: string; anomalyId: string },
    config: TenantConfig,
    now: number,
  ): Promise<number> => {
    const anomaly = await anomalies.find(tenantId, anomalyId);
    if (!anomaly || anomaly.status === 'dismissed') return 0;
    if ((await tweaks.read(tenantId, anomaly.series)).muted) return 0;
    let told = 0;
    for (const what of toBeTold(anomaly)) {
      await tell(announcementOf(tenantId, anomaly, what, now), config.zones, now);
      await anomalies.markTold(tenantId, anomalyId, what, now);
      told += 1;
    }
    return told;
  };
}

export type TellAnomaly = ReturnType<typeof tellAnomaly>;

/** Its end is told only where its beginning was. One that was withdrawn before it was told is nothing to tell. */
function toBeTold(anomaly: AnomalyRecord): ('detected' | 'ended')[] {
  const { isDue, isWithdrawn, end, detectedToldAt, endedToldAt } = anomaly;
  const isNew = detectedToldAt === undefined;
  const isOver = end !== undefined || isWithdrawn === true;
  const isDetected = isNew && isDue && !isWithdrawn;
  const isEnded = isOver && endedToldAt === undefined && (!isNew || isDetected);
  return [...(isDetected ? (['detected'] as const) : []), ...(isEnded ? (['ended'] as const) : [])];
}

function announcementOf(
  tenantId: string,
  anomaly: AnomalyRecord,
  what: 'detected' | 'ended',
  at: number,
): Announcement {
  const kind = `anomaly.${what}` as const;
  const { id: anomalyId, series, start, end, direction, severity, observed, scale } = anomaly;
  const { expected, lower, upper, worstAt, isWithdrawn } = anomaly;
  const of = {
    id: `${kind}:${tenantId}:${anomalyId}`,
    tenantId,
    at,
    anomalyId,
    series,
    start,
    direction,
    severity,
  };
  if (kind === 'anomaly.ended') {
    const isFalse = isWithdrawn === true;
    return { topic: 'anomalies', notification: { ...of, kind, end: end ?? start, isWithdrawn: isFalse } };
  }
  return {
    topic: 'anomalies',
    notification: { ...of, kind, observed, scale, expected, lower, upper, worstAt },
  };
}

export interface TellHealthPorts {
  watches: TenantWatches;
  tell: TellAnomalyPorts['tell'];
}

const conflictsMax = 8;

/** Tells what is to be told of a tenant's data and forgets it; answers how much that was. */
export function tellHealth({ watches, tell }: TellHealthPorts) {
  return async (tenantId: string, config: TenantConfig, now: number): Promise<number> => {
    let watch = await watches.read(tenantId);
    const told = watch.untold;
    for (const notice of told) await tell(healthAnnouncement(tenantId, notice), config.zones, now);
    for (let tries = 1; tries <= conflictsMax; tries++) {
      const left = withoutTold(watch, told);
      if (left === watch || (await watches.put(tenantId, { ...left, rev: watch.rev + 1 })))
        return told.length;
      watch = await watches.read(tenantId);
    }
    throw new Error(`Others still changed what is watched of the tenant after ${conflictsMax} tries.`);
  };
}

export type TellHealth = ReturnType<typeof tellHealth>;

function healthAnnouncement(tenantId: string, notice: HealthNotice): Announcement {
  const id = `${healthNoticeKey(notice).replace(' ', `:${tenantId}:`)}`;
  return { topic: 'health', notification: { ...notice, id, tenantId } };
}
