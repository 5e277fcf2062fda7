import { hourMs, hourOf } from '../../domain/metering/window.ts';
import type { EventName, WindowDifference } from '../../domain/reconciliation/window-look.ts';
import { parseInstant } from '../../events/rfc3339.ts';
import type { Progress } from '../drive/progress.ts';
import type { ReplaySource } from '../replay/run-replay.ts';
import type { EventFilter } from '../replay/stream-source.ts';
import type { OpenWindow, StoredWindows } from './windows.ts';

/** Names of counted events that the lake does not have, by window and hash. */
export type ExtraNames = Map<WindowDifference, Map<string, EventName>>;

interface Parts {
  windows: Pick<StoredWindows, 'open'>;
  /** Reads what the stream still holds. */
  streamOf: (filter: EventFilter) => ReplaySource;
  progress: Progress;
}

/** A window keeps hashes alone; the stream, while it holds the events, says whose they are. */
export async function nameExtras(
  differences: readonly WindowDifference[],
  { windows, streamOf, progress }: Parts,
): Promise<ExtraNames> {
  const names: ExtraNames = new Map();
  const byHour = new Map<
    string,
    { difference: WindowDifference; wanted: Set<string>; hash: OpenWindow['hash'] }[]
  >();
  const unknown = differences.filter(({ extra }) => extra.length > 0);
  const [first] = unknown;
  if (!first) return names;
  for (const difference of unknown) {
    const open = await windows.open(difference.window);
    if (!open) continue;
    const key = keyOf(difference.window.accountId, difference.window.hour);
    const entry = { difference, wanted: new Set(difference.extra), hash: open.hash };
    byHour.set(key, [...(byHour.get(key) ?? []), entry]);
    names.set(difference, new Map());
  }
  const hours = unknown.map(({ window }) => window.hour);
  const from = hours.reduce((least, hour) => Math.min(least, hour)) * hourMs;
  const to = (hours.reduce((most, hour) => Math.max(most, hour)) + 1) * hourMs;
  const source = streamOf({ tenantId: first.window.tenantId, from, to });
  progress.begin('named', source.total);
  for await (const { lines, advance } of source.batches()) {
    for (const { line } of lines) {
      const { subject = '', source: device, id, time } = line.event;
      for (const { difference, wanted, hash } of byHour.get(keyOf(subject, hourOf(parseInstant(time)))) ??
        []) {
        const hashed = hash(device, id);
        if (wanted.has(hashed)) names.get(difference)?.set(hashed, { source: device, id });
      }
    }
    progress.advance(advance);
  }
  progress.end();
  return names;
}

const keyOf = (accountId: string, hour: number): string => JSON.stringify([accountId, hour]);
