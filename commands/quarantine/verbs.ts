import type {
  QuarantineArchive,
  QuarantineEntry,
  QuarantineFilter,
} from '../../domain/quarantine/quarantine-archive.ts';
import type { Consumer } from '../../events/stream-record.ts';
import { CommandFault } from '../command-fault.ts';
import type { Progress } from '../drive/progress.ts';
import { consumers, linesOf } from '../replay/quarantine-lines.ts';
import { withConfig } from '../replay/run-replay.ts';
import type { ReplaySender } from '../replay/sender.ts';
import { asTable } from '../table.ts';

export async function entriesOf(
  quarantine: Pick<QuarantineArchive, 'list'>,
  filter: QuarantineFilter,
): Promise<QuarantineEntry[]> {
  const entries: QuarantineEntry[] = [];
  for await (const entry of quarantine.list(filter)) entries.push(entry);
  return entries;
}

/** How many objects stand under one tenant, day, reason and consumer. */
export interface QuarantineCount {
  tenantId: string;
  day: string;
  reason: string;
  consumer: string;
  objects: number;
  bytes: number;
}

export async function countQuarantined(
  quarantine: Pick<QuarantineArchive, 'list'>,
  filter: QuarantineFilter,
): Promise<QuarantineCount[]> {
  const counts = new Map<string, QuarantineCount>();
  for await (const { tenantId, day, reason, consumer, bytes } of quarantine.list(filter)) {
    const key = [tenantId, day, reason, consumer].join('/');
    const count = counts.get(key) ?? { tenantId, day, reason, consumer, objects: 0, bytes: 0 };
    counts.set(key, { ...count, objects: count.objects + 1, bytes: count.bytes + bytes });
  }
  return [...counts.values()];
}

export function countsText(counts: readonly QuarantineCount[]): string[] {
  if (counts.length === 0) return ['Nothing is set aside there.'];
  const rows = counts.map(({ tenantId, day, reason, consumer, objects, bytes }) => [
    ...[tenantId, day, reason, consumer, String(objects), String(bytes)],
  ]);
  return asTable([['TENANT', 'DAY', 'REASON', 'CONSUMER', 'OBJECTS', 'BYTES'], ...rows]);
}

/** One object for a person: why it is there, where it stood, and what it says. */
export async function showQuarantined(
  quarantine: Pick<QuarantineArchive, 'read'>,
  key: string,
): Promise<string[]> {
  const item = await quarantine.read(key);
  if (!item) throw new CommandFault(`There is no ${key}; list --keys names what there is.`);
  const { tenantId, reason, detail, consumer, position, quarantinedAt, bytes } = item;
  const buffer = Buffer.from(bytes);
  const text = buffer.toString('utf8');
  const isText = Buffer.from(text).equals(buffer);
  const { lines, bad } = linesOf(item);
  return [
    `tenant      ${tenantId ?? 'unknown'}`,
    `reason      ${reason}: ${detail}`,
    `set aside   ${new Date(quarantinedAt).toISOString()} by ${consumer}`,
    `stood at    ${position.shardId} ${position.sequenceNumber}, arrived ${new Date(position.arrivedAt).toISOString()}`,
    `holds       ${lines.length} events${bad.length > 0 ? ` and ${bad.length} lines that cannot be replayed` : ''}, ${bytes.length} bytes${isText ? '' : ' that are not UTF-8, in hex'}:`,
    isText ? text.trimEnd() : buffer.toString('hex'),
  ];
}

export interface QuarantineReplay {
  objects: number;
  events: number;
  /** Objects that stay, by why they do. */
  kept: Record<string, number>;
}

export interface ReplayQuarantineWish {
  filter: QuarantineFilter;
  /** Instead of the consumer that set it aside. */
  consumers?: Consumer[] | undefined;
  /** The revision that is to stand in the lines instead of their own. */
  config?: number | undefined;
}

const undecodable = 'nobody can read them, so there is nothing to send';
const beyondHorizon = 'beyond the horizon: record-usage would set them aside again';
const forNobody = 'no consumer of the stream set them aside; name one with --for';

/**
 * Sends what was set aside through the stream again, each object to the consumer that set it aside. An object leaves
 * its place only once the stream has all of it: whoever dies in between sends it twice, and loses nothing.
 */
export async function replayQuarantined(
  {
    sender,
    quarantine,
    progress,
  }: { sender: ReplaySender; quarantine: QuarantineArchive; progress: Progress },
  { filter, ...wish }: ReplayQuarantineWish,
): Promise<QuarantineReplay> {
  const entries = await entriesOf(quarantine, { ...filter, isReplayed: false });
  const outcome: QuarantineReplay = { objects: 0, events: 0, kept: {} };
  progress.begin('replayed', Math.max(1, entries.length));
  try {
    for (const entry of entries) {
      const done = await replayOne({ sender, quarantine }, entry, wish);
      if (typeof done === 'string') outcome.kept[done] = (outcome.kept[done] ?? 0) + 1;
      else if (done > 0) {
        outcome.objects += 1;
        outcome.events += done;
      }
      progress.advance(1);
    }
  } finally {
    progress.end();
  }
  return outcome;
}

/** How many events the stream has again, or why the object stays. */
async function replayOne(
  { sender, quarantine }: { sender: ReplaySender; quarantine: QuarantineArchive },
  { key, reason }: QuarantineEntry,
  { consumers: wanted, config }: Omit<ReplayQuarantineWish, 'filter'>,
): Promise<number | string> {
  const item = await quarantine.read(key);
  if (!item) return 0;
  // The lake must know by which revision they were counted.
  const isRejudged = config !== undefined && item.consumer === 'record-usage';
  const own = consumers.filter((name) => name === item.consumer || (isRejudged && name === 'lake'));
  const target = wanted ?? own;
  const { lines, bad } = linesOf(item);
  if (lines.length === 0 && bad.length > 0) return undecodable;
  if (target.length === 0) return forNobody;
  if (reason === 'beyond_horizon' && target.includes('record-usage')) return beyondHorizon;
  const replayed = lines.map((line) => ({ line }));
  await sender.send(config === undefined ? replayed : replayed.map((one) => withConfig(one, config)), target);
  for (const bytes of bad) {
    const { quarantinedAt, ...rest } = item;
    await quarantine.put(
      { ...rest, reason: 'undecodable', detail: 'the line is no stream line', bytes },
      quarantinedAt,
    );
  }
  await quarantine.setReplayed(key);
  return lines.length;
}

export function replayText({ objects, events, kept }: QuarantineReplay): string[] {
  const stay = Object.entries(kept).map(([why, count]) => `${count} stay: ${why}.`);
  if (objects === 0 && stay.length === 0) return ['Nothing is set aside there.'];
  return [`${events} events of ${objects} objects are on the stream again.`, ...stay];
}
