import { eventTypeOf, lateTable, tableOf } from '../../domain/lake/table-name.ts';
import type { CachedFile } from './lake-cache.ts';
import type { LakeRange } from './lake-files.ts';

/** A column of the lake's files, and the name that SQL gives it; unquoted, SQL takes either case. */
const columns: { stored: string; name: string; type: string }[] = [
  { stored: 'id', name: 'id', type: 'varchar' },
  { stored: 'source', name: 'source', type: 'varchar' },
  { stored: 'subject', name: 'subject', type: 'varchar' },
  { stored: 'type', name: 'type', type: 'varchar' },
  { stored: 'time', name: 'time', type: 'varchar' },
  { stored: 'occurredat', name: 'occurredAt', type: 'timestamp' },
  { stored: 'specversion', name: 'specversion', type: 'varchar' },
  { stored: 'dataversion', name: 'dataversion', type: 'integer' },
  { stored: 'datacontenttype', name: 'datacontenttype', type: 'varchar' },
  { stored: 'dataschema', name: 'dataschema', type: 'varchar' },
  { stored: 'attributes', name: 'attributes', type: 'varchar' },
  { stored: 'data', name: 'data', type: 'varchar' },
  { stored: 'receivedat', name: 'receivedAt', type: 'timestamp' },
  { stored: 'config', name: 'config', type: 'integer' },
];

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const columnNames = columns.map(({ name }) => identifier(name)).join(', ');

/** No rows, but every column: so that files of a former version, which lack one, have it all the same. */
const noRows = `select null::varchar as tenant, ${columns
  .map(({ stored, type }) => `null::${type} as ${stored}`)
  .join(', ')}, null::varchar as filename where false`;

/** Every copy in these files. */
function copiesOf(files: readonly CachedFile[], range: LakeRange): string {
  const byTenant = Map.groupBy(files, ({ tenantId }) => tenantId);
  const parts = [...byTenant].map(([tenantId, ofTenant]) => {
    const paths = ofTenant.map(({ path }) => quoted(path)).join(', ');
    return `select ${quoted(tenantId)} as tenant, * from read_parquet([${paths}], union_by_name = true, filename = true)`;
  });
  const names = columns.map(({ stored, name }) => `${stored} as ${identifier(name)}`).join(', ');
  return `select tenant, ${names}, filename as file from (${[noRows, ...parts].join(' union all by name ')})${rangeOf(range)}`;
}

function rangeOf({ from, to }: LakeRange): string {
  const bounds = [
    ...(from === undefined ? [] : [`occurredat >= make_timestamp(${from * 1_000})`]),
    ...(to === undefined ? [] : [`occurredat < make_timestamp(${to * 1_000})`]),
  ];
  return bounds.length > 0 ? ` where ${bounds.join(' and ')}` : '';
}

/**
 * Each event once: of the copies with the contract's identity, the one that was received first. The type is part of it,
 * as a meter has one type: so what it counts is what its view holds.
 */
const distinct = (copies: string): string =>
  `select tenant, ${columnNames} from (${copies}) qualify row_number() over (partition by tenant, type, source, id, subject, date_trunc('hour', "occurredAt") order by "receivedAt") = 1`;

/** A view of the lake. */
export interface LakeView {
  name: string;
  /** Of one event type; absent for `copies` and `events`. */
  type?: string;
  sql: string;
}

/** `copies`, `events`, and a view for each event type; `lateTypes` are those that events of `late` have. */
export function lakeViews(
  files: readonly CachedFile[],
  lateTypes: readonly string[],
  range: LakeRange,
): LakeView[] {
  const late = files.filter(({ table }) => table === lateTable);
  const byTable = Map.groupBy(files, ({ table }) => table);
  const types = new Set([...byTable.keys()].flatMap((table) => eventTypeOf(table) ?? []).concat(lateTypes));
  const copies = copiesOf(files, range);
  return [
    { name: 'copies', sql: copies },
    { name: 'events', sql: distinct(copies) },
    ...[...types].sort().map((type) => {
      const table = tableOf(type);
      const own = [...(byTable.get(table) ?? []), ...(lateTypes.includes(type) ? late : [])];
      return {
        name: table,
        type,
        sql: distinct(`select * from (${copiesOf(own, range)}) where type = ${quoted(type)}`),
      };
    }),
  ];
}

/** Which types the events of `late` have. */
export function lateTypesQuery(files: readonly CachedFile[]): string | undefined {
  const late = files.filter(({ table }) => table === lateTable);
  return late.length > 0 ? `select distinct type from (${copiesOf(late, {})})` : undefined;
}

/** The view of a type of which the lake has no event. */
export const emptyView = (table: string): LakeView => ({ name: table, sql: distinct(copiesOf([], {})) });
