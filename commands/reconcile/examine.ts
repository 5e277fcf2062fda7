import { eachAtOnce } from '../../domain/metering/at-once.ts';
import type { Hour, WindowKey } from '../../domain/metering/window.ts';
import { type WindowLook, windowText } from '../../domain/reconciliation/window-look.ts';
import type { LakeRow } from '../../events/lake-row.ts';
import { type CountedEvent, judgeHour } from './judge-hour.ts';
import { type AccountHour, copiesOf, type Recount } from './recount.ts';
import { type EventIdentity, identityText, type SetAside } from './set-aside.ts';
import type { StoredWindows } from './windows.ts';

/** What a close look at some hours sees. */
export interface Examination {
  /** Of every window that was asked for, and of every other that the lake has in those hours. */
  looks: Map<string, WindowLook>;
  /** Events of those hours that are in no window: set aside or not. */
  uncounted: Map<string, EventIdentity>;
  /** Those that a meter takes, that cannot be counted, and that are not set aside either. */
  unaccounted: Map<string, EventIdentity>;
}

interface Parts {
  recount: Recount;
  windows: Pick<StoredWindows, 'open'>;
  setAside: Pick<SetAside, 'uncounted'>;
}

/** Hours of accounts whose windows are read at once. */
const hoursAtOnce = 8;

/** Holds windows against the lake event by event, and so exactly; `others` are hours to look at beside theirs. */
export async function examine(
  parts: Parts,
  asked: readonly WindowKey[],
  others: readonly AccountHour[] = [],
): Promise<Examination> {
  const examination: Examination = { looks: new Map(), uncounted: new Map(), unaccounted: new Map() };
  const left = Map.groupBy(asked, hourKey);
  const hours = new Map([...asked, ...others].map((one) => [hourKey(one), one]));
  for await (const { accountId, hour, rows } of grouped(copiesOf(parts.recount, [...hours.values()]))) {
    const key = hourKey({ accountId, hour });
    await examineHour(parts, examination, { accountId, hour, rows, asked: left.get(key) ?? [] });
    left.delete(key);
  }
  // What the lake has no copy of.
  await eachAtOnce([...left.values()], hoursAtOnce, async (windows) => {
    const { accountId, hour } = windows[0] as WindowKey;
    await examineHour(parts, examination, { accountId, hour, rows: [], asked: windows });
  });
  return examination;
}

const hourKey = ({ accountId, hour }: AccountHour): string => JSON.stringify([accountId, hour]);

interface AskedHour extends AccountHour {
  rows: LakeRow[];
  asked: WindowKey[];
}

async function examineHour(
  { recount, windows, setAside }: Parts,
  { looks, uncounted, unaccounted }: Examination,
  { accountId, hour, rows, asked }: AskedHour,
): Promise<void> {
  const { tenantId, configs } = recount;
  const judged = judgeHour(tenantId, rows, configs);
  const named = (source: string, id: string): EventIdentity => ({ hour, subject: accountId, source, id });
  const meters = new Set([...judged.meters.keys(), ...asked.map(({ meter }) => meter)]);
  const keys = [...meters].map((meter) => ({ tenantId, accountId, meter, hour }));
  const found = await Promise.all(
    keys.map((window) => lookAt(windows, window, judged.meters.get(window.meter) ?? new Map())),
  );
  for (const look of found) {
    for (const [identity, { source, id }] of look.missing) {
      const event = named(source, id);
      const text = identityText(event);
      uncounted.set(text, event);
      if (setAside.uncounted.has(text)) look.missing.delete(identity);
    }
    looks.set(windowText(look.window), look);
  }
  for (const { source, id } of judged.uncountable.values()) {
    const event = named(source, id);
    const text = identityText(event);
    uncounted.set(text, event);
    if (!setAside.uncounted.has(text)) unaccounted.set(text, event);
  }
}

async function lookAt(
  windows: Pick<StoredWindows, 'open'>,
  window: WindowKey,
  events: ReadonlyMap<string, CountedEvent>,
): Promise<WindowLook> {
  const stored = await windows.open(window);
  const look: WindowLook = {
    window,
    found: { events: stored?.events ?? 0, value: stored?.value ?? 0n },
    present: { events: 0, value: 0n },
    expected: { events: events.size, value: 0n },
    missing: new Map(),
    extra: new Set(stored?.ids),
    faults: stored?.faults ?? [],
  };
  for (const [identity, { source, id, quantity }] of events) {
    look.expected.value += quantity;
    const hash = stored?.hash(source, id) ?? '';
    if (!stored?.ids.has(hash)) {
      look.missing.set(identity, { source, id });
      continue;
    }
    look.extra.delete(hash);
    look.present.events += 1;
    look.present.value += quantity;
  }
  return look;
}

/** Rows that stand together by account and hour. */
async function* grouped(
  rows: AsyncIterable<LakeRow & { hour: Hour }>,
): AsyncIterable<Omit<AskedHour, 'asked'>> {
  let group: Omit<AskedHour, 'asked'> | undefined;
  for await (const row of rows) {
    const accountId = row.subject as string;
    if (group && group.accountId === accountId && group.hour === row.hour) group.rows.push(row);
    else {
      if (group) yield group;
      group = { accountId, hour: row.hour, rows: [row] };
    }
  }
  if (group) yield group;
}
