import type { AccountRegistry } from '../account-registry.ts';
import { eachAtOnce } from '../at-once.ts';
import { isBeyondHorizon, type StreamRetention } from '../horizon.ts';
import type { UsageRecord } from '../usage-record.ts';
import { hourMs, type WindowKey } from '../window.ts';
import { DayMarks } from './day-marks.ts';
import type { EventHashKeys } from './event-hash-keys.ts';
import { groupByWindow, type WindowBatch } from './group-records.ts';
import { type RecordWindowBounds, WindowRecorder, type WindowSums } from './record-window.ts';
import type { Freshness, WindowStore } from './window-store.ts';

/** What became of the records of one window. */
export interface TouchedWindow {
  window: WindowKey;
  /** The place of its first record in the batch. */
  firstRecord: number;
  /** How many records of the batch are of this window. */
  records: number;
  /** Those that this call counted. */
  counted: number;
  /** Those that were counted before, or repeat another one of the batch; 0 where the window failed. */
  duplicates: number;
  /** What the window says after it: at least every record of this batch is in it. Absent where it failed. */
  totals?: WindowSums;
  /** Why the window's records are not all counted; sending the batch again is safe and counts the rest. */
  failure?: Error;
}

export interface RecordUsagePorts {
  store: WindowStore;
  registry: AccountRegistry;
  hashKeys: EventHashKeys;
  /** Waits a little, longer and at random with every try, before a window is read again. */
  pause: (tries: number) => Promise<void>;
}

export interface RecordUsageBounds extends RecordWindowBounds {
  /** Windows read by one call of the store; such groups, and puts of a group, under way at once. */
  windowsPerRead: number;
  readsAtOnce: number;
  putsAtOnce: number;
  /** A window that others keep changing is given up after so many tries, for the batch to be sent again. */
  triesMax: number;
}

export const recordUsageBounds: Omit<RecordUsageBounds, 'retentionMs'> = {
  pageBytesMax: 64 * 1024,
  cacheBytesMax: 64 * 1024 * 1024,
  windowsPerRead: 100,
  readsAtOnce: 4,
  putsAtOnce: 16,
  triesMax: 8,
};

/**
 * Counts a batch: each record once in its window, however often and in whatever company it comes again, and
 * whenever a process dies. Answers for every window of the batch, changed or not. A record beyond the horizon
 * is the caller's fault: that is decided before, event by event.
 */
export type RecordUsage = (records: readonly UsageRecord[], now: number) => Promise<TouchedWindow[]>;

export function recordUsage(ports: RecordUsagePorts, bounds: RecordUsageBounds): RecordUsage {
  const recorder = new WindowRecorder(ports, bounds);
  return async (records, now) => {
    const batches = groupByWindow(records);
    for (const { window } of batches) assertWritable(window, now, bounds);
    const call: Call = { recorder, ports, bounds, now, marks: new DayMarks(ports.registry, now) };
    const touched = batches.map(touchedBy);
    const groups: Pending[][] = [];
    for (let at = 0; at < batches.length; at += bounds.windowsPerRead) {
      const group = batches.slice(at, at + bounds.windowsPerRead);
      groups.push(group.map((batch, index) => ({ batch, touched: touched[at + index]! })));
    }
    await eachAtOnce(groups, bounds.readsAtOnce, (group) => recordGroup(call, group));
    return touched;
  };
}

/** What the parts of one call share. */
interface Call {
  recorder: WindowRecorder;
  ports: RecordUsagePorts;
  bounds: RecordUsageBounds;
  marks: DayMarks;
  now: number;
}

interface Pending {
  batch: WindowBatch;
  touched: TouchedWindow;
}

/** A window beyond the horizon may have been forgotten: written again, it would count its events twice. */
function assertWritable(window: WindowKey, now: number, retention: StreamRetention): void {
  if (!isBeyondHorizon((window.hour + 1) * hourMs, now, retention)) return;
  throw new Error(`The window of hour ${window.hour} is beyond the horizon and must not be written.`);
}

const touchedBy = ({ window, firstRecord, records }: WindowBatch): TouchedWindow => ({
  window,
  firstRecord,
  records: records.length,
  counted: 0,
  duplicates: 0,
});

/**
 * Records these windows; those that another writer changed meanwhile are read and tried again. The first read
 * need not be consistent, which costs half: where it was behind, the put fails and the next read is.
 */
async function recordGroup(call: Call, group: Pending[]): Promise<void> {
  let pending = group;
  for (let tries = 0; pending.length > 0 && tries < call.bounds.triesMax; tries++) {
    if (tries > 0) await call.ports.pause(tries);
    await tryGroup(call, pending, tries === 0 ? 'eventual' : 'consistent');
    pending = pending.filter(({ touched }) => !touched.totals && !touched.failure);
  }
  for (const { touched } of pending) {
    touched.failure = new Error(`Others still changed the window after ${call.bounds.triesMax} tries.`);
  }
}

async function tryGroup(call: Call, group: Pending[], freshness: Freshness): Promise<void> {
  const { recorder, ports, bounds, marks, now } = call;
  try {
    const known = group.map(({ batch }) => recorder.known(batch.window));
    const keys = group.map(({ batch }, index) => ({ window: batch.window, page: known[index]!.count }));
    const pages = await ports.store.readPages(keys, freshness);
    const reads = group.map((pending, index) => ({ pending, sealed: known[index]!, first: pages[index] }));
    await eachAtOnce(reads, bounds.putsAtOnce, async ({ pending: { batch, touched }, sealed, first }) => {
      const { window, records } = batch;
      try {
        const attempt = { window, records, sealed, first, freshness, marks, now };
        const totals = await recorder.record(attempt, touched);
        if (totals) Object.assign(touched, { totals, duplicates: records.length - touched.counted });
      } catch (error) {
        touched.failure = error as Error;
      }
    });
  } catch (error) {
    for (const { touched } of group) touched.failure = error as Error;
  }
}
