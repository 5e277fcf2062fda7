import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { asText, type Table } from './report.ts';

/** Writes the tables to RESULTS.md, with the day, the commit and the machine that they were measured on. */
export function record(tables: Table[], full: boolean): void {
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  const machine = `${cpus().length} cores, ${process.arch}, Node ${process.version}`;
  const head = [
    '# Results',
    '',
    `Measured on ${new Date().toISOString().slice(0, 10)} at commit ${commit}, ${machine}, by`,
    `\`npm run bench -- ${full ? '--full ' : ''}--record\`. Compare within one run: absolute times are this machine's.`,
    '',
  ];
  writeFileSync(new URL('RESULTS.md', import.meta.url), [...head, ...tables.map(asText)].join('\n'));
}
