import type { Quarantined } from '../../domain/quarantine/quarantine.ts';
import { type Consumer, type EventLine, isFor, isHeartbeat } from '../../events/stream-record.ts';
import { exactLines } from './exact-lines.ts';

/** Names of the stream's consumers, as `for` takes them. */
export const consumers: readonly Consumer[] = ['record-usage', 'count-traffic', 'lake'];

/** What an item of the quarantine holds that can be sent again, and what cannot. */
export interface QuarantinedLines {
  lines: EventLine[];
  /** Lines that nobody can read. */
  bad: Uint8Array[];
}

/** Reads an item; heartbeats, and lines that were not for the consumer that set it aside, are left out. */
export function linesOf({ bytes, consumer }: Pick<Quarantined, 'bytes' | 'consumer'>): QuarantinedLines {
  const { lines, bad } = exactLines(bytes);
  const known = consumers.find((name) => name === consumer);
  const events = lines.filter(
    (line): line is EventLine => !isHeartbeat(line) && (known === undefined || isFor(line, known)),
  );
  return { lines: events, bad: bad.map((line) => line.bytes) };
}
