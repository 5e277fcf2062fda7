import { StackFault } from '../stack-fault.ts';

/** The first time after `after` (epoch milliseconds) at which a rule is due. */
export type NextDue = (after: number) => number;

const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Reads `rate(5 minutes)` or `cron(0 3 * * ? *)`, in UTC as EventBridge's rules are. */
export function parseSchedule(expression: string): NextDue {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate) return everyMs(Number(rate[1]) * (unitMs[rate[2] ?? ''] ?? 0), expression);
  const cron = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/);
  if (cron?.length === 6) return cronDue(cron, expression);
  throw unknown(expression);
}

const unknown = (expression: string): StackFault =>
  new StackFault(`The local stack does not know the schedule ${expression}.`);

/** On whole multiples of the period, so that a restart does not put it off. */
function everyMs(periodMs: number, expression: string): NextDue {
  if (periodMs <= 0) throw unknown(expression);
  return (after) => (Math.floor(after / periodMs) + 1) * periodMs;
}

interface CronFields {
  minutes: Set<number>;
  hours: Set<number>;
  days: Set<number> | undefined;
  months: Set<number>;
  weekdays: Set<number> | undefined;
  years: Set<number>;
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function cronDue(texts: string[], expression: string): NextDue {
  const field = (index: number, first: number, last: number, names: string[] = []) =>
    parseField(texts[index] ?? '', first, last, names, expression);
  const fields: CronFields = {
    minutes: field(0, 0, 59) ?? new Set(),
    hours: field(1, 0, 23) ?? new Set(),
    days: field(2, 1, 31),
    months: field(3, 1, 12, monthNames) ?? new Set(),
    weekdays: field(4, 1, 7, weekdayNames),
    years: field(5, 1970, 2199) ?? new Set(),
  };
  return (after) => nextOf(fields, after, expression);
}

/** `?` is undefined: the other of day and weekday decides. */
function parseField(
  text: string,
  first: number,
  last: number,
  names: string[],
  expression: string,
): Set<number> | undefined {
  if (text === '?') return undefined;
  const values = new Set<number>();
  const numberOf = (part: string): number => {
    const name = names.indexOf(part.toUpperCase());
    const value = name === -1 ? Number(part) : name + 1;
    if (!/^(\d+|[A-Za-z]{3})$/.test(part) || !(value >= first && value <= last)) throw unknown(expression);
    return value;
  };
  for (const part of text.split(',')) {
    const [range = '', step] = part.split('/');
    const [from, to] = range === '*' ? [first, last] : range.split('-').map(numberOf);
    const stepBy = step === undefined ? 1 : Number(step);
    if (!(stepBy >= 1) || from === undefined) throw unknown(expression);
    for (let value = from; value <= (to ?? (step === undefined ? from : last)); value += stepBy)
      values.add(value);
  }
  return values;
}

/** A rule that is never due within this many days has no next time. */
const searchDaysMax = 366 * 8;

function nextOf(fields: CronFields, after: number, expression: string): number {
  const first = Math.floor(after / 60_000) * 60_000 + 60_000;
  const today = Math.floor(first / unitMs.day!) * unitMs.day!;
  for (let day = 0; day < searchDaysMax; day++) {
    const midnight = today + day * unitMs.day!;
    if (!isDueOn(fields, new Date(midnight))) continue;
    for (const hour of [...fields.hours].sort((a, b) => a - b)) {
      for (const minute of [...fields.minutes].sort((a, b) => a - b)) {
        const at = midnight + hour * 3_600_000 + minute * 60_000;
        if (at >= first) return at;
      }
    }
  }
  throw unknown(expression);
}

const isDueOn = ({ days, months, weekdays, years }: CronFields, date: Date): boolean =>
  years.has(date.getUTCFullYear()) &&
  months.has(date.getUTCMonth() + 1) &&
  (days?.has(date.getUTCDate()) ?? true) &&
  (weekdays?.has(date.getUTCDay() + 1) ?? true);
