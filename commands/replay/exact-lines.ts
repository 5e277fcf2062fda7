import { isUtf8 } from 'node:buffer';
import { parseExactJson } from '../../events/exact-json.ts';
import { type DecodedRecord, decodeStreamRecord, type EventLine } from '../../events/stream-record.ts';

/** A number that a double may not hold: consumers need not care, whoever stores the event again must. */
const longNumber = /[0-9][0-9.]{15}|[0-9][eE]/;

/** The lines of a record, with every digit of their numbers, so that they can be sent again as they were. */
export function exactLines(bytes: Uint8Array): Pick<DecodedRecord, 'lines' | 'bad'> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!longNumber.test(buffer.toString('latin1'))) return decodeStreamRecord(bytes);
  const all: Pick<DecodedRecord, 'lines' | 'bad'> = { lines: [], bad: [] };
  for (let start = 0; start < buffer.length; ) {
    const newline = buffer.indexOf(10, start);
    const end = newline === -1 ? buffer.length : newline;
    const piece = buffer.subarray(start, end);
    const { lines, bad } = decodeStreamRecord(piece);
    all.bad.push(...bad);
    for (const line of lines)
      all.lines.push('event' in line && isUtf8(piece) ? { ...line, event: exactEvent(piece) } : line);
    start = end + 1;
  }
  return all;
}

const exactEvent = (line: Buffer): EventLine['event'] => (parseExactJson(line.toString()) as EventLine).event;
