import { type ParseArgsConfig, parseArgs } from 'node:util';
import { tenantIdPattern } from '../../domain/tenancy/api-key.ts';
import { parseInstant } from '../../events/rfc3339.ts';
import type { Consumer } from '../../events/stream-record.ts';
import type { ConfigRevisions } from '../../infra/tenancy/config-revisions.ts';
import { CommandFault } from '../command-fault.ts';
import { consumers } from './quarantine-lines.ts';

/** Reads the command line of a command; what it does not know ends in a sentence that says where to look. */
export function parsed<Config extends ParseArgsConfig>(
  name: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split('. ');
    const what = sentence.replace(/\.$/, '');
    throw new CommandFault(`${what}; npm run ${name} -- --help lists what there is.`);
  }
}

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

/** An instant of RFC 3339, its minute as reports write it, or a UTC date, which stands for its midnight. */
export function instantOf(name: string, text: string | undefined): number {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text ?? '');
  const whole = isDate ? `${text}T00:00:00Z` : (text ?? '').replace(/(T\d{2}:\d{2})Z$/, '$1:00Z');
  const at = parseInstant(whole);
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

/** A revision of a tenant's configuration, which must be one. */
export async function knownRevision(
  configs: ConfigRevisions,
  tenantId: string,
  revision: number,
): Promise<number> {
  if (await configs.at(tenantId, revision)) return revision;
  throw new CommandFault(`${tenantId} has no configuration of revision ${revision}; see tenant config.`);
}
