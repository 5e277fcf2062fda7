import type { CapacityUse } from './capacity.ts';
import type { DrivenMeter, Fleet } from './fleet.ts';
import type { LatencySummary } from './latencies.ts';
import type { DriveOptions } from './options.ts';
import type { PostKind } from './plan.ts';
import type { Probes } from './probes.ts';
import { type Difference, increase, type Tally } from './tally.ts';
import type { DriveTarget } from './target.ts';
import type { Verdict } from './verifier.ts';

/** The result of a drive; with --json it is printed as it stands. */
export interface DriveSummary {
  exact: boolean;
  api: string;
  tenantId: string;
  meter: string;
  seed: number;
  run: string;
  accounts: number;
  devices: number;
  posts: Record<PostKind, number> & { gzip: number };
  events: {
    /** In acknowledged posts, probes and closing events included. */
    sent: number;
    /** Different good events: what must be counted. */
    distinct: number;
    /** What the windows of the usage query hold. */
    counted: number;
    /** Repeats that were sent and not counted again. */
    suppressed: number;
    rejected: Record<string, number>;
  };
  /** Tries that were not acknowledged, by cause. */
  retries: Record<string, number>;
  latencyMs: { post?: LatencySummary; visible?: LatencySummary };
  eventsPerSecond: number;
  /** Of everything that the stack did meanwhile, reads of the verification included. */
  capacity?: CapacityUse & { writeUnitsPerEvent: number; readUnitsPerEvent: number };
  differenceCount: number;
  differences: Difference[];
  seconds: { sending: number; total: number };
}

export interface SummaryParts {
  options: DriveOptions;
  target: DriveTarget;
  meter: DrivenMeter;
  fleet: Fleet;
  tally: Tally;
  probes: Probes;
  verdict: Verdict;
  capacity: CapacityUse | undefined;
  sendingMs: number;
  totalMs: number;
}

export function summaryOf(parts: SummaryParts): DriveSummary {
  const { options, target, meter, fleet, tally, probes, verdict, capacity } = parts;
  const { seed, run, accounts, devices } = options;
  const distinct = tally.acknowledged.reduce((sum, one) => sum + one, 0) + probes.events;
  const sent = tally.sent + probes.events;
  const accepted = tally.accepted + probes.events;
  const unsent = fleet.ordinals + probes.events - distinct;
  const differenceCount = verdict.differences.count + tally.receiptDifferences.count;
  const post = tally.postLatency.summary();
  const visible = probes.visible.summary();
  return {
    exact: differenceCount === 0 && unsent === 0 && verdict.countedEvents === distinct,
    api: target.api,
    tenantId: target.tenantId,
    meter: meter.name,
    ...{ seed, run, accounts, devices },
    posts: { ...tally.posts, gzip: tally.gzipPosts },
    events: {
      ...{ sent, distinct },
      counted: verdict.countedEvents,
      suppressed: accepted - verdict.countedEvents + tally.repeatedInPost,
      rejected: Object.fromEntries(tally.rejected),
    },
    retries: Object.fromEntries(tally.retries),
    latencyMs: { ...(post === undefined ? {} : { post }), ...(visible === undefined ? {} : { visible }) },
    eventsPerSecond: Math.round((sent / parts.sendingMs) * 1_000),
    ...(capacity === undefined
      ? {}
      : {
          capacity: {
            ...capacity,
            writeUnitsPerEvent: capacity.writeUnits / distinct,
            readUnitsPerEvent: capacity.readUnits / distinct,
          },
        }),
    differenceCount,
    differences: [...tally.receiptDifferences.named, ...verdict.differences.named],
    seconds: { sending: parts.sendingMs / 1_000, total: parts.totalMs / 1_000 },
  };
}

/** The summary for a person. */
export function summaryText(summary: DriveSummary): string {
  const { events, posts, latencyMs, capacity, seconds } = summary;
  const rejected = Object.values(events.rejected).reduce((sum, count) => sum + count, 0);
  const retries = Object.values(summary.retries).reduce((sum, count) => sum + count, 0);
  const lines = [
    `tenant      ${summary.tenantId} at ${summary.api}, meter ${summary.meter}, seed ${summary.seed}, run ${summary.run}`,
    `posts       ${posts.single} single, ${posts.batch} batches, ${posts.report} reports; ${posts.gzip} of them gzip`,
    `sent        ${events.sent} events in ${seconds.sending.toFixed(1)} s, ${summary.eventsPerSecond} a second`,
    `counted     ${events.counted} of ${events.distinct} different ones`,
    `suppressed  ${events.suppressed}`,
    `rejected    ${rejected}${listed(events.rejected)}`,
    `retries     ${retries}${listed(summary.retries)}`,
    `post        ${latencyText(latencyMs.post)}`,
    `visible     ${latencyText(latencyMs.visible)}`,
    ...(capacity === undefined
      ? []
      : [
          `units       ${capacity.writeUnitsPerEvent.toFixed(3)} write units and ${capacity.readUnitsPerEvent.toFixed(3)} read units an event`,
          `            by operation: ${operationsText(capacity, events.distinct)}; Query is the drive asking`,
        ]),
    ...verdictLines(summary),
  ];
  return lines.join('\n');
}

/** Units an event of each operation, all tables together. */
function operationsText({ tables }: CapacityUse, events: number): string {
  const units = new Map<string, number>();
  for (const [operation, spent] of Object.values(tables).flatMap((table) => Object.entries(table)))
    increase(units, operation, spent.readUnits + spent.writeUnits);
  return [...units].map(([operation, sum]) => `${operation} ${(sum / events).toFixed(3)}`).join(', ');
}

const listed = (counts: Record<string, number>): string => {
  const entries = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return entries.length === 0 ? '' : ` (${entries.join(', ')})`;
};

const latencyText = (latency: LatencySummary | undefined): string =>
  latency === undefined
    ? 'not measured'
    : `p50 ${latency.p50} ms, p99 ${latency.p99} ms, max ${latency.max} ms of ${latency.count}`;

function verdictLines({ exact, differenceCount, differences, accounts, devices }: DriveSummary): string[] {
  if (exact) return [`exact       every window of ${accounts} accounts with ${devices} devices each`];
  const cut = differences.some(({ found }) => found.includes('account_suspended'));
  return [
    `DIFFERENT   ${differenceCount} differences${differenceCount > differences.length ? `, the first ${differences.length}` : ''}:`,
    ...differences.map(differenceText),
    ...(cut ? ['An account was cut off by a limit: drive a tenant whose default plan has none.'] : []),
  ];
}

export function differenceText({ accountId, deviceId, at, what, expected, found }: Difference): string {
  const device = deviceId === undefined ? '' : ` device ${JSON.stringify(deviceId)}`;
  return `  account ${JSON.stringify(accountId)}${device}, ${at}, ${what}: expected ${expected}, found ${found}`;
}
