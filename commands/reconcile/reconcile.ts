import { type StreamRetention, windowExpiresAt } from '../../domain/metering/horizon.ts';
import { type Hour, type HourSpan, hourMs, type WindowKey } from '../../domain/metering/window.ts';
import {
  isEqualLook,
  stayingDifference,
  type WindowDifference,
  windowText,
} from '../../domain/reconciliation/window-look.ts';
import { allMeters, type TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import type { Progress } from '../drive/progress.ts';
import { type Examination, examine } from './examine.ts';
import { hoursOfUnknownConfigs, type Recount, recountWindows } from './recount.ts';
import type { EventIdentity, SetAside } from './set-aside.ts';
import type { StoredWindows } from './windows.ts';

/** The lake as it is now, recounted, and what is set aside beside it. */
export interface OpenStore {
  recount: Recount;
  setAside: SetAside;
  close(): void;
}

export interface ReconcileParts {
  /** Reads the lake and the quarantine anew. */
  openStore: () => Promise<OpenStore>;
  windows: StoredWindows;
  config: TenantConfig;
  /** Resolves when all that was sent before has had time to come to both sides. */
  waitForBoth: () => Promise<void>;
  progress: Progress;
}

export interface Reconciliation {
  windows: number;
  events: number;
  differences: WindowDifference[];
  /** Events that are neither counted nor set aside. */
  unaccounted: EventIdentity[];
  /** The last close look at what differed at first; undefined where nothing did. */
  examination: Examination | undefined;
}

/**
 * Recounts a span of hours from the lake and compares with the windows. What differs is looked at event by event, and
 * once more when both sides have had their time: only what stays is a difference.
 */
export async function reconcile(
  span: HourSpan,
  parts: ReconcileParts,
): Promise<Reconciliation & { store: OpenStore }> {
  let store = await parts.openStore();
  const { doubtful, windows, events } = await compareSums(span, store, parts);
  const result = { windows, events, differences: [], unaccounted: [], examination: undefined };
  const hours = await hoursOfUnknownConfigs(store.recount);
  if (doubtful.length === 0 && hours.length === 0) return { ...result, store };
  const former = await examine({ ...store, windows: parts.windows }, doubtful, hours);
  if (isSettled(former)) return { ...result, examination: former, store };

  store.close();
  await parts.waitForBoth();
  store = await parts.openStore();
  const latter = await examine({ ...store, windows: parts.windows }, doubtful, hours);
  const differences = [...latter.looks].flatMap(([key, look]) => {
    const before = former.looks.get(key);
    // A window that only the later look has met came in between: what it lacks may still be on its way.
    return before ? (stayingDifference(before, look) ?? []) : [];
  });
  const unaccounted = [...latter.unaccounted]
    .filter(([key]) => former.unaccounted.has(key))
    .map(([, event]) => event);
  return { ...result, differences: sorted(differences), unaccounted, examination: latter, store };
}

const isSettled = ({ looks, unaccounted }: Examination): boolean =>
  unaccounted.size === 0 && [...looks.values()].every(isEqualLook);

/** By hour, then by account and meter. */
const sorted = (differences: WindowDifference[]): WindowDifference[] =>
  differences.toSorted(
    ({ window: one }, { window: other }) =>
      one.hour - other.hour || (windowText(one) < windowText(other) ? -1 : 1),
  );

/** Windows whose sums are not those of the lake, or of which SQL cannot tell. */
async function compareSums(
  span: HourSpan,
  { recount }: OpenStore,
  { windows, config, progress }: ReconcileParts,
): Promise<{ doubtful: WindowKey[]; windows: number; events: number }> {
  const { tenantId, configs } = recount;
  const counted = new Map<string, { window: WindowKey; events: number; value: bigint | undefined }>();
  for await (const one of recountWindows(recount)) counted.set(windowText(one.window), one);
  const accounts = await windows.accounts(tenantId);
  for (const { window } of counted.values()) accounts.add(window.accountId);
  const meters = [config, ...configs.values()].flatMap(allMeters).map(({ name }) => name);
  const wanted = { accounts: [...accounts], meters: [...new Set(meters)], span };
  progress.begin('compared', Math.max(1, accounts.size));
  const stored = await windows.sums(tenantId, wanted, () => progress.advance(1));
  progress.end();

  const doubtful: WindowKey[] = [];
  let events = 0;
  for (const { window, faults, ...found } of stored) {
    const expected = counted.get(windowText(window));
    counted.delete(windowText(window));
    events += found.events;
    const isEqual = expected?.events === found.events && expected.value === found.value;
    if (!isEqual || faults.length > 0) doubtful.push(window);
  }
  doubtful.push(...[...counted.values()].map(({ window }) => window));
  return { doubtful, windows: stored.length, events };
}

/** The first hour, from `from` on, whose windows are sure to be there still, and stay so while they are read. */
export function firstKeptHour(from: Hour, now: number, retention: StreamRetention): Hour {
  let hour = from;
  while (windowExpiresAt(hour, retention) * 1_000 <= now + hourMs) hour += 1;
  return hour;
}
