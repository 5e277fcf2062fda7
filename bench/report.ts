/** One measured table. A cell is text or a number; `notes` say how it was measured. */
export interface Table {
  title: string;
  columns: string[];
  rows: (string | number)[][];
  notes: string[];
}

/** How a part is asked to measure. */
export interface Options {
  /** Everything at full size; otherwise on the samples that the notes state. */
  full: boolean;
  seed: number;
  /** How many seeds from that one on, where a part draws whole worlds. */
  seeds?: number;
  /** How many tenants of each world. */
  tenants?: number;
  /** Says on standard error what is being measured. */
  progress(text: string): void;
}

export type Part = (options: Options) => Promise<Table[]>;

/** A table for people: columns aligned, numbers to three significant digits. */
export function asText(table: Table): string {
  const rows = [table.columns, ...table.rows.map((row) => row.map(cellText))];
  const widths = table.columns.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head, ...body] = rows.map(line);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [
    `### ${table.title}`,
    '',
    head,
    rule,
    ...body,
    '',
    ...table.notes.map((note) => `- ${note}`),
    '',
  ].join('\n');
}

function cellText(cell: string | number): string {
  if (typeof cell === 'string') return cell;
  if (Number.isInteger(cell)) return cell.toLocaleString('en-US');
  return Number(cell.toPrecision(3)).toString();
}

/** The middle of some numbers (the mean of the two middle ones where their count is even). */
export function median(numbers: number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
    : (sorted[Math.floor(middle)] as number);
}

/** The smallest number that at least `share` of them do not exceed. */
export function percentile(numbers: number[], share: number): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
}
