import { isBeyondHorizon } from '../../domain/metering/horizon.ts';
import { countableRecords } from '../../domain/metering/intake/countable-records.ts';
import type { Quarantine } from '../../domain/quarantine/quarantine.ts';
import type { TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { decodeCloudEvent } from '../../events/cloud-event.ts';
import { parseInstant } from '../../events/rfc3339.ts';
import { type Consumer, encodeLine } from '../../events/stream-record.ts';
import { digestOf } from '../../infra/quarantine/s3-quarantine.ts';
import type { Progress } from '../drive/progress.ts';
import type { ReplayLine, ReplaySender } from './sender.ts';

/** Some lines of a source, and how far it has come with them. */
export interface ReplayBatch {
  lines: ReplayLine[];
  /** Of the source's total. */
  advance: number;
  /** To be called once the stream has them. */
  sent?: () => Promise<void>;
}

/** Where events are replayed from. */
export interface ReplaySource {
  /** For the progress bar, in whatever unit the source can tell. */
  total: number;
  batches(): AsyncIterable<ReplayBatch>;
}

export interface ReplayWish {
  tenantId: string;
  consumers: Consumer[];
  /** The revision that is to stand in the lines instead of their own. */
  config?: number | undefined;
}

export interface ReplayParts {
  sender: ReplaySender;
  quarantine: Quarantine;
  /** The configuration of a revision; undefined where there is none. */
  configAt: (revision: number) => Promise<TenantConfig | undefined>;
  retentionMs: number;
  /** The stack's time, epoch milliseconds. */
  clock: () => number;
  progress: Progress;
}

export interface ReplayOutcome {
  /** Events that the stream has again. */
  sent: number;
  /** Events that usage can no longer count: they are in the quarantine as such. */
  beyondHorizon: number;
}

/** Sends everything of the source through the pipeline again. What usage cannot count any more is set aside. */
export async function runReplay(
  source: ReplaySource,
  wish: ReplayWish,
  parts: ReplayParts,
): Promise<ReplayOutcome> {
  const { sender, progress } = parts;
  const outcome: ReplayOutcome = { sent: 0, beyondHorizon: 0 };
  const before = sender.sent;
  progress.begin('replayed', Math.max(1, source.total));
  try {
    for await (const { lines, advance, sent } of source.batches()) {
      const replayed = wish.config === undefined ? lines : lines.map((one) => withConfig(one, wish.config!));
      const { within, beyond } = await byHorizon(replayed, wish, parts);
      await sender.send(within, wish.consumers);
      await setAside(beyond, wish, parts);
      const others = wish.consumers.filter((consumer) => consumer !== 'record-usage');
      if (others.length > 0) await sender.send(beyond, others);
      await sent?.();
      outcome.beyondHorizon += beyond.length;
      progress.advance(advance);
    }
  } finally {
    progress.end();
  }
  return { ...outcome, sent: sender.sent - before };
}

/** A line that is to be judged by another revision than its own. */
export const withConfig = ({ line, ...rest }: ReplayLine, config: number): ReplayLine => ({
  ...rest,
  line: { ...line, config },
});

/** Splits off what `record-usage` would set aside: it would do so one by one, and they may be very many. */
async function byHorizon(
  lines: ReplayLine[],
  { consumers, tenantId }: ReplayWish,
  { configAt, retentionMs, clock }: ReplayParts,
): Promise<{ within: ReplayLine[]; beyond: ReplayLine[] }> {
  const split = { within: [] as ReplayLine[], beyond: [] as ReplayLine[] };
  if (!consumers.includes('record-usage')) return { ...split, within: lines };
  const now = clock();
  for (const one of lines) {
    // Nearly all are young, and then nothing else matters.
    if (!isBeyondHorizon(parseInstant(one.line.event.time), now, { retentionMs })) {
      split.within.push(one);
      continue;
    }
    const decoded = decodeCloudEvent(one.line.event);
    const config = await configAt(one.line.config);
    const judged =
      decoded.ok && config && countableRecords(tenantId, decoded.event, config, now, { retentionMs });
    const isBeyond = judged && 'fault' in judged && judged.fault.reason === 'beyond_horizon';
    split[isBeyond ? 'beyond' : 'within'].push(one);
  }
  return split;
}

/** As much as a record of the stream holds. */
const packLinesMax = 500;
const packBytesMax = 200 * 1024;

async function setAside(
  beyond: readonly ReplayLine[],
  { tenantId }: ReplayWish,
  { quarantine, clock }: ReplayParts,
): Promise<void> {
  const receivedAt = parseInstant(beyond[0]?.line.receivedAt ?? '');
  for (const texts of packs(beyond.map(({ line, text }) => encodeLine(line, text)))) {
    const bytes = Buffer.from(`${texts.join('\n')}\n`);
    const item = {
      tenantId,
      reason: 'beyond_horizon' as const,
      detail:
        'replayed events so old that their windows may be gone, so that a repeat of them could no longer be recognised',
      consumer: 'record-usage',
      // Not from the stream: the bytes alone say what it is, so that the same replay again gives the same object.
      position: { shardId: 'replay', sequenceNumber: digestOf(bytes), arrivedAt: receivedAt },
      bytes,
    };
    await quarantine.put(item, clock());
  }
}

function packs(texts: readonly string[]): string[][] {
  const packed: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    const more = Buffer.byteLength(text) + 1;
    if (bytes + more > packBytesMax || packed.at(-1)?.length === packLinesMax) {
      packed.push([]);
      bytes = 0;
    }
    packed.at(-1)?.push(text);
    bytes += more;
  }
  return packed;
}
