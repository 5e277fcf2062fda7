import { eachAtOnce } from '../metering/at-once.ts';
import { hourMs } from '../metering/window.ts';
import type { Series, TenantConfig } from '../tenancy/tenant-config.ts';
import type {
  ReopenedInterval,
  ReopenedIntervals,
  TrafficReader,
  Watermark,
} from '../traffic/traffic-reader.ts';
import {
  duplicatesAfter,
  duplicatesHour,
  duplicatesMs,
  healthAfter,
  healthNoticeKey,
} from './data-health.ts';
import { type JudgeSeriesPorts, judgeSeries } from './judge-series.ts';
import { LastLooks } from './last-looks.ts';
import { noTweak, type SeriesTweaks } from './series-tweak.ts';
import { type TenantWatch, type TenantWatches, watching, withActive } from './tenant-watch.ts';

export interface JudgeTenantPorts extends JudgeSeriesPorts {
  traffic: TrafficReader;
  reopened: Pick<ReopenedIntervals, 'list' | 'clear'>;
  tweaks: Pick<SeriesTweaks, 'readAll'>;
  watches: TenantWatches;
}

export interface TenantOutcome {
  state: Watermark['state'];
  series: number;
  judged: number;
  reopened: number;
  failed: { series: string; error: Error }[];
  isDone: boolean;
}

export interface Judging {
  /** Whether there is time to begin something more. */
  goesOn?: () => boolean;
  /** Looks at every series: somebody may have died over one, or begun one anew. */
  all?: boolean;
}

/** Series that are judged at once: what takes time is the table's answers. */
const seriesAtOnce = 16;
const conflictsMax = 8;

/**
 * Judges all that is complete of a tenant's series, and notes what is to be told of its data. Whatever was cut off
 * before is made good. One series that cannot be judged does not hold up the others.
 */
export function judgeTenant(ports: JudgeTenantPorts, clock: () => number) {
  const looks = new LastLooks();
  return async (
    tenantId: string,
    config: TenantConfig,
    { goesOn = () => true, all = false }: Judging = {},
  ): Promise<TenantOutcome> => {
    const now = clock();
    const mayHaveEnded = all ? () => true : looks.since(tenantId, config);
    // The marks come before the watermark and the counts: what is marked later is in the next list.
    const marks = await ports.reopened.list(tenantId);
    const watermark = await ports.traffic.watermark();
    const [watch, tweaks] = await Promise.all([
      noted(ports, tenantId, (one) => healthAfter(watching(one, config.series, now), watermark, now)),
      ports.tweaks.readAll(tenantId),
    ]);
    const since = new Map(Object.entries(watch.series).map(([name, one]) => [name, one.since]));
    const tenant = { tenantId, config, since, gaps: watermark.gaps, now };
    const judge = judgeSeries(ports, goesOn);
    const outcome: TenantOutcome = {
      state: watermark.state,
      series: config.series.length,
      judged: 0,
      reopened: marks.length,
      failed: [],
      isDone: true,
    };
    const taken = new Map<string, Set<number>>();
    const active = new Map<string, boolean>();
    await eachAtOnce(config.series, seriesAtOnce, async (series) => {
      const own = marks.filter((mark) => mark.series === series.name || mark.series === series.relativeTo);
      if (own.length === 0 && !mayHaveEnded(series, watermark.completeUntil)) return;
      try {
        const result = await judge(tenant, {
          series,
          tweak: tweaks.get(series.name) ?? noTweak,
          completeUntil: watermark.completeUntil,
          reopened: own.map(({ start }) => start),
        });
        outcome.judged += result.judged;
        outcome.isDone &&= result.isDone;
        taken.set(series.name, new Set(result.taken));
        active.set(series.name, !result.isLearning);
      } catch (error) {
        outcome.failed.push({ series: series.name, error: error as Error });
      }
    });
    const done = marks.filter((one) => isTaken(one, config.series, taken));
    await eachAtOnce(done, seriesAtOnce, (mark) => ports.reopened.clear(tenantId, mark));
    const known = await noted(ports, tenantId, (one) => withActive(one, active), watch);
    const { untold } = await lookAtDuplicates(ports, tenantId, config, known, now);
    // Sent until it is told: whoever dies in between leaves it to the next look.
    const cause = untold.map(healthNoticeKey).join(' ');
    if (untold.length > 0) await ports.queue.sendAll([{ kind: 'health', tenantId, cause }]);
    if (outcome.isDone && outcome.failed.length === 0) looks.note(tenantId, config, watermark.completeUntil);
    return outcome;
  };
}

export type JudgeTenant = ReturnType<typeof judgeTenant>;

/** A mark is done with once every series that it concerns has taken it; one that is not judged needs it not. */
const isTaken = (
  { series: name, start }: ReopenedInterval,
  series: readonly Series[],
  taken: ReadonlyMap<string, ReadonlySet<number>>,
): boolean =>
  series
    .filter((one) => one.name === name || one.relativeTo === name)
    .every((one) => taken.get(one.name)?.has(start) === true);

/** Changes the watch, reading it again where somebody else did. */
async function noted(
  { watches }: Pick<JudgeTenantPorts, 'watches'>,
  tenantId: string,
  change: (watch: TenantWatch) => TenantWatch,
  known?: TenantWatch,
): Promise<TenantWatch> {
  let watch = known ?? (await watches.read(tenantId));
  for (let tries = 1; tries <= conflictsMax; tries++) {
    const changed = change(watch);
    if (changed === watch) return watch;
    const next = { ...changed, rev: watch.rev + 1 };
    if (await watches.put(tenantId, next)) return next;
    watch = await watches.read(tenantId);
  }
  throw new Error(`Others still changed what is watched of the tenant after ${conflictsMax} tries.`);
}

async function lookAtDuplicates(
  ports: JudgeTenantPorts,
  tenantId: string,
  { zones }: TenantConfig,
  watch: TenantWatch,
  now: number,
): Promise<TenantWatch> {
  const hour = duplicatesHour(watch, now);
  if (hour === undefined) return watch;
  const to = (hour + 1) * hourMs;
  const share = (await ports.traffic.duplicatesShare(tenantId, to - duplicatesMs, to)) ?? 0;
  const looked = (one: TenantWatch) =>
    duplicatesHour(one, now) === undefined ? one : duplicatesAfter(one, { hour, share }, zones, now);
  return noted(ports, tenantId, looked, watch);
}
