/** A time has at most this many characters, however fine its fraction. */
const timeCharactersMax = 64;
const dayMs = 86_400_000;
const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Epoch milliseconds (cut, not rounded) of an RFC 3339 time with a zone, such as 2026-11-21T10:05:00.5+01:00; NaN
 * where it is none. Strict: four digits of year, real dates, no second 60, no hour 24, no missing zone. Written
 * by hand, since every event on the stream passes here.
 */
export function parseInstant(text: string): number {
  if (text.length < 20 || text.length > timeCharactersMax) return Number.NaN;
  const year = digits(text, 0) * 100 + digits(text, 2);
  const month = digits(text, 5);
  const day = digits(text, 8);
  const hour = digits(text, 11);
  const minute = digits(text, 14);
  const second = digits(text, 17);
  const isTime =
    isKnownDate(year, month, day) &&
    isBelow(hour, 24) &&
    isBelow(minute, 60) &&
    isBelow(second, 60) &&
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    (text.charCodeAt(10) | 32) === 116 &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58;
  if (!isTime) return Number.NaN;
  const zoneAt = text.charCodeAt(19) === 46 ? fractionEnd(text) : 19;
  const local = known.startsAt + ((hour * 60 + minute) * 60 + second) * 1_000;
  return local + fractionMs(text, zoneAt) - zoneMs(text, zoneAt);
}

/** The date that was read last: of the times that come together nearly all lie on one day. */
const known = { year: 1970, month: 1, day: 1, startsAt: 0 };

/** Whether this is a real date; if so, it is the known one from then on. */
function isKnownDate(year: number, month: number, day: number): boolean {
  if (day === known.day && month === known.month && year === known.year) return true;
  if (!isDate(year, month, day)) return false;
  known.year = year;
  known.month = month;
  known.day = day;
  known.startsAt = daysSinceEpoch(year, month, day) * dayMs;
  return true;
}

/** Below any bound, and still below zero as the century of a year; an integer, as the digits are, so it is fast. */
const noDigits = -10_000;

/** The two digits at this place; `noDigits` where one is no digit. */
function digits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return isBelow(tens, 10) && isBelow(ones, 10) ? tens * 10 + ones : noDigits;
}

const isBelow = (value: number, bound: number): boolean => value >= 0 && value < bound;

function isDate(year: number, month: number, day: number): boolean {
  if (!(year >= 0 && month >= 1 && day >= 1)) return false;
  if (month === 2 && day === 29) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (monthDays[month - 1] ?? 0);
}

/** Where the digits after the point end; 19, the point itself, if there are none, which no zone begins with. */
function fractionEnd(text: string): number {
  let end = 20;
  while (isBelow(text.charCodeAt(end) - 48, 10)) end += 1;
  return end === 20 ? 19 : end;
}

function fractionMs(text: string, end: number): number {
  let ms = 0;
  let weight = 100;
  for (let at = 20; at < end && weight >= 1; at += 1) {
    ms += (text.charCodeAt(at) - 48) * weight;
    weight /= 10;
  }
  return ms;
}

/** How far local time is ahead of UTC; NaN where this is not the whole rest of the text. */
function zoneMs(text: string, at: number): number {
  const sign = text.charCodeAt(at);
  if ((sign | 32) === 122) return text.length === at + 1 ? 0 : Number.NaN;
  if ((sign !== 43 && sign !== 45) || text.length !== at + 6 || text.charCodeAt(at + 3) !== 58)
    return Number.NaN;
  const hours = digits(text, at + 1);
  const minutes = digits(text, at + 4);
  if (!isBelow(hours, 24) || !isBelow(minutes, 60)) return Number.NaN;
  return (sign === 43 ? 1 : -1) * (hours * 60 + minutes) * 60_000;
}

/** Days of the Gregorian calendar, counted from March so that the leap day comes last; 1970-03-01 is day 59. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return y * 365 + leapDays + dayOfYear - 719_468;
}
