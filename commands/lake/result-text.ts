import type { Answer } from './run-select.ts';

export const formats = ['table', 'csv', 'json'] as const;
export type Format = (typeof formats)[number];

/** An answer for a person, a spreadsheet, or a program. */
export const asText = (answer: Answer, format: Format): string => writers[format](answer);

const writers: Record<Format, (answer: Answer) => string> = {
  table: tableText,
  csv: csvText,
  json: jsonText,
};

/** One object a line; numbers stay numbers where JSON holds them exactly. */
function jsonText({ columns, rows }: Answer): string {
  return rows
    .map((row) => JSON.stringify(Object.fromEntries(columns.map((name, place) => [name, row[place]]))))
    .join('\n');
}

/** RFC 4180, with a line feed at the ends of lines. NULL is an empty field. */
function csvText({ columns, rows }: Answer): string {
  return [columns, ...rows].map((row) => row.map(csvField).join(',')).join('\n');
}

function csvField(value: unknown): string {
  const text = cellText(value, '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function tableText({ columns, rows }: Answer): string {
  const cells = rows.map((row) => row.map((value) => lineOf(cellText(value, 'NULL'))));
  const widths = columns.map((name, place) =>
    Math.max(name.length, ...cells.map((row) => row[place]?.length ?? 0)),
  );
  const isNumber = columns.map((_name, place) =>
    cells.every((row) => /^(-?[\d.]+|NULL)$/.test(row[place] ?? '')),
  );
  const line = (row: string[]) =>
    row
      .map((cell, place) =>
        isNumber[place] && rows.length > 0
          ? cell.padStart(widths[place] ?? 0)
          : cell.padEnd(widths[place] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width));
  const count = `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`;
  return [line(columns), line(rule), ...cells.map(line), count].join('\n');
}

/** What a tenant has sent must not move the cursor of whoever reads it. */
const lineOf = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

function cellText(value: unknown, absent: string): string {
  if (value === null || value === undefined) return absent;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
