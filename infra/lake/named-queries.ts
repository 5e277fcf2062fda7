import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lateTable, tableOf } from '../../domain/lake/table-name.ts';

/** A question that many will ask, by its name: a file of queries/. One text serves DuckDB and Athena. */
export interface NamedQuery {
  name: string;
  /** What it answers, in a sentence. */
  says: string;
  /** The event types whose tables it reads. */
  types: string[];
  /** Reads a view for each of its types, `with` at its start where it needs one. */
  sql: string;
}

const folder = fileURLToPath(new URL('queries', import.meta.url));

export function namedQueries(): NamedQuery[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => readQuery(file.slice(0, -'.sql'.length), readFileSync(join(folder, file), 'utf8')));
}

const form = /^-- says: (.+)\n-- types: (.+)\n([\s\S]+)$/;

function readQuery(name: string, text: string): NamedQuery {
  const [, says, types, sql] = form.exec(text) ?? [];
  if (!says || !types || !sql)
    throw new Error(`The query ${name} does not begin with "-- says:" and "-- types:".`);
  return { name, says, types: types.split(', '), sql: sql.trim() };
}

/** The columns that a view of Athena gives. */
const columns =
  'tenant, id, source, subject, type, time, occurredat, specversion, dataversion, datacontenttype, dataschema, ' +
  'attributes, data, receivedat, config';

/** Copies that were received together are mostly the same; where not, these at least are always in one order. */
const order = 'receivedat, config, time, dataversion, data, attributes, datacontenttype, dataschema';

export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/**
 * Each event of a tenant and type once, for Athena: as commands/lake/lake-views has it for DuckDB. `days` bounds the
 * partitions that are looked at.
 */
export const athenaEvents = (tenant: string, type: string, days = ''): string =>
  `select ${columns}
  from (
    select *, row_number() over (
      partition by tenant, type, source, id, subject, date_trunc('hour', occurredat)
      order by ${order}) as copy
    from copies
    where tenant = ${sqlText(tenant)} and event_table in (${sqlText(tableOf(type))}, ${sqlText(lateTable)})
      and type = ${sqlText(type)}${days && ` and ${days}`}
  )
  where copy = 1`;

/**
 * A view of a tenant's events of a type, to be made once in Athena. Its name is of no other tenant, though Athena's
 * names know no letter case: a tenant's id becomes one as a type does.
 */
export const athenaView = (tenant: string, type: string): string =>
  `create or replace view "${tableOf(type)}${ofTenant(tenant)}" as\n${athenaEvents(tenant, type)}`;

/** No tenant's own name ends so, as one underscore in it would stand for a dot. */
const ofTenant = (tenant: string): string => `_of_${tableOf(tenant)}`;

/** Asks Athena which views of a tenant there are, whoever made them: a statement for each that drops it. */
export const dropAthenaViews = (database: string, tenant: string): string =>
  `select 'drop view "' || table_schema || '"."' || table_name || '"' as statement
from information_schema.tables
where table_schema = ${sqlText(database)} and table_type = 'VIEW'
  and table_name like ${sqlText(`%${ofTenant(tenant).replaceAll('_', '!_')}`)} escape '!'
order by table_name`;

/** Partitions have no list: a query says of which days it is. */
const thisMonth = 'year = year(current_date) and month = month(current_date)';
const anyTenant = 'T001';

/** The same query for Athena: it begins with the tables that DuckDB has as views, of one tenant and this month. */
export function athenaQuery({ says, types, sql }: NamedQuery): string {
  const tables = types.map(
    (type) => `${tableOf(type)} as (\n  ${athenaEvents(anyTenant, type, thisMonth)}\n)`,
  );
  const rest = sql.startsWith('with ') ? `,\n${sql.slice('with '.length)}` : `\n${sql}`;
  const howTo = `Put the tenant in the place of ${anyTenant}, and other days in that of this month.`;
  return `-- ${says}\n-- ${howTo}\nwith ${tables.join(',\n')}${rest}`;
}

/** Resources of the template, by logical id. */
export function namedQueryResources(): Record<string, object> {
  const ofViews = {
    name: 'view-of-a-tenant',
    description: 'Makes a view of one tenant and event type; put both in their places.',
    text: `${athenaView(anyTenant, 'vpn.usage')}`,
  };
  const queries = namedQueries().map((query) => ({
    name: query.name,
    description: query.says,
    text: athenaQuery(query),
  }));
  return Object.fromEntries(
    [...queries, ofViews].map(({ name, description, text }) => [
      `LakeQuery${name.replaceAll(/(^|-)([a-z])/g, (_all, _dash, letter: string) => letter.toUpperCase())}`,
      {
        Type: 'AWS::Athena::NamedQuery',
        Properties: {
          Name: name,
          Description: description,
          Database: { Ref: 'LakeDatabase' },
          WorkGroup: { Ref: 'LakeWorkGroup' },
          QueryString: text,
        },
      },
    ]),
  );
}
