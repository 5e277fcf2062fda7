import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { shopOrders, vpnUsage } from '../../local/demo/demo-events.ts';
import type { LocalJson } from '../../local/local-json.ts';
import { eventually } from './support/eventually.ts';
import { npmStart } from './support/npm-start.ts';
import { temporaryFolder } from './support/running-stack.ts';
import { tenantClient } from './support/tenant-client.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const flags = ['--port', '0'];

async function countedOf(local: LocalJson, until: number): Promise<{ vpn: number; orders: number }> {
  const from = new Date(until - 20 * 86_400_000).toISOString();
  const vpnAccounts = [...new Set(vpnUsage(until).map(({ subject }) => subject))];
  const answers = await Promise.all(
    vpnAccounts.map((account) => tenantClient(local, 'T001').usage(account, `meter=bytes&from=${from}`)),
  );
  const orders = await tenantClient(local, 'T002').usage('web-shop', `meter=orders&from=${from}`);
  return {
    vpn: answers.reduce((sum, { body }) => sum + Number(body.events), 0),
    orders: Number(orders.body.total),
  };
}

it('plays the demo on an empty folder; cut off, it goes on where it was, and counts nothing twice', async () => {
  const first = npmStart(folder.path, flags);
  await eventually(
    async () => first.output(),
    (said) => /… demo: \d+ of \d+ events sent/.test(said),
  );
  process.kill(-(first.child.pid as number), 'SIGKILL');
  await first.exit();

  const second = npmStart(folder.path, flags);
  const local = await second.ready();
  const { until, isComplete } = JSON.parse(readFileSync(join(folder.path, 'demo.json'), 'utf8'));
  expect(isComplete).toBe(true);
  const sent = { vpn: vpnUsage(until).length, orders: shopOrders(until).length };
  expect(second.output()).toContain(`Demo: ${(sent.vpn + sent.orders).toLocaleString('en')} events sent`);
  expect(await countedOf(local, until)).toEqual(sent);
  process.kill(second.child.pid as number, 'SIGINT');
  expect(await second.exit()).toBe(0);

  const third = npmStart(folder.path, flags);
  await third.ready();
  expect(third.output()).not.toMatch(/demo/i);
});
