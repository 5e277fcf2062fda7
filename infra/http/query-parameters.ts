import { Problem } from '../../events/problem.ts';
import { parseInstant } from '../../events/rfc3339.ts';

/** What is wrong with a parameter, and what would be right. */
export class QueryFault extends Error {}

/** Reads one parameter from its text, undefined where it is absent. Throws a QueryFault where it cannot. */
export type Parameter<Value> = (text: string | undefined) => Value;

/**
 * Reads the query whole and names every fault at once. A parameter that the operation does not know is a fault
 * too: misspelt, it would silently be answered with the default.
 */
export function readQuery<Values>(
  query: Record<string, string>,
  parameters: { [Name in keyof Values]: Parameter<Values[Name]> },
): Values {
  const known = Object.entries<Parameter<unknown>>(parameters);
  const faults = Object.keys(query)
    .filter((name) => !Object.hasOwn(parameters, name))
    .map((name) => ({
      parameter: shown(name),
      detail: `is not known here; there are ${known.map(([name]) => name).join(', ') || 'none'}`,
    }));
  const values: Record<string, unknown> = {};
  for (const [name, read] of known) {
    try {
      values[name] = read(query[name]);
    } catch (error) {
      if (!(error instanceof QueryFault)) throw error;
      faults.push({ parameter: name, detail: error.message });
    }
  }
  if (faults.length > 0) throw invalidQuery(faults);
  return values as Values;
}

/** Faults that only show once parameters are read, such as two that do not go together. */
export const invalidQuery = (faults: readonly { parameter: string; detail: string }[]): Problem =>
  new Problem(
    'invalid_query',
    `${faults.map(({ parameter, detail }) => `${parameter} ${detail}`).join('; ')}.`,
    {
      members: { faults },
    },
  );

/** What a client sent, short enough to be shown to it. */
export const shown = (text: string): string =>
  JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);

export const required: Parameter<string> = (text) => {
  if (!text) throw new QueryFault('is required');
  return text;
};

/** At most this many bytes of UTF-8: no id has more. */
export const optionalText =
  (bytesMax: number): Parameter<string | undefined> =>
  (text) => {
    if (text !== undefined && Buffer.byteLength(text) > bytesMax) {
      throw new QueryFault(`must have at most ${bytesMax} bytes`);
    }
    return text;
  };

export const integer =
  (bounds: { min: number; max: number; absent: number }): Parameter<number> =>
  (text) => {
    if (text === undefined) return bounds.absent;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= bounds.min && value <= bounds.max) return value;
    throw new QueryFault(`must be a whole number from ${bounds.min} to ${bounds.max}, and is ${shown(text)}`);
  };

export const oneOf =
  <const Value extends string>(...values: Value[]): Parameter<Value | undefined> =>
  (text) => {
    if (text === undefined) return undefined;
    const value = values.find((one) => one === text);
    if (value) return value;
    throw new QueryFault(`must be ${values.join(' or ')}, and is ${shown(text)}`);
  };

/** Days have dates of four digits in every zone. */
const earliest = Date.parse('1970-01-03T00:00:00Z');
const latest = Date.parse('9999-12-01T00:00:00Z');

/** An RFC 3339 time with a zone, as epoch milliseconds. */
export const instant: Parameter<number | undefined> = (text) => {
  if (text === undefined) return undefined;
  const value = parseInstant(text);
  if (value >= earliest && value <= latest) return value;
  const isSpaced = Number.isNaN(value) && !Number.isNaN(parseInstant(text.replace(/ (?=\d\d:\d\d$)/, '+')));
  const hint = isSpaced
    ? '; a + in a query stands for a space and has to be sent as %2B'
    : ', such as 2026-11-21T10:00:00Z';
  const kind = Number.isNaN(value) ? 'an RFC 3339 time with a zone' : 'a time of the years 1970 to 9999';
  throw new QueryFault(`must be ${kind}${hint}, and is ${shown(text)}`);
};
