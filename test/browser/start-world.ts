/** Makes, once for all browser tests, the stack that they look at: real events over HTTP, and a year of history. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { vpnUsage } from '../../local/demo/demo-events.ts';
import { type StackHandle, start } from '../../local/start.ts';
import { eventually } from '../stack/support/eventually.ts';
import { tenantClient } from '../stack/support/tenant-client.ts';
import { tenantCommand } from '../stack/support/tenant-command.ts';
import { launchChromium } from './chromium.ts';
import { hostileNames } from './names.ts';
import {
  accounts,
  crowdAccounts,
  crowdHalfway,
  crowdLimit,
  crowdName,
  crowdNear,
  crowdSuspended,
  crowdUsage,
  type World,
} from './world.ts';
import { yearPointsOf } from './year-of-points.ts';

const root = new URL('../..', import.meta.url).pathname;
const run = promisify(execFile);
const dayMs = 86_400_000;
const postMax = 1_000;

const bytes = { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', unit: 'By' };
const limit = (perCycle: number, nearPercent = 80) => [
  { meter: 'bytes', perCycle, onReached: 'suspend', nearPercent: [nearPercent] },
];

export default async function startWorld(project: TestProject): Promise<() => Promise<void>> {
  // First of all: without a browser there is nothing to be made.
  await (await launchChromium()).close();
  const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-browser-'));
  const stack = await start({ port: 0, dataDir });
  const stop = async () => {
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    project.provide('world', await makeWorld(stack, dataDir));
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function makeWorld(stack: StackHandle, dataDir: string): Promise<World> {
  const yearUntil = Math.floor(stack.clock.now() / dayMs) * dayMs;
  await fillTenant(stack);
  const [crowd, revokedKey] = await Promise.all([
    makeCrowd(stack),
    revokeOne(stack),
    loadYear(stack, dataDir, yearUntil),
  ]);
  return { api: stack.api, dataDir, tenants: stack.localJson.tenants, crowd, revokedKey, yearUntil };
}

/** T001: the demo's devices, names of a hostile tenant, an account that is suspended and two that are near. */
async function fillTenant(stack: StackHandle): Promise<void> {
  const { putConfig, post, get } = tenantClient(stack.localJson, 'T001');
  const now = stack.clock.now();
  const dateOf = (daysAgo: number) => new Date(now - daysAgo * dayMs).toISOString().slice(0, 10);
  const put = await putConfig({
    meters: [bytes, { name: 'orders', eventType: 'shop.order', aggregation: 'count', unit: '{order}' }],
    plans: [
      { name: 'free', default: true, limits: limit(50_000_000_000) },
      { name: 'trial', limits: limit(1_000_000) },
      { name: 'premium', limits: [] },
    ],
    cycle: { period: 'month', anchorDay: 1 },
    timeZone: 'Europe/Berlin',
    series: [{ name: 'views', eventType: 'shop.view', aggregation: 'count', interval: 'PT5M' }],
    calendar: [
      { date: dateOf(4), name: 'Anniversary sale' },
      { date: dateOf(200), name: 'Spring sale' },
    ],
  });
  if (put.status !== 200) throw new Error(`The configuration was refused: ${JSON.stringify(put.body)}`);
  for (const accountId of [accounts.suspended, accounts.near, accounts.raised]) {
    await setPlan(stack, accountId, 'trial');
  }
  let sent = 0;
  const event = (subject: string, source: string, amount: number) => ({
    specversion: '1.0',
    id: `made-${sent++}`,
    source,
    subject,
    type: 'vpn.usage',
    time: new Date(now - 60_000).toISOString(),
    data: { bytes: amount },
  });
  const named = hostileNames.flatMap((name) => hostileNames.map((device) => event(name, device, 1e6)));
  const own = [
    event(accounts.suspended, 'phone', 1_200_000),
    event(accounts.near, 'phone', 850_000),
    event(accounts.raised, 'phone', 1_500_000),
  ];
  await postAll(post, [...vpnUsage(now), ...named, ...own]);
  for (const accountId of [accounts.suspended, accounts.raised]) {
    await eventually(
      async () => (await get(`accounts/${accountId}`)).body,
      ({ status }) => status === 'suspended',
    );
  }
  await eventually(
    async () => (await get(`accounts/${accounts.plain}`)).body,
    ({ meters = [] }) => Number((meters as { used: unknown }[])[0]?.used) > 0,
  );
  await stack.invoke('fan-out-jobs', { job: 'roll-up-days' });
  await eventually(
    async () => (await get('usage?meter=bytes')).body,
    ({ total }) => Number(total) > 0,
  );
}

type Post = ReturnType<typeof tenantClient>['post'];

async function postAll(post: Post, events: object[]): Promise<void> {
  for (let at = 0; at < events.length; at += postMax) {
    const { status, body } = await post(events.slice(at, at + postMax));
    const isWhole = status === 202 && (body.rejected as unknown[]).length === 0;
    if (!isWhole)
      throw new Error(`Events were not all taken: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  }
}

async function setPlan(stack: StackHandle, accountId: string, plan: string): Promise<void> {
  const { call } = tenantClient(stack.localJson, 'T001');
  const { status } = await call('manage', `/v1/tenants/T001/accounts/${accountId}`, {
    method: 'PUT',
    body: JSON.stringify({ plan }),
  });
  if (status !== 200) throw new Error(`The plan of ${accountId} was not set: ${status}`);
}

const crowdTenant = (key: string) => ({ tenantId: 'T003', keys: { ingest: key, read: key, manage: key } });

/**
 * T003 has 10,000 accounts, each with a little more usage than the one before; some of them have a limit, and the last
 * reach it. They are sent and not waited for: they are counted while other tests look at other tenants.
 */
async function makeCrowd(stack: StackHandle): Promise<World['crowd']> {
  await tenantCommand(stack, 'create', 'T003', '--rate', 'high');
  const printed = await tenantCommand(stack, 'key', 'T003', '--scopes', 'ingest,read,manage');
  const key = /tg_\S+/.exec(printed.join('\n'))?.[0] ?? '';
  const client = tenantClient({ ...stack.localJson, tenants: [crowdTenant(key)] }, 'T003');
  const { putConfig, post, call } = client;
  await putConfig({ meters: [bytes], plans: [{ name: 'free', default: true, limits: [] }] });
  for (const accountId of [...crowdHalfway, ...crowdNear, ...crowdSuspended]) {
    const body = JSON.stringify({ limits: limit(crowdLimit, 99) });
    const { status } = await call('manage', `/v1/tenants/T003/accounts/${accountId}`, {
      method: 'PUT',
      body,
    });
    if (status !== 200) throw new Error(`The limit of ${accountId} was not set: ${status}`);
  }
  const time = new Date(stack.clock.now() - 60_000).toISOString();
  const events = Array.from({ length: crowdAccounts }, (_, index) => ({
    specversion: '1.0',
    id: String(index),
    source: 'phone',
    subject: crowdName(index),
    type: 'vpn.usage',
    time,
    data: { bytes: crowdUsage(index) },
  }));
  await postAll(post, events);
  return { tenantId: 'T003', key };
}

async function revokeOne(stack: StackHandle): Promise<string> {
  const printed = await tenantCommand(stack, 'key', 'T001', '--scopes', 'read');
  const key = /tg_\S+/.exec(printed.join('\n'))?.[0] ?? '';
  await tenantCommand(stack, 'revoke', /^tg_([^_]+)_/.exec(key)?.[1] ?? '');
  return key;
}

/** What the series counted elsewhere in the last 52 weeks: 104,832 intervals of five minutes. */
async function loadYear(stack: StackHandle, dataDir: string, until: number): Promise<void> {
  const file = join(dataDir, 'year.csv');
  const rows = yearPointsOf(until, 0, until).map(({ start, value }) => `${start},${value ?? ''}`);
  writeFileSync(file, ['timestamp,value', ...rows].join('\n'));
  const args = [
    'commands/load-history.ts',
    '--tenant',
    'T001',
    '--series',
    'views',
    '--in',
    file,
    '--data-dir',
    dataDir,
  ];
  await run(process.execPath, args, { cwd: root });
  const { get } = tenantClient(stack.localJson, 'T001');
  await eventually(
    async () => (await get('anomalies?limit=1')).body,
    ({ anomalies }) => (anomalies as unknown[]).length === 1,
  );
}
