import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KinesisStreamEvent } from 'aws-lambda';
import { memoryAccountRegistry } from '../domain/metering/memory-account-registry.ts';
import { memoryEventHashKeys } from '../domain/metering/windows/memory-event-hash-keys.ts';
import { recordUsage, recordUsageBounds } from '../domain/metering/windows/record-usage.ts';
import type { WindowStore } from '../domain/metering/windows/window-store.ts';
import { readUsageBatch } from '../infra/metering/usage-batch.ts';
import { type Workload, workloads } from './cost/workload.ts';
import { config, hourStartsAt, invocationOf, linesOf } from './fold-batch.ts';
import { median, type Part } from './report.ts';

const invocationBytesMax = 6 * 1024 * 1024;
const retentionMs = 24 * 3_600_000;
const rounds = 30;
/** The first rounds let the compiler come to rest. */
const warmUpRounds = 6;
const now = hourStartsAt + 3_600_000;

/** Decode, deduplicate and fold on one core, beside JSON.parse alone on the same bytes. */
export const fold: Part = async ({ seed, progress }) => {
  const rows: (string | number)[][] = [];
  for (const workload of workloads) {
    progress(`fold: ${workload.name}`);
    rows.push(await measure(workload, seed));
  }
  return [
    {
      title: 'Fold: decode, deduplicate and fold',
      columns: [
        'workload',
        'events',
        'fold events/s',
        'JSON.parse events/s',
        'fold beside JSON.parse',
        'peak memory MB',
      ],
      rows,
      notes: [
        'One invocation of at most 6 MB of JSON, from its base64 to the pages to put; the store is empty and takes every put.',
        'JSON.parse of the same lines, already text. Median processor time, garbage collection included, of rounds in turn.',
        'Peak memory: resident set of a fresh process that handles the batch once, Node itself (about 50 MB) included.',
      ],
    },
  ];
};

async function measure(workload: Workload, seed: number): Promise<(string | number)[]> {
  const invocation = batchOf(workload, seed);
  const lines = invocation.Records.flatMap(({ kinesis }) =>
    Buffer.from(kinesis.data, 'base64').toString('utf8').split('\n').filter(Boolean),
  );
  const folded: number[] = [];
  const parsed: number[] = [];
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    const foldMs = await cpuMs(() => foldOnce(invocation));
    const parseMs = await cpuMs(() => lines.map((line) => JSON.parse(line)).length);
    if (round >= warmUpRounds) {
      folded.push(foldMs);
      parsed.push(parseMs);
    }
  }
  const rate = (ms: number) => Math.round(lines.length / (ms / 1_000));
  const ratios = folded.map((foldMs, round) => (parsed[round] as number) / foldMs);
  return [
    workload.name,
    lines.length,
    rate(median(folded)),
    rate(median(parsed)),
    median(ratios),
    peakMegabytes(invocation),
  ];
}

/** An hour's first events that fill one invocation. */
export const batchOf = (workload: Workload, seed: number): KinesisStreamEvent =>
  invocationOf(linesOf(workload, seed).slice(0, 20_000), invocationBytesMax);

/** Holds nothing and takes every put, so that the fold is measured and not a store. */
const emptyStore: WindowStore = {
  readPages: async (keys) => keys.map(() => undefined),
  readPagesFrom: async () => [],
  putPage: async () => true,
  billedBytes: (_window, page) => 150 + page.ids.length + page.names.length + page.counts.length,
};

/** Everything that the handler does with a batch but for logs and the network. */
export async function foldOnce(invocation: KinesisStreamEvent): Promise<number> {
  const configs = { at: async () => config };
  const batch = await readUsageBatch(invocation, { configs, retentionMs, now });
  const record = recordUsage(
    {
      store: emptyStore,
      registry: memoryAccountRegistry(),
      hashKeys: memoryEventHashKeys(() => new Uint8Array(16).fill(7)),
      pause: async () => {},
    },
    { ...recordUsageBounds, retentionMs },
  );
  const touched = await record(batch.records, now);
  return touched.reduce((sum, { counted }) => sum + counted, 0);
}

/** The processor time that the work takes, in all of the process's threads: what others run beside it is not in it. */
async function cpuMs(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The batch is handed over as a file, so that the process holds nothing but it. */
function peakMegabytes(invocation: KinesisStreamEvent): number {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-fold-'));
  const file = join(folder, 'invocation.json');
  writeFileSync(file, JSON.stringify(invocation));
  const program = fileURLToPath(new URL('fold-memory.ts', import.meta.url));
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, file], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error(`The memory of a fold could not be measured: ${stderr}`);
  return Math.round(Number(stdout) / 1024);
}
