import { type BadRow, type ImportPorts, importHistory } from '../../domain/judging/import-history.ts';
import { detectorName, type JudgeSeriesPorts, judgeSeries } from '../../domain/judging/judge-series.ts';
import type { SeriesTweaks } from '../../domain/judging/series-tweak.ts';
import type { ConfigHistory } from '../../domain/tenancy/config-history.ts';
import type { Series, TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import type { DetectionJob } from '../../events/job.ts';
import { CommandFault } from '../command-fault.ts';
import { readSeriesFile, SeriesFileFault } from '../series-file.ts';
import { historyRows } from './history-rows.ts';

export interface LoadPorts extends ImportPorts {
  traffic: JudgeSeriesPorts['traffic'];
  tweaks: Pick<SeriesTweaks, 'read'>;
  history: Pick<ConfigHistory, 'latest'>;
  /** Where detect-anomalies is asked to look at all of a tenant's series. */
  detections: { sendAll(jobs: DetectionJob[]): Promise<void> };
}

export interface LoadWish {
  tenantId: string;
  series: string;
  file: string;
  content: Buffer;
}

export interface LoadAround {
  clock: () => number;
  print: (line: string) => void;
  complain: (line: string) => void;
}

/** Stores the intervals of a file and judges them. Throws a CommandFault where it loads nothing. */
export async function loadHistory(ports: LoadPorts, wish: LoadWish, around: LoadAround): Promise<void> {
  const { tenantId, file } = wish;
  const { clock, print, complain } = around;
  const { config, series } = await definitionOf(ports, wish);
  const { rows, bad } = historyRows(rowsOf(wish), { series, zones: config.zones });
  if (bad.length > 0) refuse(file, bad, complain);
  if (rows.length === 0) throw new CommandFault(`${file} has no row with a value: nothing was loaded.`);
  const now = clock();
  const detector = detectorName({ config, now }, series);
  const imported = await importHistory(ports, { tenantId, config, series, detector }, rows, now);
  if (!imported.ok) {
    const isLive = imported.bad.some(({ detail }) => detail.startsWith('is counted here'));
    refuse(
      file,
      imported.bad,
      complain,
      isLive ? `${series.name} is counted here since ${instant(imported.liveFrom)}` : undefined,
    );
  }
  const { intervals, from, to, isChanged } = imported;
  const span = `${intervals.toLocaleString('en')} intervals of ${series.name}, ${instant(from)} to ${instant(to)}`;
  if (!isChanged) return print(`${span}, were loaded already; nothing has changed.`);
  print(`${span}, are stored.`);
  const judged = await judgeImported(ports, wish, { config, series, until: to }, around);
  await ports.detections.sendAll([{ job: 'detect-anomalies', tenantId, all: true }]);
  print(`${judged.toLocaleString('en')} intervals are judged; what follows them is judged as it is counted.`);
}

async function definitionOf(
  { history }: LoadPorts,
  { tenantId, series: name }: LoadWish,
): Promise<{ config: TenantConfig; series: Series }> {
  const config = await history.latest(tenantId);
  if (!config) throw new CommandFault(`There is no tenant ${tenantId}.`);
  const series = config.series.find((one) => one.name === name);
  const names = config.series.map((one) => one.name).join(', ') || 'none';
  if (!series) throw new CommandFault(`${tenantId} has no series ${name}; there are ${names}.`);
  return { config, series };
}

function rowsOf({ file, content }: LoadWish) {
  try {
    return readSeriesFile(content).rows;
  } catch (error) {
    if (error instanceof SeriesFileFault) throw new CommandFault(`${file}: ${error.message}.`);
    throw error;
  }
}

function refuse(file: string, bad: readonly BadRow[], complain: LoadAround['complain'], why?: string): never {
  for (const { line, detail } of bad) complain(`${file}:${line}: ${detail}`);
  const rows = bad.length === 1 ? 'One row is' : `${bad.length} rows are`;
  throw new CommandFault(`${rows} wrong${why === undefined ? '' : ` (${why})`}: nothing was loaded.`);
}

/**
 * Judges what was imported. What is counted here is left to detect-anomalies, which goes on from there and knows what is
 * complete; both may be at it at once.
 */
async function judgeImported(
  ports: LoadPorts,
  { tenantId }: LoadWish,
  { config, series, until }: { config: TenantConfig; series: Series; until: number },
  { clock }: LoadAround,
): Promise<number> {
  const now = clock();
  const { series: watched } = await ports.watches.read(tenantId);
  const since = new Map(Object.entries(watched).map(([name, one]) => [name, one.since]));
  const tweak = await ports.tweaks.read(tenantId, series.name);
  const completeUntil = Math.min(until, since.get(series.name) ?? until);
  const judge = judgeSeries(ports, () => true);
  const task = { series, tweak, completeUntil, reopened: [] };
  return (await judge({ tenantId, config, since, gaps: [], now }, task)).judged;
}

const instant = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
