import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { bundleFunctions, functionNames } from '../infra/bundle.js';
import { median, type Part } from './report.ts';

const runs = 15;

/** Loads a bundle as a fresh Lambda would, and says how many milliseconds that took. */
const loader = `
  const before = process.hrtime.bigint();
  require(process.argv[1]);
  console.log(Number(process.hrtime.bigint() - before) / 1e6);
`;

/** Bundle size and import time of each function beside an empty handler's, in the same run and in turn. */
export const coldStart: Part = async ({ progress }) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-cold-start-'));
  try {
    progress('cold start: bundling');
    await bundleFunctions(folder);
    writeFileSync(join(folder, 'empty.js'), 'exports.handler = async () => {};\n');
    const names = await functionNames();
    const times = new Map(['empty', ...names].map((name) => [name, [] as number[]]));
    for (let run = 0; run < runs; run++) {
      progress(`cold start: run ${run + 1} of ${runs}`);
      for (const [name, taken] of times) taken.push(importMs(join(folder, `${name}.js`)));
    }
    const empty = median(times.get('empty') as number[]);
    const rows = names.map((name) => {
      const took = median(times.get(name) as number[]);
      return [name, Math.round(statSync(join(folder, `${name}.js`)).size / 1_000), took, took - empty];
    });
    return [
      {
        title: 'Cold start',
        columns: ['function', 'bundle kB', 'import ms', 'over an empty handler ms'],
        rows,
        notes: [
          `Median of ${runs} fresh Node processes each, in turn; an empty handler takes ${empty.toFixed(2)} ms.`,
        ],
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

function importMs(bundle: string): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', loader, bundle], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, AWS_REGION: 'eu-central-1', ...everyName },
  });
  if (status !== 0) throw new Error(`${bundle} cannot be loaded: ${stderr}`);
  return Number(stdout);
}

/** Whatever a bundle may ask of its environment while it loads: numbers are spans of time. */
const everyName = Object.fromEntries(
  Object.values<{ environment?: object }>(
    parse(readFileSync(new URL('../serverless.yml', import.meta.url), 'utf8'), { logLevel: 'error' })
      .functions,
  )
    .flatMap(({ environment = {} }) => Object.keys(environment))
    .map((name) => [name, /_(HOURS|SECONDS)$/.test(name) ? '24' : 'public']),
);
