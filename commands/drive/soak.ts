import { pause } from './backoff.ts';
import { type DrawStream, drawStream } from './draw.ts';
import { createApiClient } from './http.ts';
import { targetOf } from './local-target.ts';
import { driveDefaults } from './options.ts';
import { type Progress, silentProgress } from './progress.ts';
import { type DriveSummary, differenceText } from './report.ts';
import { drive, spareConnections } from './run.ts';
import { type StackProcess, stackProcess } from './stack-process.ts';

export interface SoakOptions {
  seed: number;
  minutes: number;
  dataDir: string;
  /** Stands in the account ids, so that a folder may be soaked again. */
  run: string;
  /** Of event lines a second: slow enough that kills come in the midst of it. */
  rate: number;
  /** Ends it early; the stack is stopped all the same. */
  signal?: AbortSignal;
}

export interface SoakSummary {
  exact: boolean;
  seed: number;
  drives: number;
  kills: { total: number; whileStarting: number };
  events: { sent: number; distinct: number; counted: number; suppressed: number; rejected: number };
  retries: Record<string, number>;
  differences: DriveSummary['differences'];
  visibleMaxMs: number;
  seconds: number;
}

/** Up to so long the stack lives before it is killed, and in one kill of five it has not even started. */
const aliveMsMax = 9_000;
const startingMsMax = 2_500;
const whileStartingShare = 0.2;

/**
 * Drives a local stack while it is killed again and again at moments drawn from the seed, and started again on
 * its folder and port, until the time is up. What was being driven then is brought to its end and verified.
 */
export async function soak(
  options: SoakOptions,
  told: (line: string) => void,
  progress: Progress = silentProgress,
): Promise<SoakSummary> {
  const stack = stackProcess({ dataDir: options.dataDir });
  const started = Date.now();
  const summary = emptySummary(options.seed);
  const over = new AbortController();
  const fallen = new AbortController();
  const signal = AbortSignal.any([fallen.signal, ...(options.signal === undefined ? [] : [options.signal])]);

  const kill = async () => {
    try {
      await killAgainAndAgain(stack, drawStream(options.seed, 41), summary, over.signal);
    } catch (fault) {
      // A stack that does not come back has nothing more to drive.
      fallen.abort(fault);
      throw fault;
    }
  };
  const driveOn = async () => {
    while (summary.exact && Date.now() - started < options.minutes * 60_000) {
      const result = await driveOnce(options, summary.drives, progress, signal);
      enter(summary, result);
      const verdict = result.exact ? 'exact' : 'DIFFERENT';
      told(
        `drive ${summary.drives}: ${result.events.counted} counted, ${verdict}; ${summary.kills.total} kills so far`,
      );
    }
    over.abort();
  };
  let killing: Promise<void> | undefined;
  try {
    await stack.start();
    killing = kill();
    await Promise.all([killing, driveOn()]);
  } finally {
    over.abort();
    await killing?.catch(() => {});
    await stack.stop();
  }
  summary.seconds = (Date.now() - started) / 1_000;
  return summary;
}

/** Each drive is another: sizes follow from the seed as well. */
async function driveOnce(
  options: SoakOptions,
  number: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<DriveSummary> {
  const draws = drawStream(options.seed, 42, number);
  const connections = 1 + draws.below(12);
  const target = targetOf({ dataDir: options.dataDir, json: false });
  const client = createApiClient(target.current().api, connections + spareConnections);
  try {
    return await drive(
      {
        ...driveDefaults(`${options.run}x${number}`),
        seed: options.seed,
        accounts: 1 + draws.below(60),
        devices: 1 + draws.below(4),
        minutes: 5 + draws.below(60),
        duplicates: draws.unit() * 0.3,
        late: 0.05,
        rate: options.rate,
        connections,
        giveUpSeconds: 180,
        visibleSeconds: 180,
      },
      { target, client, progress, now: Date.now, signal },
    );
  } finally {
    client.close();
  }
}

async function killAgainAndAgain(
  stack: StackProcess,
  draws: DrawStream,
  summary: SoakSummary,
  over: AbortSignal,
): Promise<void> {
  const untilThen = (ms: number) => pause(ms, over).catch(() => {});
  for (;;) {
    await untilThen(draws.unit() * aliveMsMax);
    while (!over.aborted) {
      await stack.kill();
      summary.kills.total++;
      if (draws.unit() >= whileStartingShare) break;
      summary.kills.whileStarting++;
      stack.spawn();
      await untilThen(draws.unit() * startingMsMax);
    }
    if (over.aborted) return;
    await stack.start();
  }
}

const emptySummary = (seed: number): SoakSummary => ({
  exact: true,
  seed,
  drives: 0,
  kills: { total: 0, whileStarting: 0 },
  events: { sent: 0, distinct: 0, counted: 0, suppressed: 0, rejected: 0 },
  retries: {},
  differences: [],
  visibleMaxMs: 0,
  seconds: 0,
});

/** The summary for a person. */
export function soakText({ kills, events, drives, retries, seed, ...summary }: SoakSummary): string {
  const tries = Object.values(retries).reduce((sum, count) => sum + count, 0);
  return [
    `soaked      ${summary.seconds.toFixed(0)} s, seed ${seed}: ${drives} drives, ${kills.total} kills, ${kills.whileStarting} of them while it was starting`,
    `sent        ${events.sent} events, ${tries} posts tried again`,
    `counted     ${events.counted} of ${events.distinct} different ones; ${events.suppressed} repeats suppressed, ${events.rejected} rejected`,
    `visible     at latest ${(summary.visibleMaxMs / 1_000).toFixed(1)} s after the post, kills included`,
    ...(summary.exact
      ? ['exact       every window']
      : ['DIFFERENT', ...summary.differences.map(differenceText)]),
  ].join('\n');
}

function enter(summary: SoakSummary, drive: DriveSummary): void {
  const { events } = drive;
  summary.drives++;
  summary.exact &&= drive.exact;
  for (const name of ['sent', 'distinct', 'counted', 'suppressed'] as const)
    summary.events[name] += events[name];
  summary.events.rejected += Object.values(events.rejected).reduce((sum, count) => sum + count, 0);
  for (const [cause, count] of Object.entries(drive.retries))
    summary.retries[cause] = (summary.retries[cause] ?? 0) + count;
  summary.differences.push(...drive.differences);
  summary.visibleMaxMs = Math.max(summary.visibleMaxMs, drive.latencyMs.visible?.max ?? 0);
}
