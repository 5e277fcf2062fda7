import { tenantIdPattern } from '../../domain/tenancy/api-key.ts';
import { parseInstant } from '../../events/rfc3339.ts';
import type { Consumer } from '../../events/stream-record.ts';
import { CommandFault } from '../command-fault.ts';
import { consumers } from './quarantine-lines.ts';

/** The words of a list with commas between them. */
export const wordsOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

export function tenantOf(text: string | undefined): string {
  if (text !== undefined && tenantIdPattern.test(text)) return text;
  throw new CommandFault(text === undefined ? 'Give the --tenant.' : `"${text}" is no tenant id.`);
}

/** An instant of RFC 3339, or a UTC date, which stands for its midnight. */
export function instantOf(name: string, text: string | undefined): number {
  const at = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text ?? '') ? `${text}T00:00:00Z` : (text ?? ''));
  if (!Number.isNaN(at)) return at;
  const given = text === undefined ? 'Give' : `"${text}" is no time: give`;
  throw new CommandFault(
    `${given} --${name} as a date or a time, such as 2026-11-21 or 2026-11-21T10:00:00Z.`,
  );
}

export function spanOf({ from, to }: { from?: string | undefined; to?: string | undefined }): {
  from: number;
  to: number;
} {
  const span = { from: instantOf('from', from), to: instantOf('to', to) };
  if (span.from < span.to) return span;
  throw new CommandFault('--from must be before --to; the span does not include --to.');
}

export function consumersOf(text: string): Consumer[] {
  const words = wordsOf(text);
  const unknown = words.find((word) => !consumers.includes(word as Consumer));
  if (unknown === undefined && words.length > 0)
    return consumers.filter((consumer) => words.includes(consumer));
  throw new CommandFault(`"${unknown ?? text}" is no consumer of the stream: give ${consumers.join(', ')}.`);
}

export function wholeNumber(name: string, text: string | undefined, usual: number, max: number): number {
  if (text === undefined) return usual;
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new CommandFault(`--${name} takes a whole number from 1 to ${max}, not "${text}".`);
}

/** What counts traffic cannot tell a repeat: whoever wants that says so. */
export function checkRepeats(wanted: readonly Consumer[], isAgreed: boolean | undefined): void {
  if (!wanted.includes('count-traffic') || isAgreed) return;
  throw new CommandFault(
    'count-traffic counts what is replayed again: intervals keep no ids of events. Give --count-again if that is wanted.',
  );
}
