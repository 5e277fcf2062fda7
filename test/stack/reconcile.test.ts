import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StackProcess, stackProcess } from '../../commands/drive/stack-process.ts';
import { dynamoIntervalCounts } from '../../infra/traffic/dynamo-interval-counts.ts';
import type { LocalJson } from '../../local/local-json.ts';
import { type LocalClients, localClients } from '../../local/resources/local-clients.ts';
import { bulkMeters, postInBulk } from './support/bulk-events.ts';
import { eventually } from './support/eventually.ts';
import { type CommandRun, runCommand } from './support/run-command.ts';
import { tenantClient } from './support/tenant-client.ts';

/** As many as one likes: TIDEGATE_EVENTS=1000000 npx vitest run --project stack test/stack/reconcile.test.ts */
const events = Number(process.env.TIDEGATE_EVENTS ?? 25_000);
const hourMs = 3_600_000;

/** One tenant's events from the first post to the last replay: each test goes on where the one before it ended. */
describe('a stack that is killed, fed garbage and tampered with', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-reconcile-'));
  const dataDir = join(folder, 'data');
  const stack: StackProcess = stackProcess({ dataDir });
  let clients: LocalClients;
  let revision: number;

  const local = (): LocalJson => JSON.parse(readFileSync(join(dataDir, 'local.json'), 'utf8'));
  const now = Date.now();
  const span = ['--from', new Date(now - 15 * 24 * hourMs).toISOString()].concat([
    '--to',
    new Date(now + 2 * hourMs).toISOString(),
  ]);
  const command = (name: string, ...args: string[]): Promise<CommandRun> =>
    runCommand(dataDir, name, '--tenant', 'T001', ...span, ...args);
  /** The lake's delivery gathers for 3 s here. */
  const reconcile = (...args: string[]) => command('reconcile', '--wait', '8', ...args);

  beforeAll(async () => {
    await stack.start();
    const { aws } = local();
    clients = localClients(aws.region, aws.endpoints);
    const series = [{ name: 'reports', eventType: 'vpn.usage', aggregation: 'count', interval: 'PT5M' }];
    const { status, body } = await tenantClient(local(), 'T001').putConfig({ meters: bulkMeters, series });
    expect({ status, body }).toMatchObject({ status: 200 });
    revision = body.revision as number;
  }, 300_000);
  afterAll(async () => {
    clients?.close();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${dataDir}.log`, { force: true });
  });

  async function putGarbage(): Promise<void> {
    const line = (id: string, more: object, data: object = { bytes: 1, seconds: 1 }) => {
      const time = new Date(now - 60_000).toISOString();
      const event = {
        specversion: '1.0',
        id,
        source: 'g',
        subject: 'garbage',
        type: 'vpn.usage',
        time,
        data,
      };
      return JSON.stringify({ tenantId: 'T001', receivedAt: time, config: revision, event, ...more });
    };
    const texts = [
      Buffer.of(0xff, 0x00, 0x7b),
      Buffer.from('not json\n'),
      Buffer.from(line('unknown-config', { config: 4_711 })),
      Buffer.from(`${line('good', {})}\n${line('negative', {}, { bytes: -1, seconds: 1 })}\n`),
      Buffer.from(line('no-quantity', {}, {})),
    ];
    const Records = texts.map((Data, index) => ({ Data, PartitionKey: `T001/${index}` }));
    await clients.kinesis.send(
      new PutRecordsCommand({ StreamName: local().resources.EventStream as string, Records }),
    );
  }

  it('is equal to the last event, with duplicates, garbage and two kills', async () => {
    const killing: Promise<void>[] = [];
    const target = () => {
      const { api, tenants } = local();
      return { api, key: tenants[0]?.keys.ingest ?? '' };
    };
    await putGarbage();
    await postInBulk({
      ...{ events, accounts: 40, duplicates: 0.05, seed: 1, now, target },
      onSent: (share) => {
        if (killing.length < 2 && share > (killing.length + 1) / 3)
          killing.push(stack.kill().then(() => stack.start()));
      },
    });
    await Promise.all(killing);
    expect(killing).toHaveLength(2);
    // Emulators may be elsewhere after a kill.
    clients.close();
    const { aws } = local();
    clients = localClients(aws.region, aws.endpoints);

    const isCounted = async () => JSON.parse((await reconcile('--json', '--report')).stdout);
    const result = await eventually(isCounted, ({ equal, events: counted }) => equal && counted > 3 * events);
    expect(result).toMatchObject({ equal: true, events: 3 * (events + 1), differences: [] });
    const sum = (name: string) =>
      result.report.reduce((total: number, hour: Record<string, number>) => total + (hour[name] ?? 0), 0);
    expect(sum('counted')).toBe(events + 1);
    expect(sum('quarantined')).toBe(3);
    // Some repeats are in one post, where ingest drops them.
    expect(sum('duplicate')).toBeGreaterThan(events * 0.045);
    expect(sum('unaccounted') + sum('notInLake') + sum('unmetered')).toBe(0);
    expect(sum('stored')).toBe(sum('counted') + sum('duplicate') + sum('quarantined'));

    const { body } = await tenantClient(local(), 'T001').get('health');
    expect(body.conservation).toMatchObject({
      ...{ equal: true, from: result.from.replace('Z', ':00Z'), to: result.to.replace('Z', ':00Z') },
      ...{ stored: sum('stored'), counted: events + 1, duplicate: sum('duplicate'), quarantined: 3 },
    });
    const ofAll = (body.conservation as { hours: { stored: number }[] }).hours;
    expect(ofAll).toHaveLength(Math.min(168, result.report.length));
    expect((await tenantClient(local(), 'T002').get('health')).body).not.toHaveProperty('conservation');
  }, 900_000);

  it('names a window that was changed by hand', async () => {
    const TableName = local().resources.UsageTable as string;
    const { Items = [] } = await clients.dynamodb.send(
      new ScanCommand({
        TableName,
        FilterExpression: 'begins_with(pk, :kind) AND begins_with(sk, :meter)',
        ExpressionAttributeValues: { ':kind': { S: 'w#T001#bulk-1-7' }, ':meter': { S: 'seconds#' } },
      }),
    );
    const { pk, sk } = Items[0] as { pk: { S: string }; sk: { S: string } };
    const add = (amount: string) =>
      clients.dynamodb.send(
        new UpdateItemCommand({
          TableName,
          Key: { pk, sk },
          UpdateExpression: 'SET #total = #total + :amount',
          ExpressionAttributeNames: { '#total': 'total' },
          ExpressionAttributeValues: { ':amount': { N: amount } },
        }),
      );
    await add('1');
    const { code, stdout } = await reconcile();
    await add('-1');
    expect(code).toBe(1);
    expect(stdout).toContain('DIFFERENT: 1 windows');
    expect(stdout).toContain(`account "${pk.S.split('#')[2]}", seconds`);
    expect(stdout).toContain('its total is not the sum of its events');
  }, 300_000);

  it('names events that a window lacks, and counts them when they are replayed', async () => {
    const TableName = local().resources.UsageTable as string;
    const { Items = [] } = await clients.dynamodb.send(
      new ScanCommand({
        TableName,
        FilterExpression: 'pk = :pk AND begins_with(sk, :meter)',
        ExpressionAttributeValues: { ':pk': { S: 'w#T001#garbage' }, ':meter': { S: 'bytes#' } },
      }),
    );
    const { pk, sk } = Items[0] as { pk: { S: string }; sk: { S: string } };
    // As if it had never been counted: the window of one event is empty.
    await clients.dynamodb.send(
      new UpdateItemCommand({
        TableName,
        Key: { pk, sk },
        UpdateExpression:
          'SET #total = :none, events = :none, rev = rev + :one, ids = :bytes, #counts = :bytes',
        ExpressionAttributeNames: { '#total': 'total', '#counts': 'counts' },
        ExpressionAttributeValues: {
          ':none': { N: '0' },
          ':one': { N: '1' },
          ':bytes': { B: new Uint8Array() },
        },
      }),
    );
    const { code, stdout } = await reconcile();
    expect(code).toBe(1);
    expect(stdout).toContain('not counted: "g" "good"');
    expect((await command('replay', '--rate', '50000')).code).toBe(0);
    const again = await eventually(reconcile, (run) => run.code === 0);
    expect(again.stdout).toContain('EQUAL');
  }, 300_000);

  it('names the hours of files that the lake has lost, and is equal once they are replayed from the stream', async () => {
    const Bucket = local().resources.LakeBucket as string;
    const listed = await clients.s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'tenant=T001/' }));
    const keys = (listed.Contents ?? []).map(({ Key = '' }) => Key);
    // All of the partition: what was delivered twice, before a kill and after it, stands in two of its files.
    const lost = keys.filter((key) => key.includes('table=late'));
    expect(lost).not.toEqual([]);
    for (const Key of lost) await clients.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    const { code, stdout } = await reconcile();
    expect(code).toBe(1);
    const weekAgo = new Date(now - 7 * 24 * hourMs).toISOString().slice(0, 10);
    expect(stdout).toMatch(/Hours \(windows\): \d{4}-\d\d-\d\dT\d\d:00Z \(\d+\)/);
    expect(stdout).toContain(`${weekAgo}T`);
    expect(stdout).toMatch(/counted, but not in the lake: "device-\d" "bulk-1-\d+"/);

    const replayed = await command('replay', '--from-stream', '--for', 'lake', '--rate', '50000');
    expect(replayed.stdout).toMatch(/\d+ events are on the stream again, for lake\./);
    const again = await eventually(reconcile, (run) => run.code === 0);
    expect(again.stdout).toContain('EQUAL');
  }, 600_000);

  it('counts nothing again when everything is replayed twice, in windows or in intervals', async () => {
    const { TrafficTable } = local().resources as { TrafficTable: string };
    const counts = dynamoIntervalCounts(clients.dynamodb, TrafficTable, Date.now);
    const intervals = async () =>
      [...(await counts.read('T001', 'reports', now - 15 * 24 * hourMs, now + 2 * hourMs))].toSorted();
    const before = await intervals();
    const total = before.reduce((sum, [, amount]) => sum + amount, 0n);
    expect(total).toBeGreaterThan(BigInt(events));
    for (const round of ['first', 'second']) {
      const replayed = await command('replay', '--rate', '50000');
      expect({ round, ...replayed }).toMatchObject({ code: 0 });
    }
    const again = await reconcile('--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ equal: true, events: 3 * (events + 1) });
    expect(await intervals()).toEqual(before);
  }, 600_000);
});
