import { type Hour, hourMs } from '../../domain/metering/window.ts';
import type { WindowSum } from '../../domain/reconciliation/window-look.ts';
import type { Meter, TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import type { LakeRow } from '../../events/lake-row.ts';
import { parseInstant } from '../../events/rfc3339.ts';
import type { ConfigRevisions } from '../../infra/tenancy/config-revisions.ts';
import { quoted } from '../lake/lake-views.ts';
import type { Lake } from '../lake/open-lake.ts';
import { rowColumns } from '../replay/lake-source.ts';

/** What the lake says of a window: undefined value where SQL could not read every quantity. */
export interface RecountedWindow extends Omit<WindowSum, 'value'> {
  value: bigint | undefined;
}

export interface AccountHour {
  accountId: string;
  hour: Hour;
}

export interface Recount {
  tenantId: string;
  lake: Lake;
  /** Configurations that stored events were judged by, by their revision. */
  configs: Map<number, TenantConfig>;
}

/**
 * Makes ready to count what is stored of a tenant, of the span that the lake is open for. `waiting` are lines that the
 * lake's delivery has set aside: they are stored as well, and nobody need have replayed them.
 */
export async function openRecount(
  lake: Lake,
  { tenantId, waiting }: { tenantId: string; waiting: readonly LakeRow[] },
  revisions: ConfigRevisions,
): Promise<Recount> {
  const { connection } = lake;
  const own = `select ${rowColumns}, (epoch_ms("occurredAt") // ${hourMs})::bigint as hour from copies where tenant = ${quoted(tenantId)}`;
  await connection.run(`create or replace temp table waiting as ${own} limit 0`);
  await insertRows(lake, 'waiting', waiting.map(waitingValues));
  await connection.run(`create or replace temp view own as ${own} union all select * from waiting`);
  const configs = new Map<number, TenantConfig>();
  for (const { config } of await lake.rows('select distinct config from own')) {
    const found = await revisions.at(tenantId, Number(config));
    if (found) configs.set(found.revision, found);
  }
  const meters = [...configs.values()].flatMap(({ revision, meters }) =>
    meters.map((meter) => meterValues(revision, meter)),
  );
  const columns = 'config integer, type varchar, meter varchar, pointer varchar, power bigint';
  await connection.run(`create or replace temp table meters (${columns})`);
  await insertRows(lake, 'meters', meters);
  return { tenantId, lake, configs };
}

const rowsPerInsert = 1_000;

/** Rows as the texts of their values in SQL. */
export async function insertRows(
  { connection }: Lake,
  table: string,
  rows: readonly string[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerInsert)
    await connection.run(`insert into ${table} values ${rows.slice(at, at + rowsPerInsert).join(', ')}`);
}

export const sqlText = (text: string | null): string => (text === null ? 'null' : quoted(text));

function waitingValues(row: LakeRow): string {
  const texts = [row.id, row.source, row.subject, row.type, row.time].map(sqlText);
  const others = [row.datacontenttype, row.dataschema, row.attributes, row.data].map(sqlText);
  const hour = Math.floor(parseInstant(row.time) / hourMs);
  return `(${[...texts, row.dataversion, ...others, row.receivedAt, row.config, hour].join(', ')})`;
}

/** A member's path as a JSON pointer, in which `~` and `/` are written otherwise. */
function meterValues(revision: number, { eventType, name, aggregation, field = '', scale }: Meter): string {
  const pointer = `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const path = aggregation === 'count' ? 'null' : quoted(pointer);
  return `(${revision}, ${quoted(eventType)}, ${quoted(name)}, ${path}, ${10 ** scale})`;
}

/** As much as one quantity comes to, and below what one double is nearest to at most one decimal of the scale. */
const unitsMax = 2 ** 53 - 1;
const unitsUnambiguous = 2 ** 51;

/** Every copy beside each meter that takes it, and what it says there: the text of a number, and of which kind. */
const taken = `
  select subject, meter, hour, source, id, "receivedAt", power, pointer is null as is_count,
    json_type(data, pointer) as kind, json_extract_string(data, pointer) as text
  from own join meters using (config, type) where subject is not null`;

const read = `
  select *, case when kind = 'UBIGINT' then try_cast(text as bigint) end as whole,
    case when kind = 'DOUBLE' then try_cast(text as double) end as real
  from (${taken})`;

/**
 * What a copy adds to its meter, in smallest units; null where that is for the exact judgement to say. Division of two
 * exact doubles is rounded once, so equality says that the number is this very decimal. Each step is a query of its
 * own, for else every place that names a value reads it from the JSON again.
 */
const units = `
  select subject, meter, hour, source, id, "receivedAt", case
    when is_count then 1::bigint
    when whole <= ${unitsMax} // power then whole * power
    when real >= 0 and real * power < ${unitsUnambiguous} and round(real * power) / power = real
      then round(real * power)::bigint end as units
  from (${read})`;

/**
 * Counts each event once a meter and hour: of its copies the first whose configuration has the meter. SQL reads
 * quantities as doubles, which is exact for all but the largest; what is not shows as different and is looked at again.
 * An event that one of its meters cannot take is counted by none, so its hour is for the exact judgement as a whole.
 */
export async function* recountWindows({ lake, tenantId }: Recount): AsyncIterable<RecountedWindow> {
  const result = await lake.connection.stream(
    `select subject, meter, hour::double as hour, events::double as events,
       case when bool_and(events = readable) over (partition by subject, hour) then value end as value
     from (
       select subject, meter, hour, count(*) as events, count(units) as readable, sum(units)::varchar as value
       from (
         select subject, meter, hour, arg_min_null(units, "receivedAt") as units from (${units})
         group by subject, meter, hour, source, id
       ) group by subject, meter, hour
     )`,
  );
  for await (const rows of result.yieldRowObjectJson()) {
    for (const { subject, meter, hour, events, value } of rows) {
      const window = { tenantId, accountId: String(subject), meter: String(meter), hour: Number(hour) };
      yield { window, events: Number(events), value: value === null ? undefined : BigInt(String(value)) };
    }
  }
}

/** Hours of accounts with copies that name a configuration which does not exist: no meter is known for them. */
export async function hoursOfUnknownConfigs({ lake, configs }: Recount): Promise<AccountHour[]> {
  const known = [...configs.keys(), -1].join(', ');
  const rows = await lake.rows(
    `select distinct subject, hour::double as hour from own where subject is not null and config not in (${known})`,
  );
  return rows.map(({ subject, hour }) => ({ accountId: String(subject), hour: Number(hour) }));
}

/** Every copy of these accounts and hours, by account and hour, in the order in which they were received. */
export async function* copiesOf(
  { lake }: Recount,
  hours: readonly AccountHour[],
): AsyncIterable<LakeRow & { hour: Hour }> {
  await lake.connection.run('create or replace temp table asked (subject varchar, hour bigint)');
  await insertRows(
    lake,
    'asked',
    hours.map(({ accountId, hour }) => `(${quoted(accountId)}, ${hour})`),
  );
  const result = await lake.connection.stream(
    `select * replace (hour::double as hour) from own semi join asked using (subject, hour)
     order by subject, hour, "receivedAt"`,
  );
  for await (const rows of result.yieldRowObjectJson())
    yield* rows as unknown as (LakeRow & { hour: Hour })[];
}
