import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { asText, type Table } from './report.ts';

const results = new URL('RESULTS.md', import.meta.url);
const title = '### ';

/**
 * Writes the tables to RESULTS.md, each with the day, the commit and the machine that it was measured on. Tables that
 * this run did not measure stay as they are.
 */
export function record(tables: Table[], full: boolean): void {
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  const machine = `${cpus().length} cores, ${process.arch}, Node ${process.version}`;
  const day = new Date().toISOString().slice(0, 10);
  const how = `Measured on ${day} at commit ${commit}, ${machine}${full ? ', by a run with `--full`' : ''}.`;
  const kept = existsSync(results) ? readFileSync(results, 'utf8') : '# Results\n\n';
  writeFileSync(
    results,
    mergeResults(
      kept,
      tables.map((table) => ({ ...table, notes: [...table.notes, how] })),
    ),
  );
}

/** The text with these tables in the place of those of the same title, and new ones at its end. */
export function mergeResults(text: string, tables: Table[]): string {
  const [head, ...sections] = text.split(/^(?=### )/m);
  const fresh = new Map(tables.map((table): [string, string] => [table.title, asText(table)]));
  const merged = sections.map((section) => {
    const name = section.slice(title.length, section.indexOf('\n'));
    const measured = fresh.get(name);
    fresh.delete(name);
    return measured === undefined ? section : `${measured}\n`;
  });
  return `${[head?.trimEnd(), ...merged.map((section) => section.trimEnd()), ...[...fresh.values()].map((section) => section.trimEnd())].join('\n\n')}\n`;
}
