import { parseArgs } from 'node:util';
import { tableOf } from '../../domain/lake/table-name.ts';
import { tenantIdPattern } from '../../domain/tenancy/api-key.ts';
import { parseInstant } from '../../events/rfc3339.ts';
import {
  athenaView,
  dropAthenaViews,
  type NamedQuery,
  namedQueries,
} from '../../infra/lake/named-queries.ts';
import { CommandFault } from '../command-fault.ts';
import { type TargetOptions, targetHelp, targetOptions } from '../stack-target.ts';
import type { LakeRange } from './lake-files.ts';
import type { Lake } from './open-lake.ts';
import { asText, type Format, formats } from './result-text.ts';
import { runSelect } from './run-select.ts';

export const help = `npm run sql -- "select …"
npm run sql -- --query NAME
npm run sql -- --list

Asks SQL (DuckDB's) of everything that was accepted. Views: one for each event type, as vpn_usage for vpn.usage, which
holds each event once; events, all of them; copies, every copy that is stored, repeats and all. docs/lake.md says more.

  --query NAME      a question that comes with Tidegate
  --list            those questions, and the views that there are
  --tenant T        of this tenant alone
  --from, --to T    of events whose time is from, and before, 2026-11-21 or 2026-11-21T10:00:00Z
  --format F        ${formats.join(', ')}; table where absent
  --athena-views    with --tenant: what makes the same views in Athena
  --drop-athena-views  with --stage and --tenant: what finds these views in Athena to drop them

${targetHelp}`;

export interface SqlPorts {
  open(stack: TargetOptions, range: LakeRange, tables: readonly string[]): Promise<Lake>;
  print(text: string): void;
  /** Says something that is no part of the answer. */
  note(text: string): void;
}

const options = {
  ...targetOptions,
  query: { type: 'string' },
  list: { type: 'boolean' },
  tenant: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  format: { type: 'string' },
  'athena-views': { type: 'boolean' },
  'drop-athena-views': { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** Runs the command; throws a CommandFault that says what is wrong with it and what would be right. */
export async function runSqlCommand(args: string[], { open, print, note }: SqlPorts): Promise<void> {
  const { values, positionals } = parse(args);
  const views = [values['athena-views'], values['drop-athena-views']];
  const asks = [values.query, values.list, ...views, positionals[0]].filter((one) => one !== undefined);
  if (values.help || asks.length === 0) return print(help);
  if (asks.length > 1 || positionals.length > 1)
    throw new CommandFault('Ask one thing: a statement in quotes, --query NAME, --list or --athena-views.');
  const format = formatOf(values.format);
  const range = {
    tenant: tenantOf(values.tenant),
    from: timeOf('--from', values.from),
    to: timeOf('--to', values.to),
  };
  if (range.from !== undefined && range.to !== undefined && range.from >= range.to)
    throw new CommandFault(
      '--from must be before --to: what is asked is from the one, and before the other.',
    );
  if (values['athena-views'] && range.tenant === undefined)
    throw new CommandFault('--athena-views goes with --tenant: every view is of one tenant.');
  if (values['drop-athena-views']) return print(dropViews(values.stage, range.tenant));
  const query = values.query === undefined ? undefined : queryNamed(values.query);
  const lake = await open(values, range, query?.types.map(tableOf) ?? []);
  if (lake.files.length === 0) note(nothingFound(range));
  try {
    if (values.list) return print(listing(lake));
    if (values['athena-views']) return print(athenaViews(lake, range.tenant as string));
    print(asText(await runSelect(lake, query?.sql ?? (positionals[0] as string)), format));
  } finally {
    lake.close();
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    const [sentence] = (error as Error).message.split('. ');
    throw new CommandFault(`${sentence}; npm run sql -- --help lists what there is.`);
  }
}

function formatOf(text: string | undefined): Format {
  const format = formats.find((one) => one === (text ?? 'table'));
  if (!format) throw new CommandFault(`--format takes ${formats.join(', ')}, not ${text}.`);
  return format;
}

function tenantOf(text: string | undefined): string | undefined {
  if (text === undefined || tenantIdPattern.test(text)) return text;
  throw new CommandFault(`--tenant takes a tenant's id, as T001, not ${JSON.stringify(text)}.`);
}

function timeOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = parseInstant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (!Number.isNaN(at)) return at;
  throw new CommandFault(
    `${flag} takes a day or a time with its zone, as 2026-11-21 or 2026-11-21T10:00:00Z.`,
  );
}

function queryNamed(name: string): NamedQuery {
  const all = namedQueries();
  const query = all.find((one) => one.name === name);
  if (query) return query;
  throw new CommandFault(`There is no query ${name}; there are ${all.map((one) => one.name).join(', ')}.`);
}

/** An answer without rows may as well come of a name that was misspelt. */
function nothingFound({ tenant, from, to }: LakeRange): string {
  const of = tenant === undefined ? '' : ` of a tenant ${tenant}`;
  const within = from === undefined && to === undefined ? '' : ' within these bounds';
  return `The lake holds nothing${of}${within}, or not yet.`;
}

function listing({ views, files }: Lake): string {
  const named = namedQueries().map(({ name, says }) => [name, says]);
  const ofViews = views.map(({ name, type }) => [
    name,
    type ?? (name === 'copies' ? 'every copy' : 'all types'),
  ]);
  return [
    'Queries, for --query:',
    ...indented(named),
    `Views, over ${files.length} files:`,
    ...indented(ofViews),
  ].join('\n');
}

function indented(rows: (string | undefined)[][]): string[] {
  const width = Math.max(0, ...rows.map(([first = '']) => first.length));
  return rows.map(([first = '', second = '']) => `  ${first.padEnd(width)}  ${second}`);
}

/** The database is called as the stack is, with an underscore. */
function dropViews(stage: string | undefined, tenant: string | undefined): string {
  if (stage === undefined || tenant === undefined)
    throw new CommandFault(
      '--drop-athena-views goes with --stage and --tenant: it asks for the views of one tenant.',
    );
  return dropAthenaViews(`tidegate_${stage}`, tenant);
}

const athenaViews = ({ views }: Lake, tenant: string): string =>
  views.flatMap(({ type }) => (type === undefined ? [] : `${athenaView(tenant, type)};`)).join('\n\n');
