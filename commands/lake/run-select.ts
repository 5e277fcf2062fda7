import { DuckDBTypeId, StatementType } from '@duckdb/node-api';
import { CommandFault } from '../command-fault.ts';
import type { Lake } from './open-lake.ts';

/** What a query came to: its columns, and its rows as JSON has them; numbers that JSON would not hold are text. */
export interface Answer {
  columns: string[];
  rows: unknown[][];
}

const allowed: StatementType[] = [StatementType.SELECT, StatementType.EXPLAIN];

/** What DuckDB gives as text, since JavaScript's numbers may not hold it. */
const largeNumbers: DuckDBTypeId[] = [
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.DECIMAL,
];

/** A double holds any 15 digits. */
const asNumber = (value: unknown): unknown =>
  typeof value === 'string' && value.replace(/\D/g, '').replace(/^0+/, '').length <= 15
    ? Number(value)
    : value;

/** Runs one statement that changes nothing. Throws a CommandFault with DuckDB's own words where it cannot be run. */
export async function runSelect({ connection }: Lake, sql: string): Promise<Answer> {
  try {
    const statements = sql.trim() === '' ? undefined : await connection.extractStatements(sql);
    if (statements?.count !== 1)
      throw new CommandFault(`Ask one statement at a time, not ${statements?.count ?? 0}.`);
    const statement = await statements.prepare(0);
    if (!allowed.includes(statement.statementType))
      throw new CommandFault(
        'The lake can be asked, not changed: begin with select, with, describe or explain.',
      );
    const reader = await statement.runAndReadAll();
    const isNumber = reader.columnTypes().map(({ typeId }) => largeNumbers.includes(typeId));
    const rows = reader
      .getRowsJson()
      .map((row) => row.map((value, place) => (isNumber[place] ? asNumber(value) : value)));
    return { columns: reader.deduplicatedColumnNames(), rows };
  } catch (error) {
    if (error instanceof CommandFault) throw error;
    throw new CommandFault((error as Error).message.trim());
  }
}
