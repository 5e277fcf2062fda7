import type { Hour } from '../../domain/metering/window.ts';
import { type Conservation, conservationOf, totalOf } from '../../domain/reconciliation/conservation.ts';
import { hourText } from '../../domain/reconciliation/window-look.ts';
import { asTable } from '../table.ts';
import type { Examination } from './examine.ts';
import type { OpenStore } from './reconcile.ts';
import { insertRows, sqlText } from './recount.ts';
import type { EventIdentity } from './set-aside.ts';

/** What became of all that is stored, hour by hour, from the recount and the close look at what differed. */
export async function conservationReport(
  { recount, setAside }: OpenStore,
  examination: Examination | undefined,
): Promise<Conservation[]> {
  const { lake } = recount;
  const columns = 'hour bigint, subject varchar, source varchar, id varchar';
  for (const [table, events] of [
    ['set_aside', setAside.uncounted],
    ['uncounted', examination?.uncounted ?? new Map<string, EventIdentity>()],
  ] as const) {
    await lake.connection.run(`create or replace temp table ${table} (${columns})`);
    await insertRows(lake, table, [...events.values()].map(valuesOf));
  }
  const rows = await lake.rows(reportSql);
  const extra = extraByHour(examination);
  return rows.map(({ hour, copies, events, unmetered, quarantined, unaccounted }) =>
    conservationOf({
      hour: Number(hour),
      copies: Number(copies),
      events: Number(events),
      unmetered: Number(unmetered),
      quarantined: Number(quarantined),
      unaccounted: Number(unaccounted),
      notInLake: extra.get(Number(hour)) ?? 0,
    }),
  );
}

const valuesOf = ({ hour, subject, source, id }: EventIdentity): string =>
  `(${hour}, ${sqlText(subject)}, ${sqlText(source)}, ${sqlText(id)})`;

const sameEvent = (table: string): string =>
  `${table}.hour = e.hour and ${table}.subject is not distinct from e.subject and ${table}.source = e.source and ${table}.id = e.id`;

/** An event without an account cannot be counted where a meter takes its type. */
const reportSql = `
  select hour::double as hour, sum(copies)::double as copies, count(*)::double as events,
    count(*) filter (not is_metered and not is_uncounted and not is_set_aside)::double as unmetered,
    count(*) filter (is_set_aside and (is_uncounted or not is_metered))::double as quarantined,
    count(*) filter (is_uncounted and not is_set_aside)::double as unaccounted
  from (
    select e.hour, copies, is_metered, set_aside.id is not null as is_set_aside,
      uncounted.id is not null or (is_metered and e.subject is null) as is_uncounted
    from (
      select hour, subject, source, id, count(*) as copies, bool_or(m.type is not null) as is_metered
      from own left join (select distinct config, type from meters) m using (config, type)
      group by all
    ) e
    left join set_aside on ${sameEvent('set_aside')}
    left join uncounted on ${sameEvent('uncounted')}
  ) group by hour order by hour`;

/** An event that feeds several meters is one event: its hash is the same in all windows of an account and hour. */
function extraByHour(examination: Examination | undefined): Map<Hour, number> {
  const hashes = new Map<Hour, Set<string>>();
  for (const { window, extra } of examination?.looks.values() ?? []) {
    const ofHour = hashes.get(window.hour) ?? new Set<string>();
    hashes.set(window.hour, ofHour);
    for (const hash of extra) ofHour.add(`${window.accountId} ${hash}`);
  }
  return new Map([...hashes].map(([hour, set]) => [hour, set.size]));
}

export function reportText(hours: readonly Conservation[]): string[] {
  if (hours.length === 0) return ['Nothing is stored of these hours.'];
  const total = { ...totalOf(hours), hour: Number.NaN };
  const cells = (one: Conservation): string[] => [
    Number.isNaN(one.hour) ? 'ALL' : hourText(one.hour),
    ...[one.stored, one.counted, one.duplicate, one.unmetered, one.quarantined, one.unaccounted].map(String),
    String(one.notInLake),
  ];
  const head = ['HOUR', 'STORED', 'COUNTED', 'DUPLICATE', 'UNMETERED', 'QUARANTINED', 'UNACCOUNTED'];
  return asTable([[...head, 'NOT IN LAKE'], ...hours.map(cells), cells(total)]);
}
