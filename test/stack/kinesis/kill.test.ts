import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clientOf } from './running-kinesis.ts';

/** What was acknowledged is there, however the process ends. */

const StreamName = 'usage';
let dataDir: string;
let child: ChildProcess | undefined;

async function serve(): Promise<KinesisClient> {
  const script = new URL('./served-kinesis.ts', import.meta.url).pathname;
  child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const failed = once(child, 'exit').then(() =>
    Promise.reject(new Error('the server ended before it listened')),
  );
  const [endpoint] = await Promise.race([once(child.stdout!, 'data'), failed]);
  failed.catch(() => undefined);
  return clientOf(String(endpoint).trim());
}

async function kill(): Promise<void> {
  const dying = child;
  child = undefined;
  if (!dying) return;
  const ended = once(dying, 'exit');
  dying.kill('SIGKILL');
  await ended;
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'kinesis-'));
});
afterEach(async () => {
  await kill();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Every record by its sequence number; numbers of a shard must rise. */
async function readAll(client: KinesisClient): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
  for (const { ShardId } of Shards) {
    const start = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
    let { ShardIterator } = await client.send(new GetShardIteratorCommand(start));
    let last = '';
    for (let behind = true; behind && ShardIterator; ) {
      const answer = await client.send(new GetRecordsCommand({ ShardIterator }));
      for (const record of answer.Records ?? []) {
        expect(record.SequenceNumber! > last).toBe(true);
        last = record.SequenceNumber!;
        found.set(last, Buffer.from(record.Data!).toString());
      }
      behind = answer.MillisBehindLatest !== 0;
      ShardIterator = answer.NextShardIterator;
    }
  }
  return found;
}

/** Puts until the server is gone; answers what was acknowledged by then. */
async function putUntilGone(
  client: KinesisClient,
  round: number,
  enough: () => void,
): Promise<Map<string, string>> {
  const stored = new Map<string, string>();
  for (let batch = 0; ; batch += 1) {
    const texts = Array.from({ length: 50 }, (_, i) => `${round}/${batch}/${i} ${'x'.repeat(500)}`);
    const Records = texts.map((text, i) => ({ PartitionKey: `k${i}`, Data: Buffer.from(text) }));
    try {
      const answer = await client.send(new PutRecordsCommand({ StreamName, Records }));
      for (const [i, entry] of answer.Records!.entries()) stored.set(entry.SequenceNumber!, texts[i]!);
    } catch {
      return stored;
    }
    if (batch === 20) enough();
  }
}

async function splitFirst(client: KinesisClient): Promise<unknown> {
  const open = new ListShardsCommand({ StreamName, ShardFilter: { Type: 'AT_LATEST' } });
  const shard = (await client.send(open)).Shards?.[0];
  const { StartingHashKey = '0', EndingHashKey = '0' } = shard?.HashKeyRange ?? {};
  const NewStartingHashKey = String((BigInt(StartingHashKey) + BigInt(EndingHashKey)) / 2n);
  return client.send(new SplitShardCommand({ StreamName, ShardToSplit: shard?.ShardId, NewStartingHashKey }));
}

it('survives kills, one after the other, in the middle of writing and of its shards splitting', async () => {
  const acknowledged = new Map<string, string>();
  let client = await serve();
  await client.send(new CreateStreamCommand({ StreamName, ShardCount: 3 }));
  for (let round = 0; round < 4; round += 1) {
    const writers = [0, 1, 2].map((writer) => putUntilGone(client, round * 10 + writer, () => void kill()));
    const [stored] = await Promise.all([Promise.all(writers), splitFirst(client).catch(() => undefined)]);
    for (const [number, text] of stored.flatMap((map) => [...map])) acknowledged.set(number, text);
    client.destroy();
    client = await serve();
    const found = await readAll(client);
    const missing = [...acknowledged].filter(([number, text]) => found.get(number) !== text);
    expect(missing).toEqual([]);
  }
  expect(acknowledged.size).toBeGreaterThan(4 * 20 * 50);
  client.destroy();
});

it('keeps everything when it is killed at once after the last answer', async () => {
  let client = await serve();
  await client.send(new CreateStreamCommand({ StreamName, ShardCount: 4 }));
  const Records = Array.from({ length: 500 }, (_, i) => ({
    PartitionKey: `k${i}`,
    Data: Buffer.from(`${i}`),
  }));
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => client.send(new PutRecordsCommand({ StreamName, Records }))),
  );
  await kill();
  client.destroy();
  client = await serve();
  const found = await readAll(client);
  expect(found.size).toBe(4_000);
  expect(
    answers.flatMap((answer) => answer.Records!).every(({ SequenceNumber }) => found.has(SequenceNumber!)),
  ).toBe(true);
  client.destroy();
});
