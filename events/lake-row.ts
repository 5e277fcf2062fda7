import type { CloudEvent } from './cloud-event.ts';
import { parseExactJson } from './exact-json.ts';
import type { EventLine } from './stream-record.ts';

/** An event as a row of the lake has it (events/lake-line.ts writes them); what it lacks is null. */
export interface LakeRow {
  id: string;
  source: string;
  subject: string | null;
  type: string;
  /** As it was sent. */
  time: string;
  dataversion: number;
  datacontenttype: string | null;
  dataschema: string | null;
  /** All other attributes, as a JSON object. */
  attributes: string | null;
  /** As it was sent, digit by digit. */
  data: string | null;
  /** Epoch milliseconds. */
  receivedAt: number;
  config: number;
}

/** The line of the stream that a row was made of, and the event's JSON with every digit that was sent. */
export function lineOfRow(tenantId: string, row: LakeRow): { line: EventLine; text: string } {
  const text = eventText(row);
  const event = parseExactJson(text) as CloudEvent;
  const receivedAt = new Date(row.receivedAt).toISOString();
  return { line: { tenantId, receivedAt, config: row.config, event }, text };
}

function eventText(row: LakeRow): string {
  const { id, source, subject, type, time, dataversion, datacontenttype, dataschema, attributes, data } = row;
  const named = {
    ...{ specversion: '1.0', id, source },
    ...(subject !== null && { subject }),
    ...{ type, time },
    // Absent, it is 1.
    ...(dataversion !== 1 && { dataversion }),
    ...(datacontenttype !== null && { datacontenttype }),
    ...(dataschema !== null && { dataschema }),
  };
  const others = attributes?.trim().slice(1, -1).trim() ?? '';
  const more = others === '' ? '' : `,${others}`;
  return `${JSON.stringify(named).slice(0, -1)}${more}${data === null ? '' : `,"data":${data}`}}`;
}
