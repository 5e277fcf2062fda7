import { mkdir } from 'node:fs/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { StackTarget } from '../stack-target.ts';
import { type CachedFile, lakeCache } from './lake-cache.ts';
import { type LakeRange, lakeClient, listAllFiles, mayHold } from './lake-files.ts';
import { emptyView, identifier, type LakeView, lakeViews, lateTypesQuery, quoted } from './lake-views.ts';

/** The lake, or a part of it, open for SQL. */
export interface Lake {
  /** Has the views; reads the copies of the files that are on this machine and nothing else. */
  connection: DuckDBConnection;
  /** `copies` (every stored copy), `events` (each event once), and each event once by type. */
  views: LakeView[];
  files: CachedFile[];
  /** Rows of a query, by column; for what has no such type in JSON, as text. */
  rows(sql: string): Promise<Record<string, unknown>[]>;
  close(): void;
}

/**
 * Fetches the files that may hold events of the range and opens them for SQL. Views hold events of the range alone.
 * `tables` get a view even where there is no event of their type.
 */
export async function openLake(
  target: StackTarget,
  range: LakeRange = {},
  tables: readonly string[] = [],
): Promise<Lake> {
  const client = lakeClient(target);
  try {
    const cache = lakeCache(client, target);
    const all = await listAllFiles(client, target, range.tenant);
    await cache.keepOnly(all, range.tenant);
    const files = await cache.fetchAll(all.filter((file) => mayHold(file, range)));
    return await openFiles(files, { range, tables, folder: cache.folder });
  } finally {
    client.destroy();
  }
}

export interface OpenFilesOptions {
  range: LakeRange;
  tables: readonly string[];
  /** In which all the files are: nothing else on this machine can be read. */
  folder: string;
}

/** Opens files of a lake that are on this machine. */
export async function openFiles(files: CachedFile[], options: OpenFilesOptions): Promise<Lake> {
  const instance = await DuckDBInstance.create(':memory:', { ...withoutNetwork });
  const connection = await instance.connect();
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
  await confine(connection, options.folder);
  const lateQuery = lateTypesQuery(files);
  const lateTypes = lateQuery ? (await rows(lateQuery)).map(({ type }) => String(type)) : [];
  const views = lakeViews(files, lateTypes, options.range);
  const missing = options.tables.filter((table) => !views.some(({ name }) => name === table));
  for (const { name, sql } of [...views, ...missing.map(emptyView)])
    await connection.run(`create view ${identifier(name)} as ${sql}`);
  for (const macro of macros) await connection.run(`create macro ${macro}`);
  return {
    connection,
    views,
    files,
    rows,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** DuckDB would fetch extensions that a query needs from the internet. */
const withoutNetwork = { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' };

/** From then on SQL reaches the folder alone; what does not fit into memory spills below it. */
async function confine(connection: DuckDBConnection, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await connection.run(`set temp_directory = ${quoted(`${folder}/spilled`)}`);
  await connection.run(`set allowed_directories = [${quoted(folder)}]`);
  await connection.run('set enable_external_access = false');
  await connection.run("set TimeZone = 'UTC'");
}

/** Functions of Athena that DuckDB calls otherwise, so that one text of a query serves both. */
const macros = [
  'json_extract_scalar(json, path) as json_extract_string(json, path)',
  'to_unixtime(moment) as epoch(moment)',
  'day_of_week(moment) as isodow(moment)',
];
