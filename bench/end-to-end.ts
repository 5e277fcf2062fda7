import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DriveSummary } from '../commands/drive/report.ts';
import { stackProcess } from '../commands/drive/stack-process.ts';
import type { Part } from './report.ts';

const run = promisify(execFile);
const driveProgram = fileURLToPath(new URL('../commands/drive.ts', import.meta.url));
const batchWindowSeconds = 1;

/** What is driven: as fast as it goes, and at a rate that leaves room. */
const drives = [
  { name: 'as fast as it goes', flags: ['--accounts', '200', '--minutes', '60'] },
  { name: '200 events/s', flags: ['--accounts', '50', '--minutes', '60', '--rate', '200', '--probes', '20'] },
];

/** The whole local stack under the load driver, which compares every window with the truth. */
export const endToEnd: Part = async ({ seed, full, progress }) => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-end-to-end-'));
  const dataDir = join(folder, 'data');
  const stack = stackProcess({ dataDir, flags: ['--batch-window', String(batchWindowSeconds)] });
  const rows: (string | number)[][] = [];
  try {
    await stack.start();
    for (const { name, flags } of drives) {
      progress(`end to end: ${name}`);
      const more = full ? ['--accounts', '2000'] : [];
      const { stdout } = await run(process.execPath, [
        driveProgram,
        '--json',
        '--seed',
        String(seed),
        '--data-dir',
        dataDir,
        ...flags,
        ...more,
      ]);
      const summary = JSON.parse(stdout) as DriveSummary;
      rows.push([name, ...figuresOf(summary), stack.pid === undefined ? 0 : peakMegabytes(stack.pid)]);
    }
    await stack.stop();
  } finally {
    await stack.kill().catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  }
  return [
    {
      title: 'End to end: the local stack under the load driver',
      columns: [
        'drive',
        'events',
        'events/s',
        'post p50 ms',
        'post p99 ms',
        'visible p50 ms',
        'visible p99 ms',
        'differences',
        'stack’s peak memory MB',
      ],
      rows,
      notes: [
        `Batch window ${batchWindowSeconds} s. Gateway, Lambdas, emulators and driver share this machine’s cores.`,
        'Visible: from posting an event until the query shows it. Differences: windows that are not the truth.',
      ],
    },
  ];
};

const figuresOf = (summary: DriveSummary): (string | number)[] => [
  summary.events.sent,
  Math.round(summary.eventsPerSecond),
  summary.latencyMs.post?.p50 ?? '-',
  summary.latencyMs.post?.p99 ?? '-',
  summary.latencyMs.visible?.p50 ?? '-',
  summary.latencyMs.visible?.p99 ?? '-',
  summary.differenceCount,
];

/** Peak resident set of the process and what it started; where /proc does not tell, 0. */
function peakMegabytes(pid: number): number {
  const kilobytes = [pid, ...childrenOf(pid)].map((one) => {
    const peak = /VmHWM:\s+(\d+)/.exec(readIfThere(`/proc/${one}/status`));
    return Number(peak?.[1] ?? 0);
  });
  return Math.round(kilobytes.reduce((sum, one) => sum + one, 0) / 1_024);
}

function childrenOf(pid: number): number[] {
  const threads = readdirIfThere(`/proc/${pid}/task`);
  return threads.flatMap((thread) =>
    readIfThere(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function readdirIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
