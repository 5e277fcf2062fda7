import { type Hour, hourMs } from '../../domain/metering/window.ts';
import type { QuarantineArchive } from '../../domain/quarantine/quarantine-archive.ts';
import type { LakeRow } from '../../events/lake-row.ts';
import { parseInstant } from '../../events/rfc3339.ts';
import type { EventLine } from '../../events/stream-record.ts';
import { linesOf } from '../replay/quarantine-lines.ts';
import { type EventFilter, isWanted } from '../replay/stream-source.ts';

/** An event by the contract's identity, within its tenant. */
export interface EventIdentity {
  hour: Hour;
  subject: string | null;
  source: string;
  id: string;
}

export const identityText = ({ hour, subject, source, id }: EventIdentity): string =>
  JSON.stringify([hour, subject, source, id]);

/** What is set aside of a tenant and a span, and has not been replayed. */
export interface SetAside {
  /** Events that usage does not count, by `identityText`. */
  uncounted: Map<string, EventIdentity>;
  /** Events that the lake does not have, as rows of it. */
  waiting: LakeRow[];
}

export async function readSetAside(
  quarantine: Pick<QuarantineArchive, 'list' | 'read'>,
  filter: EventFilter,
): Promise<SetAside> {
  const setAside: SetAside = { uncounted: new Map(), waiting: [] };
  for await (const { key, consumer } of quarantine.list({ tenantId: filter.tenantId })) {
    if (consumer !== 'record-usage' && consumer !== 'lake') continue;
    const item = await quarantine.read(key);
    for (const line of item ? linesOf(item).lines : []) {
      if (!isWanted(line, filter)) continue;
      if (consumer === 'lake') setAside.waiting.push(rowOf(line));
      else {
        const identity = identityOfLine(line);
        setAside.uncounted.set(identityText(identity), identity);
      }
    }
  }
  return setAside;
}

const identityOfLine = ({ event }: EventLine): EventIdentity => ({
  hour: Math.floor(parseInstant(event.time) / hourMs),
  subject: event.subject ?? null,
  source: event.source,
  id: event.id,
});

/** What it would be in the lake; attributes that nobody counts by are left out. */
const rowOf = ({ event, receivedAt, config }: EventLine): LakeRow => ({
  id: event.id,
  source: event.source,
  subject: event.subject ?? null,
  type: event.type,
  time: event.time,
  dataversion: event.dataversion ?? 1,
  ...{ datacontenttype: null, dataschema: null, attributes: null },
  data: event.data === undefined ? null : JSON.stringify(event.data),
  receivedAt: parseInstant(receivedAt),
  config,
});
