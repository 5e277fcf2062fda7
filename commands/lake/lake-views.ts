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
  .join(
    ', ',
  )}, null::varchar as filename, null::bigint as file_row_number, null::bigint as place where false`;

/** Every copy in these files, and where it stands: `place` is its file's among them, `row` its own within that. */
function placedCopiesOf(files: readonly CachedFile[], range: LakeRange): string {
  let place = 0;
  const parts = [...Map.groupBy(files, ({ tenantId }) => tenantId)].map(([tenantId, ofTenant]) => {
    const paths = ofTenant.map(({ path }) => quoted(path)).join(', ');
    const first = place;
    place += ofTenant.length;
    return `select ${quoted(tenantId)} as tenant, *, (file_index + ${first})::bigint as place from read_parquet([${paths}], union_by_name = true, filename = true, file_row_number = true)`;
  });
  const names = columns.map(({ stored, name }) => `${stored} as ${identifier(name)}`).join(', ');
  return `select tenant, ${names}, filename as file, place, file_row_number as row from (${[noRows, ...parts].join(' union all by name ')})${rangeOf(range)}`;
}

const copiesOf = (files: readonly CachedFile[], range: LakeRange): string =>
  `select tenant, ${columnNames}, file from (${placedCopiesOf(files, range)})`;

function rangeOf({ from, to }: LakeRange): string {
  const bounds = [
    ...(from === undefined ? [] : [`occurredat >= make_timestamp(${from * 1_000})`]),
    ...(to === undefined ? [] : [`occurredat < make_timestamp(${to * 1_000})`]),
  ];
  return bounds.length > 0 ? ` where ${bounds.join(' and ')}` : '';
}

/** What makes two copies the same event: the contract's identity, and the type, as a meter has one type. */
const identity = `tenant, type, source, id, subject, date_trunc('hour', "occurredAt")`;

/** The same for those of one event; hardly ever for those of two. */
const keyOf = `hash(type, source, id, date_trunc('hour', "occurredAt"))`;

/**
 * Each event once: of its copies, the one that was received first; of those that were received together, the first in
 * the first file. Few events have more than one copy. So only copies whose key comes again are compared by their whole
 * identity, and all the others are read as they stand, of the columns that are asked for alone.
 */
const distinct = (copies: string): string =>
  `with copy as not materialized (${copies}), repeated as materialized (select ${keyOf} as key from copy group by all having count(*) > 1), later as materialized (select place, row from copy where ${keyOf} in (select key from repeated) qualify row_number() over (partition by ${identity} order by "receivedAt", place, row) > 1) select tenant, ${columnNames} from copy anti join later using (place, row)`;

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
  const tables = new Set(files.map(({ table }) => table));
  const types = new Set([...tables].flatMap((table) => eventTypeOf(table) ?? []).concat(lateTypes));
  return [
    { name: 'copies', sql: copiesOf(files, range) },
    { name: 'events', sql: distinct(placedCopiesOf(files, range)) },
    ...[...types].sort().map((type) => {
      const table = tableOf(type);
      const isLate = lateTypes.includes(type);
      // In the order of all files, so that each view shows the same copy.
      const own = files.filter((file) => file.table === table || (isLate && file.table === lateTable));
      return {
        name: table,
        type,
        sql: distinct(`select * from (${placedCopiesOf(own, range)}) where type = ${quoted(type)}`),
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
export const emptyView = (table: string): LakeView => ({
  name: table,
  sql: distinct(placedCopiesOf([], {})),
});
