import { isObject } from './cloud-event.ts';

/** A record that Firehose could not deliver, as it stands in a line below the error prefix. */
export interface FirehoseError {
  errorCode: string;
  errorMessage: string;
  /** When Firehose had it, epoch milliseconds. */
  arrivedAt: number;
  /** What it was given, as it was given. */
  bytes: Uint8Array;
}

/** Reads an object of the error prefix: a JSON text a line. Lines that are none of Firehose's are `bad`, whole. */
export function decodeFirehoseErrors(bytes: Uint8Array): { errors: FirehoseError[]; bad: Uint8Array[] } {
  const errors: FirehoseError[] = [];
  const bad: Uint8Array[] = [];
  for (const line of linesOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) {
    const error = decodeLine(line.toString());
    if (error) errors.push(error);
    else bad.push(line);
  }
  return { errors, bad };
}

/** One by one: an object may be larger than the longest text that there can be. */
function* linesOf(buffer: Buffer): Iterable<Buffer> {
  for (let start = 0; start < buffer.length; ) {
    const newline = buffer.indexOf(10, start);
    const end = newline === -1 ? buffer.length : newline;
    if (end > start) yield buffer.subarray(start, end);
    start = end + 1;
  }
}

function decodeLine(line: string): FirehoseError | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (!isObject(value) || typeof value.rawData !== 'string') return undefined;
    const arrivedAt = Number(value.arrivalTimestamp);
    return {
      errorCode: String(value.errorCode ?? ''),
      errorMessage: String(value.errorMessage ?? ''),
      arrivedAt: Number.isFinite(arrivedAt) ? arrivedAt : 0,
      bytes: Buffer.from(value.rawData, 'base64'),
    };
  } catch {
    return undefined;
  }
}
