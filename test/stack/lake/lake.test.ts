import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stackProcess } from '../../../commands/drive/stack-process.ts';
import { listLakeFiles } from '../../../commands/lake/lake-files.ts';
import { type Lake, openLake } from '../../../commands/lake/open-lake.ts';
import { findStack, type StackTarget } from '../../../commands/stack-target.ts';
import type { LocalJson } from '../../../local/local-json.ts';
import { localClients } from '../../../local/resources/local-clients.ts';
import type { StackHandle } from '../../../local/start.ts';
import { eventually } from '../support/eventually.ts';
import { meters, stackForTest, usageEvent } from '../support/running-stack.ts';
import { tenantClient } from '../support/tenant-client.ts';
import { numberedPosts } from './numbered-posts.ts';

/** Copies of the lake's files go to a folder of their own. */
function cacheForTest(): void {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-cache-'));
  const former = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = folder;
  onTestFinished(() => {
    if (former === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = former;
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Opens the lake again until a question to it has the answer that is waited for. */
async function askUntil<T>(
  target: StackTarget,
  ask: (lake: Lake) => Promise<T>,
  isMet: (answer: T) => boolean,
): Promise<T> {
  return eventually(async () => {
    const lake = await openLake(target);
    try {
      return await ask(lake);
    } finally {
      lake.close();
    }
  }, isMet);
}

const idsOf = (lake: Lake): Promise<string[]> =>
  lake.rows('select id from events order by id').then((rows) => rows.map(({ id }) => String(id)));

async function configured(stack: StackHandle, tenantId: string, more: object = {}) {
  const tenant = tenantClient(stack.localJson, tenantId);
  expect((await tenant.putConfig({ meters, ...more })).status).toBe(200);
  return tenant;
}

describe('the lake of a stack', () => {
  it('has what was accepted, by tenant, type, version and day, and by SQL', async () => {
    cacheForTest();
    const stack = await stackForTest({ lakeBufferSeconds: 1 });
    const first = await configured(stack, 'T001', { versions: { 'vpn.usage': [1, 2] } });
    const second = await configured(stack, 'T002');
    const threeDays = 3 * 24 * 60;
    const posted = [
      usageEvent(stack, { id: 'a', traceparent: '00-1' }),
      usageEvent(stack, { id: 'b', dataversion: 2 }),
      usageEvent(stack, { id: 'c', type: 'shop.order' }),
      usageEvent(stack, { id: 'd', minutesAgo: threeDays }),
    ];
    expect((await first.post(posted)).body).toMatchObject({ accepted: 4 });
    expect((await first.post(posted)).body).toMatchObject({ accepted: 4 });
    expect((await second.post([usageEvent(stack, { id: 'a' })])).body).toMatchObject({ accepted: 1 });

    const target = await findStack({ 'data-dir': stack.dataDir });
    await askUntil(
      target,
      (lake) => lake.rows('select count(*) as n from copies'),
      ([row]) => row?.n === '9',
    );
    const files = await listLakeFiles(target, {});
    const today = new Date(stack.clock.now()).toISOString().slice(0, 10);
    expect([
      ...new Set(files.map(({ tenantId, table, version, day }) => [tenantId, table, version, day].join(' '))),
    ]).toEqual([
      `T001 late 0 ${today}`,
      `T001 shop_order 1 ${today}`,
      `T001 vpn_usage 1 ${today}`,
      `T001 vpn_usage 2 ${today}`,
      `T002 vpn_usage 1 ${today}`,
    ]);
    const lake = await openLake(target, { tenant: 'T001' });
    onTestFinished(lake.close);
    expect(await lake.rows('select id, dataversion, attributes, config from vpn_usage order by id')).toEqual([
      { id: 'a', dataversion: 1, attributes: '{"traceparent":"00-1"}', config: 2 },
      { id: 'b', dataversion: 2, attributes: null, config: 2 },
      { id: 'd', dataversion: 1, attributes: null, config: 2 },
    ]);
    expect(await lake.rows('select distinct tenant from events')).toEqual([{ tenant: 'T001' }]);
    const recent = await openLake(target, { from: stack.clock.now() - 2 * 86_400_000 });
    onTestFinished(recent.close);
    expect(await idsOf(recent)).toEqual(['a', 'a', 'b', 'c']);
  });

  it('refuses a version that is not declared before it could open a partition', async () => {
    const stack = await stackForTest();
    const tenant = await configured(stack, 'T001', { versions: { 'vpn.usage': [1, 2] } });
    const { body } = await tenant.post([
      usageEvent(stack, { id: 'a', dataversion: 3 }),
      usageEvent(stack, { id: 'b', type: 'vpn.other' }),
    ]);
    expect(body).toMatchObject({
      accepted: 0,
      rejected: [{ code: 'invalid_event' }, { code: 'unknown_type' }],
    });
  });

  it('passes over heartbeats and what is for others, and files garbage under its kind', async () => {
    cacheForTest();
    const stack = await stackForTest({ lakeBufferSeconds: 1 });
    await configured(stack, 'T001');
    const { aws, resources } = stack.localJson;
    const clients = localClients(aws.region, aws.endpoints);
    onTestFinished(clients.close);
    const line = (id: string, more: object = {}) =>
      JSON.stringify({
        ...{ tenantId: 'T001', receivedAt: new Date(stack.clock.now()).toISOString(), config: 2 },
        ...{ event: usageEvent(stack, { id }), ...more },
      });
    const heartbeat = JSON.stringify({ heartbeat: '2026-11-21T10:05:00Z', shardId: 'shardId-000000000000' });
    const lines = [
      line('before'),
      'garbage',
      heartbeat,
      line('other', { for: ['record-usage'] }),
      line('lake', { for: ['lake'] }),
    ];
    const record = { StreamName: resources.EventStream as string, PartitionKey: 'T001/1' };
    await clients.kinesis.send(
      new PutRecordCommand({ ...record, Data: Buffer.from([...lines, '', line('after')].join('\n')) }),
    );
    await clients.kinesis.send(
      new PutRecordCommand({
        ...record,
        Data: Buffer.concat([Buffer.of(0xff, 0x0a), Buffer.from(line('last'))]),
      }),
    );
    const target = await findStack({ 'data-dir': stack.dataDir });
    expect(await askUntil(target, idsOf, (ids) => ids.length === 4)).toEqual([
      'after',
      'before',
      'lake',
      'last',
    ]);
  });
});

/** Small steps of a linear congruence: enough for moments that differ. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a stack that is killed at random moments', () => {
  it('has every event in its lake that it acknowledged', async () => {
    cacheForTest();
    const parent = mkdtempSync(join(tmpdir(), 'tidegate-lake-kills-'));
    const dataDir = join(parent, 'data');
    const stack = stackProcess({ dataDir, flags: ['--lake-buffer', '1'] });
    onTestFinished(async () => {
      await stack.stop();
      rmSync(parent, { recursive: true, force: true });
    });
    await stack.start();
    const file = join(dataDir, 'local.json');
    let known = JSON.parse(readFileSync(file, 'utf8')) as LocalJson;
    const find = (): LocalJson => {
      if (existsSync(file)) known = JSON.parse(readFileSync(file, 'utf8'));
      return known;
    };
    expect((await tenantClient(known, 'T001').putConfig({ meters })).status).toBe(200);

    const draw = draws(2_026);
    const ended = new AbortController();
    const posts = numberedPosts(find, 'killed', ['vpn.usage', 'shop.order']);
    const posting = posts.run(ended.signal);
    for (let kill = 0; kill < 4; kill += 1) {
      // A few hundred events further, in whatever the delivery does then.
      const until = posts.acknowledged.size + 200 + Math.floor(draw() * 2_000);
      await eventually(
        async () => posts.acknowledged.size,
        (sent) => sent >= until,
      );
      await stack.kill();
      await stack.start();
    }
    ended.abort();
    await posting;

    const target = await findStack({ 'data-dir': dataDir });
    const missingIn = async (lake: Lake) => {
      const stored = new Set(await idsOf(lake));
      return [...posts.acknowledged].filter((id) => !stored.has(id));
    };
    expect(posts.acknowledged.size).toBeGreaterThan(800);
    expect(await askUntil(target, missingIn, (missing) => missing.length === 0)).toEqual([]);
  });
});
