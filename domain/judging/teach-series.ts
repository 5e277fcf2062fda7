import type { AnomalyRecord } from './anomaly.ts';
import type { AnomalyStore } from './anomaly-store.ts';
import { type Taught, teach } from './lesson.ts';
import type { SeriesTweak, SeriesTweaks } from './series-tweak.ts';

export interface TeachPorts {
  anomalies: Pick<AnomalyStore, 'find' | 'setStatus'>;
  tweaks: Pick<SeriesTweaks, 'read' | 'put'>;
}

export interface Feedback {
  verdict: 'confirmed' | 'dismissed';
  note?: string;
}

export interface TaughtSeries {
  anomaly: AnomalyRecord;
  taught: Taught;
}

const conflictsMax = 8;

/**
 * Notes what a person says of an anomaly and what its series learns from it. Undefined where there is no such anomaly.
 * Saying the same again changes nothing more, so a call that was cut off may be repeated.
 */
export async function teachSeries(
  { anomalies, tweaks }: TeachPorts,
  tenantId: string,
  id: string,
  { verdict, note }: Feedback,
  now: number,
): Promise<TaughtSeries | undefined> {
  const found = await anomalies.find(tenantId, id);
  if (!found || !(await anomalies.setStatus(tenantId, id, verdict, note ?? found.note))) return undefined;
  const { note: former, ...rest } = found;
  const kept = note ?? former;
  const anomaly: AnomalyRecord = { ...rest, status: verdict, ...(kept !== undefined && { note: kept }) };
  const { taught } = await changeTweak(tweaks, tenantId, found.series, (tweak) => {
    const result = teach(tweak.lessons, found, verdict, now);
    return { tweak: { ...tweak, lessons: result.lessons }, taught: result };
  });
  return { anomaly, taught };
}

/** Changes what is set of a series, reading it again where somebody else did at the same time. */
export async function changeTweak<Changed extends { tweak: SeriesTweak }>(
  tweaks: Pick<SeriesTweaks, 'read' | 'put'>,
  tenantId: string,
  series: string,
  change: (tweak: SeriesTweak) => Changed,
): Promise<Changed> {
  for (let tries = 1; tries <= conflictsMax; tries++) {
    const former = await tweaks.read(tenantId, series);
    const changed = change(former);
    if (JSON.stringify(changed.tweak) === JSON.stringify(former)) return changed;
    if (await tweaks.put(tenantId, series, { ...changed.tweak, rev: former.rev + 1 })) return changed;
  }
  throw new Error(`Others still changed the series' settings after ${conflictsMax} tries.`);
}
