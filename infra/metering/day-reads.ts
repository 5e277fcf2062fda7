import type { LocalDate } from '../../domain/calendar/local-day.ts';
import type { MeteredAccount } from '../../domain/metering/days/day.ts';
import type { DeviceUsage } from '../../domain/metering/window.ts';
import type { ItemKey } from '../dynamo-batch-get.ts';
import { type Backoff, fullJitterMs } from '../full-jitter.ts';
import type { Random } from '../random.ts';
import { type DayHead, dayItemKey, toDevices, toHead } from './day-items.ts';
import type { Item } from './window-items.ts';

/** Reads of days that are being written, before their hours are to say what they hold. */
const readsMax = 3;
const backoff: Backoff = { baseMs: 20, capMs: 200 };

export interface DayReads {
  /** Items in the order of their keys, read consistently. */
  read: (keys: ItemKey[]) => Promise<(Item | undefined)[]>;
  random: Random;
  wait: (ms: number) => Promise<unknown>;
}

/** A day's head and the devices of its head and of the pages asked for. */
export interface PagedDay {
  head: DayHead;
  devices: DeviceUsage[];
}

/**
 * Reads the heads of these dates, and of those that have pages the ones that `pagesOf` names. A page of another
 * revision than its head's is one caught in the middle of a put: such dates are read again, and in the end left
 * out.
 */
export async function readPagedDays(
  reads: DayReads,
  account: MeteredAccount,
  dates: readonly LocalDate[],
  pagesOf: (head: DayHead) => number[],
): Promise<Map<LocalDate, PagedDay>> {
  const found = new Map<LocalDate, PagedDay>();
  let left = [...dates];
  for (let tries = 0; left.length > 0 && tries < readsMax; tries++) {
    if (tries > 0) await reads.wait(fullJitterMs(tries, backoff, reads.random));
    left = await tryDays(reads, account, left, pagesOf, found);
  }
  return found;
}

/** Adds what could be read to `found`; answers the dates to be read again. */
async function tryDays(
  { read }: DayReads,
  account: MeteredAccount,
  dates: readonly LocalDate[],
  pagesOf: (head: DayHead) => number[],
  found: Map<LocalDate, PagedDay>,
): Promise<LocalDate[]> {
  const heads = await readHeads(read, account, dates);
  const asked = [...heads].map(([date, head]) => ({
    date,
    head,
    pages: head.pages === 0 ? [] : pagesOf(head),
  }));
  const items = await read(
    asked.flatMap(({ date, pages }) => pages.map((page) => dayItemKey({ ...account, date }, page))),
  );
  const torn: LocalDate[] = [];
  let at = 0;
  for (const { date, head, pages } of asked) {
    const own = items.slice(at, at + pages.length);
    at += pages.length;
    const isWhole = own.every((page) => Number(page?.rev?.N) === head.rev);
    if (isWhole) found.set(date, { head, devices: [...head.devices, ...own.flatMap(toDevices)] });
    else torn.push(date);
  }
  return torn;
}

/** The heads of the dates that were ever written. */
export async function readHeads(
  read: DayReads['read'],
  account: MeteredAccount,
  dates: readonly LocalDate[],
): Promise<Map<LocalDate, DayHead>> {
  const items = await read(dates.map((date) => dayItemKey({ ...account, date }, 0)));
  const heads = dates.map((date, index) => [date, toHead(items[index])] as const);
  return new Map(heads.flatMap(([date, head]) => (head ? [[date, head] as const] : [])));
}
