import { parquetWriteBuffer } from 'hyparquet-writer';

/** A column of the table that rows are written by. */
export interface LakeColumn {
  name: string;
  type: 'string' | 'int' | 'timestamp';
}

type Row = Record<string, unknown>;

const parquetTypes = { string: 'STRING', int: 'INT32', timestamp: 'TIMESTAMP' } as const;

const isOfType: Record<LakeColumn['type'], (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  int: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  // Epoch milliseconds, as the delivery stream's deserializer reads them.
  timestamp: (value) => Number.isInteger(value),
};

/** Reads a row that the transform answered; undefined where it is not one of these columns' types. */
export function parseRow(text: string, columns: readonly LakeColumn[]): Row | undefined {
  const row = parseObject(text);
  const isRow = row && columns.every(({ name, type }) => isAbsent(row[name]) || isOfType[type](row[name]));
  return isRow ? row : undefined;
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

function parseObject(text: string): Row | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Row) : undefined;
  } catch {
    return undefined;
  }
}

/** A Parquet file of these rows, compressed; what a row lacks is NULL. */
export function parquetOf(rows: readonly Row[], columns: readonly LakeColumn[]): Uint8Array {
  const columnData = columns.map(({ name, type }) => ({
    name,
    type: parquetTypes[type],
    data: rows.map((row) => columnValue(row[name], type)),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: rowGroupRows }));
}

/** One group for as many rows as a delivery has: readers work on whole groups. */
const rowGroupRows = 100_000;

function columnValue(value: unknown, type: LakeColumn['type']): unknown {
  if (isAbsent(value)) return null;
  return type === 'timestamp' ? new Date(value as number) : value;
}
