import { standsAt } from './json-scan.ts';
import { parseInstant } from './rfc3339.ts';

/**
 * As `parseInstant`, of a time that stands in the bytes of a line. Where it is in UTC and of the date that was read last,
 * as those of lines that come together nearly all are, no text is made of it.
 */
export function instantAt(bytes: Buffer, start: number, end: number): number {
  const at = onKnownDate(bytes, start, end);
  return Number.isNaN(at) ? readAnew(bytes, start, end) : at;
}

/** The date that was read last, with the T behind it, and when its day begins in UTC. */
const known = { date: Buffer.from('1970-01-01T'), startsAt: 0 };

function readAnew(bytes: Buffer, start: number, end: number): number {
  const at = parseInstant(bytes.toString('latin1', start, end));
  if (Number.isNaN(at)) return at;
  known.date = Buffer.from(bytes.subarray(start, start + known.date.length));
  known.startsAt = parseInstant(`${known.date.toString('latin1')}00:00:00Z`);
  return at;
}

/** NaN where this is not the known date, nothing but `hh:mm:ss` or `hh:mm:ss.f`, and Z. */
function onKnownDate(bytes: Buffer, start: number, end: number): number {
  const clock = start + known.date.length;
  const point = clock + 'hh:mm:ss'.length;
  const zone = end - 1;
  const isUsual =
    zone >= point &&
    bytes[zone] === letterZ &&
    (zone === point || bytes[point] === fullStop) &&
    standsAt(bytes, known.date, start) &&
    bytes[clock + 2] === colon &&
    bytes[clock + 5] === colon;
  if (!isUsual) return Number.NaN;
  const hour = twoDigits(bytes, clock);
  const minute = twoDigits(bytes, clock + 3);
  const second = twoDigits(bytes, clock + 6);
  const fraction = zone === point ? 0 : milliseconds(bytes, point + 1, zone);
  if (hour >= 24 || minute >= 60 || second >= 60) return Number.NaN;
  return known.startsAt + ((hour * 60 + minute) * 60 + second) * 1_000 + fraction;
}

const noNumber = 100;

/** `noNumber`, which nothing of a time may be, where they are no digits. */
function twoDigits(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - zero;
  const ones = (bytes[at + 1] as number) - zero;
  return isDigit(tens) && isDigit(ones) ? tens * 10 + ones : noNumber;
}

/** Of one to three digits behind the point, as nearly all have; NaN for any others. */
function milliseconds(bytes: Buffer, start: number, end: number): number {
  if (end === start || end > start + 3) return Number.NaN;
  let sum = 0;
  for (let at = start, weight = 100; at < end; at += 1, weight /= 10) {
    const digit = (bytes[at] as number) - zero;
    if (!isDigit(digit)) return Number.NaN;
    sum += digit * weight;
  }
  return sum;
}

const isDigit = (value: number): boolean => value >= 0 && value <= 9;

const zero = 0x30;
const colon = 0x3a;
const fullStop = 0x2e;
const letterZ = 0x5a;
