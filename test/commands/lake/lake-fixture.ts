import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';
import type { CachedFile } from '../../../commands/lake/lake-cache.ts';
import type { LakeRange } from '../../../commands/lake/lake-files.ts';
import { type Lake, openFiles } from '../../../commands/lake/open-lake.ts';
import { readLakeLine } from '../../../events/lake-line.ts';
import { LineBytes } from '../../../events/line-bytes.ts';
import { type EventLine, encodeLine } from '../../../events/stream-record.ts';
import { type LakeColumn, parquetOf, parseRow } from '../../../local/firehose/parquet-rows.ts';

const root = new URL('../../..', import.meta.url).pathname;

/** The columns that the template gives the lake's table. */
export const lakeColumns: LakeColumn[] = parse(readFileSync(join(root, 'infra/resources/lake.yml'), 'utf8'), {
  logLevel: 'silent',
}).Resources.LakeTable.Properties.TableInput.StorageDescriptor.Columns.map(
  ({ Name, Type }: { Name: string; Type: string }) => ({ name: Name, type: Type }),
);

/** A line of the stream; what is not said is as ingest would put it. */
export const line = (event: Record<string, unknown>, given: Partial<EventLine> = {}): EventLine => ({
  tenantId: 'T001',
  receivedAt: '2021-04-20T21:40:00.000Z',
  config: 1,
  event: { specversion: '1.0', source: 'shop-1', ...event } as EventLine['event'],
  ...given,
});

/** A lake of these lines, written as they would be; each list of lines is a delivery of its own. */
export async function lakeOf(
  deliveries: EventLine[][],
  { range = {}, tables = [] }: { range?: LakeRange; tables?: string[] } = {},
): Promise<Lake> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-lake-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files = deliveries.flatMap((lines, delivery) => filesOf(lines, join(folder, `${delivery}`)));
  const lake = await openFiles(files, { range, tables, folder });
  onTestFinished(lake.close);
  return lake;
}

function filesOf(lines: EventLine[], path: string): CachedFile[] {
  const rows = lines.map((one) => {
    const read = readLakeLine(LineBytes.of(encodeLine(one)));
    if (read.kind !== 'row') throw new Error(`The line gives no row: ${JSON.stringify(read)}`);
    const { tenantId, table, version, day } = read.partition;
    const row = parseRow(read.row, lakeColumns);
    if (!row) throw new Error(`The row is none of the table: ${read.row}`);
    return { row, tenantId, table, version, day: new Date(day).toISOString().slice(0, 10) };
  });
  const partitions = Map.groupBy(rows, ({ row, ...partition }) => JSON.stringify(partition));
  return [...partitions.values()].map((ofPartition, place) => {
    const { row, ...partition } = ofPartition[0]!;
    const file = `${path}-${place}.parquet`;
    const bytes = parquetOf(
      ofPartition.map((one) => one.row),
      lakeColumns,
    );
    writeFileSync(file, bytes);
    return { ...partition, key: file, etag: '', bytes: bytes.length, path: file };
  });
}
