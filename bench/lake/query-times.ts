import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { CachedFile } from '../../commands/lake/lake-cache.ts';
import { type Lake, openFiles } from '../../commands/lake/open-lake.ts';
import { tableOf } from '../../domain/lake/table-name.ts';
import { namedQueries } from '../../infra/lake/named-queries.ts';
import type { Options, Table } from '../report.ts';

const rowsFull = 10_000_000;
const rowsSample = 1_000_000;
/** Of each event that many thousandths are stored twice. */
const repeatedPerMille = 50;
const days = 7;
const startsAt = '2026-11-14 00:00:00';

/** What share of the rows a type has, and its data as SQL over `n`, which counts. */
const types: { type: string; share: number; data: string }[] = [
  { type: 'vpn.usage', share: 0.7, data: `'{"bytes":' || (hash(n) % 1000000) || '}'` },
  {
    type: 'sales',
    share: 0.1,
    data: `'{"customer_id":' || (hash(n) % 10000) || ',"customer_card_id":' || (hash(n + 1) % 100000) || ',"product_id":"' || ['4E5750DC2A1D', 'E6DA5387367B', 'B552B4B940D0'][1 + n % 3] || '","price":' || (10 + hash(n + 2) % 490) || '}'`,
  },
  {
    type: 'card',
    share: 0.01,
    data: `'{"card_id":' || (hash(n) % 100000) || ',"card_number":"' || (23274397 + n) || '","card_zip":"0' || (1000 + n % 900) || '","card_name":"Laura Perez"}'`,
  },
  { type: 'shop.page_view', share: 0.14, data: `'{"page":"/p/' || (hash(n) % 5000) || '"}'` },
  { type: 'shop.cart_add', share: 0.035, data: `'{"sku":"' || (hash(n) % 5000) || '"}'` },
  { type: 'shop.order', share: 0.015, data: `'{"amount":' || (hash(n) % 20000) / 100 || '}'` },
];

/** SQL over a lake on this machine. */
export async function queryTimes({ full, progress }: Options): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-lake-bench-'));
  try {
    const wanted = full ? rowsFull : rowsSample;
    progress(`lake: writing ${wanted} rows`);
    const files = await generate(folder, wanted);
    const lake = await openFiles(files, { range: {}, tables: [], folder });
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const rows = await timeAll(lake, progress);
    lake.close();
    return {
      title: `Lake: SQL over ${wanted.toLocaleString('en-US')} rows`,
      columns: ['query', 'seconds', 'beside count(*)'],
      rows,
      notes: [
        `${files.length} files, ${Math.round(bytes / 1e6)} MB, of one tenant, six types and ${days} days; ${repeatedPerMille / 10} % of the events are stored twice. One run of each, on ${navigator.hardwareConcurrency} cores.`,
        'count(*) of events drops the repeats of all of them first; copies counts what is stored. Queries read the view of their types, answers and all.',
      ],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timeAll(lake: Lake, progress: (text: string) => void): Promise<(string | number)[][]> {
  const seconds = async (name: string, sql: string): Promise<number> => {
    progress(`lake: ${name}`);
    const began = performance.now();
    await lake.connection.run(`create or replace temp table answer as ${sql}`);
    return (performance.now() - began) / 1_000;
  };
  const copies = await seconds('count of copies', 'select count(*) as n from copies');
  const events = await seconds('count of events', 'select count(*) as n from events');
  const rows: (string | number)[][] = [
    ['select count(*) from copies', copies, 1],
    ['select count(*) from events', events, events / copies],
  ];
  for (const { name, sql } of namedQueries()) {
    const took = await seconds(name, sql);
    rows.push([name, took, took / copies]);
  }
  return rows;
}

/** Writes the rows by type and day, as the lake has them, with DuckDB itself. */
async function generate(folder: string, rows: number): Promise<CachedFile[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const files: CachedFile[] = [];
  for (const { type, share, data } of types) {
    const perDay = Math.round((rows * share) / days);
    for (let day = 0; day < days; day += 1) {
      const path = join(folder, `${tableOf(type)}-${day}.parquet`);
      await connection.run(
        `copy (${rowsOf(type, data, day, perDay)}) to '${path}' (format parquet, compression snappy)`,
      );
      files.push({ ...placeOf(type, day), path, key: path, etag: '', bytes: statSync(path).size });
    }
  }
  connection.closeSync();
  instance.closeSync();
  return files;
}

const placeOf = (type: string, day: number) => ({
  ...{ tenantId: 'T001', table: tableOf(type), version: 1 },
  day: new Date(Date.parse(`${startsAt}Z`) + day * 86_400_000).toISOString().slice(0, 10),
});

/** Repeated events have the number, and so the id and the time, of the one before. */
function rowsOf(type: string, data: string, day: number, count: number): string {
  const first = day * 100_000_000;
  return `
    with numbered as (
      select case when hash(i) % 1000 < ${repeatedPerMille} then i - 1 else i end as n, i
      from range(${first}, ${first + count}) as numbers (i)
    ),
    timed as (
      select *, timestamp '${startsAt}' + interval '${day}' day + to_milliseconds((hash(n + 3) % 86400000)::bigint) as occurredat
      from numbered
    )
    select md5(n || '${type}') as id, 'device-' || (hash(n + 4) % 20000) as source, 'account-' || (hash(n + 4) % 5000) as subject,
      '${type}' as type, strftime(occurredat, '%Y-%m-%dT%H:%M:%S.%gZ') as time, occurredat, '1.0' as specversion,
      1::integer as dataversion, null::varchar as datacontenttype, null::varchar as dataschema,
      null::varchar as attributes, ${data} as data, occurredat + to_milliseconds(1000 + i - n) as receivedat, 7::integer as config
    from timed`;
}
