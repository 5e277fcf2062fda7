import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StackProcess, stackProcess } from '../../commands/drive/stack-process.ts';
import { streamSource } from '../../commands/replay/stream-source.ts';
import { dynamoIntervalCounts } from '../../infra/traffic/dynamo-interval-counts.ts';
import type { LocalJson } from '../../local/local-json.ts';
import { type LocalClients, localClients } from '../../local/resources/local-clients.ts';
import { accountOf, bulkMeters, postInBulk } from './support/bulk-events.ts';
import { garbageCounts, putGarbage } from './support/bulk-garbage.ts';
import { markerMeters, markerSeries, untilCounted } from './support/bulk-markers.ts';
import { eventually } from './support/eventually.ts';
import { type CommandRun, runCommand } from './support/run-command.ts';
import { tenantClient } from './support/tenant-client.ts';

/** As many as one likes: TIDEGATE_EVENTS=1000000 npx vitest run --project stack test/stack/reconcile.test.ts */
const events = Number(process.env.TIDEGATE_EVENTS ?? 100_000);
const [seed, accounts] = [1, 40];
const hourMs = 3_600_000;
/** Bounds for hangs: a busy machine takes a few milliseconds an event for all that a test does. */
const boundMs = 300_000 + events * 4;
const patience = { giveUpMs: boundMs };

/** One tenant's events from the first post to the last replay: each test goes on where the one before it ended. */
describe('a stack that is killed, fed garbage and tampered with', { timeout: boundMs }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-reconcile-'));
  const dataDir = join(folder, 'data');
  const stack: StackProcess = stackProcess({ dataDir, flags: ['--lake-buffer', '1'] });
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
  /** The lake's delivery gathers for a second here. */
  const reconcile = (...args: string[]) => command('reconcile', '--wait', '3', ...args);

  beforeAll(async () => {
    await stack.start();
    const { aws } = local();
    clients = localClients(aws.region, aws.endpoints);
    const reports = { name: 'reports', eventType: 'vpn.usage', aggregation: 'count', interval: 'PT5M' };
    const meters = [...bulkMeters, ...markerMeters];
    const series = [reports, ...markerSeries];
    const { status, body } = await tenantClient(local(), 'T001').putConfig({ meters, series });
    expect({ status, body }).toMatchObject({ status: 200 });
    revision = body.revision as number;
  }, 300_000);
  afterAll(async () => {
    clients?.close();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${dataDir}.log`, { force: true });
  });

  /** So often the consumers were waited for. */
  let rounds = 0;
  const untilAllCounted = () => {
    rounds += 1;
    return untilCounted({ local: local(), clients, seed, accounts, now }, rounds, patience);
  };
  /** Events of all windows: three meters take the bulk, one the markers. */
  const countedEvents = () => 3 * (events + garbageCounts.good) + rounds * accounts;

  const filter = { tenantId: 'T001', from: now - 15 * 24 * hourMs, to: now + 2 * hourMs };
  /** What `count-traffic` has counted, by interval. */
  async function intervals(): Promise<[number, bigint][]> {
    const { TrafficTable = '' } = local().resources;
    const counts = dynamoIntervalCounts(clients.dynamodb, TrafficTable, Date.now);
    return [...(await counts.read('T001', 'reports', filter.from, filter.to))].toSorted();
  }

  it('is equal to the last event, with duplicates, garbage and two kills', async () => {
    const killing: Promise<void>[] = [];
    const target = () => {
      const { api, tenants } = local();
      return { api, key: tenants[0]?.keys.ingest ?? '' };
    };
    await putGarbage(clients.kinesis, { stream: local().resources.EventStream as string, revision, now });
    await postInBulk({
      ...{ events, accounts, duplicates: 0.05, seed, now, target },
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

    await untilAllCounted();
    const asked = async () => JSON.parse((await reconcile('--json', '--report')).stdout);
    // The lake may still gather.
    const result = await eventually(asked, ({ equal }) => equal, patience);
    expect(result).toMatchObject({ equal: true, events: countedEvents(), differences: [] });
    const sum = (name: string) =>
      result.report.reduce((total: number, hour: Record<string, number>) => total + (hour[name] ?? 0), 0);
    const counted = events + garbageCounts.good + accounts;
    expect(sum('counted')).toBe(counted);
    expect(sum('quarantined')).toBe(garbageCounts.setAside);
    // Some repeats are in one post, where ingest drops them.
    expect(sum('duplicate')).toBeGreaterThan(events * 0.045);
    expect(sum('unaccounted') + sum('notInLake') + sum('unmetered')).toBe(0);
    expect(sum('stored')).toBe(sum('counted') + sum('duplicate') + sum('quarantined'));

    // Intervals count each line of the stream once, but for the one that names no configuration.
    let lines = 0;
    const { EventStream = '' } = local().resources;
    const stream = streamSource(
      clients.kinesis,
      EventStream,
      { ...filter, types: ['vpn.usage'] },
      Date.now(),
    );
    for await (const batch of stream.batches()) lines += batch.lines.length;
    const total = (await intervals()).reduce((sum, [, amount]) => sum + amount, 0n);
    expect(total).toBe(BigInt(lines - 1));

    const { body } = await tenantClient(local(), 'T001').get('health');
    expect(body.conservation).toMatchObject({
      ...{ equal: true, from: result.from.replace('Z', ':00Z'), to: result.to.replace('Z', ':00Z') },
      ...{
        stored: sum('stored'),
        counted,
        duplicate: sum('duplicate'),
        quarantined: garbageCounts.setAside,
      },
    });
    const ofAll = (body.conservation as { hours: { stored: number }[] }).hours;
    expect(ofAll).toHaveLength(Math.min(168, result.report.length));
    expect((await tenantClient(local(), 'T002').get('health')).body).not.toHaveProperty('conservation');
  });

  /** Runs the command that reconcile says makes it good. */
  function mend(report: string): Promise<CommandRun> {
    const [, replay = ''] = /npm run replay -- (.*)$/m.exec(report) ?? [];
    return runCommand(dataDir, 'replay', ...replay.split(' '), '--rate', '50000');
  }

  /** The first page of a window of an account. */
  async function aWindow(account: string, meter: string) {
    const TableName = local().resources.UsageTable as string;
    const { Items = [] } = await clients.dynamodb.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :meter)',
        ExpressionAttributeValues: { ':pk': { S: `w#T001#${account}` }, ':meter': { S: `${meter}#` } },
        ProjectionExpression: 'pk, sk',
      }),
    );
    const [Key] = Items;
    if (!Key) throw new Error(`There is no window of ${account}.`);
    return { TableName, Key };
  }

  it('names a window that was changed by hand', async () => {
    const { TableName, Key } = await aWindow(accountOf(seed, 7, accounts), 'seconds');
    const add = (amount: string) =>
      clients.dynamodb.send(
        new UpdateItemCommand({
          TableName,
          Key,
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
    expect(stdout).toContain(`account "${accountOf(seed, 7, accounts)}", seconds`);
    expect(stdout).toContain('its total is not the sum of its events');
  });

  it('names events that a window lacks, and counts them when they are replayed', async () => {
    const { TableName, Key } = await aWindow('garbage', 'bytes');
    // As if it had never been counted: the window of one event is empty.
    await clients.dynamodb.send(
      new UpdateItemCommand({
        TableName,
        Key,
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
    expect((await mend(stdout)).code).toBe(0);
    const again = await eventually(reconcile, (run) => run.code === 0, patience);
    expect(again.stdout).toContain('EQUAL');
  });

  it('names the hours of files that the lake has lost, and is equal once they are replayed from the stream', async () => {
    const Bucket = local().resources.LakeBucket as string;
    // All of the partition: what was delivered twice, before a kill and after it, stands in two of its files.
    const lost: string[] = [];
    const late = { Bucket, Prefix: 'tenant=T001/table=late/' };
    for await (const { Contents = [] } of paginateListObjectsV2({ client: clients.s3 }, late))
      lost.push(...Contents.map(({ Key = '' }) => Key));
    expect(lost).not.toEqual([]);
    for (const Key of lost) await clients.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    const { code, stdout } = await reconcile();
    expect(code).toBe(1);
    const weekAgo = new Date(now - 7 * 24 * hourMs).toISOString().slice(0, 10);
    expect(stdout).toMatch(/Hours \(windows\): \d{4}-\d\d-\d\dT\d\d:00Z \(\d+\)/);
    expect(stdout).toContain(`${weekAgo}T`);
    expect(stdout).toMatch(/counted, but not in the lake: "device-\d" "bulk-1-\d+"/);

    const replayed = await mend(stdout);
    expect(replayed.stdout).toMatch(/\d+ events are on the stream again, for lake\./);
    const again = await eventually(reconcile, (run) => run.code === 0, patience);
    expect(again.stdout).toContain('EQUAL');
  });

  it('counts nothing again when everything is replayed twice, in windows or in intervals', async () => {
    const before = await intervals();
    for (const round of ['first', 'second']) {
      const replayed = await command('replay', '--rate', '50000');
      expect({ round, ...replayed }).toMatchObject({ code: 0 });
    }
    await untilAllCounted();
    const again = JSON.parse((await reconcile('--json')).stdout);
    expect(again).toMatchObject({ equal: true, events: countedEvents() });
    expect(await intervals()).toEqual(before);
  });
});
