import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StackHandle, start } from '../../local/start.ts';
import { usualCount } from '../domain/judging/judging-world.ts';
import { eventually } from './support/eventually.ts';
import { type Inbox, subscribedInbox } from './support/inbox.ts';
import { meters, temporaryFolder } from './support/running-stack.ts';
import { tenantClient } from './support/tenant-client.ts';

const run = promisify(execFile);
const root = new URL('../..', import.meta.url).pathname;
const minute = 60_000;
const step = 10 * minute;
const weeks = 8;
const size = 400;
const begin = Date.parse('2026-11-02T11:50:00Z');
const series = [{ name: 'orders', eventType: 'shop.order', aggregation: 'count', interval: 'PT10M' }];

let stack: StackHandle;
let tenant: ReturnType<typeof tenantClient>;
let anomalies: Inbox;
let health: Inbox;
/** Start of the interval that is to come. */
let next = begin + step;
const folder = temporaryFolder();

beforeAll(async () => {
  stack = await start({ port: 0, dataDir: folder.path, now: begin + 5 * minute });
  tenant = tenantClient(stack.localJson, 'T001');
  anomalies = await subscribedInbox(stack, 'T001', 'anomalies');
  health = await subscribedInbox(stack, 'T001', 'health');
  expect((await tenant.putConfig({ meters, series })).status).toBe(200);
});
afterAll(async () => {
  anomalies?.close();
  health?.close();
  await stack?.stop();
  folder.remove();
});

const instant = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');
const advanceTo = (at: number) => stack.clock.advance(Math.max(0, at - stack.clock.now()));

async function loadHistory(file: string): Promise<string> {
  const args = ['--tenant', 'T001', '--series', 'orders', '--in', file, '--data-dir', stack.dataDir];
  const { stdout } = await run(process.execPath, ['commands/load-history.ts', ...args], { cwd: root });
  return stdout;
}

/** Sells for an interval what is usual, or a share of it. */
async function sell(share: number): Promise<void> {
  const count = Math.round(usualCount(next, size) * share);
  await advanceTo(next + step - minute);
  const events = Array.from({ length: count }, (_, index) => ({
    specversion: '1.0',
    id: `order-${next}-${index}`,
    source: 'checkout',
    subject: 'web-shop',
    type: 'shop.order',
    time: new Date(next + Math.floor((index / count) * (step - minute))).toISOString(),
    data: {},
  }));
  for (let at = 0; at < events.length; at += 1_000) {
    const { body } = await tenant.post(events.slice(at, at + 1_000));
    expect(body).toMatchObject({ rejected: [] });
  }
  next += step;
}

const point = async (at: number) => {
  const { body } = await tenant.get(`series/orders?from=${instant(at)}&to=${instant(at + step)}`);
  return (body.points as Record<string, unknown>[])[0];
};

/** Has every interval up to the last one judged, by several at once. */
async function judged(): Promise<Record<string, unknown>> {
  const job = { job: 'detect-anomalies', tenantId: 'T001' };
  const event = { Records: [{ messageId: 'test', body: JSON.stringify(job), attributes: {} }] };
  await advanceTo(next + 2 * minute);
  return (await eventually(
    async () => {
      // Heartbeats come by the minute; a while of ours is none of the stack's.
      await stack.clock.advance(10_000);
      await Promise.all([stack.invoke('detect-anomalies', event), stack.invoke('detect-anomalies', event)]);
      return point(next - step);
    },
    (found) => found !== undefined && found.state !== undefined,
  )) as Record<string, unknown>;
}

async function intervals(...shares: number[]): Promise<void> {
  for (const share of shares) {
    await sell(share);
    expect(await judged()).toMatchObject({ state: 'complete' });
  }
}

const detected = () => anomalies.messages.filter(({ body }) => body.kind === 'anomaly.detected');

describe('a shop whose history is loaded', () => {
  it('knows its rhythm from the start', async () => {
    // The interval in which the series is set up is not counted whole, and not loaded.
    const count = (weeks * 7 * 24 * 60 * minute) / step;
    const loaded = Array.from({ length: count }, (_, index) => begin - (count - index) * step);
    const file = join(folder.path, 'history.csv');
    writeFileSync(
      file,
      `timestamp,value\n${loaded.map((at) => `${instant(at)},${usualCount(at, size)}`).join('\n')}\n`,
    );
    expect(await loadHistory(file)).toContain('8,064 intervals of orders');
    expect(await loadHistory(file)).toContain('nothing has changed');
    expect(await point(begin - step)).toMatchObject({
      imported: true,
      state: 'complete',
      value: usualCount(begin - step, size),
    });
    await intervals(1, 1, 1);
    expect(await point(next - step)).toMatchObject({ value: usualCount(next - step, size) });
    expect((await tenant.get('series')).body).toMatchObject({
      series: [{ name: 'orders', state: 'active' }],
    });
    expect((await tenant.get('health')).body).toMatchObject({ state: 'ok', quarantined24h: 0 });
    expect(await anomalies.take()).toEqual([]);
  });
});

describe('a fall of 30 %', () => {
  let fell: number;

  it('is told once, with its beginning', async () => {
    fell = next;
    for (let tries = 0; tries < 6 && detected().length === 0; tries++) {
      await intervals(0.7);
      await anomalies.take();
    }
    await intervals(0.7);
    const [{ body, attributes }, ...more] = (await anomalies.take(1).then(detected)) as [
      Inbox['messages'][0],
    ];
    expect(more).toEqual([]);
    expect(body).toMatchObject({
      kind: 'anomaly.detected',
      series: 'orders',
      start: instant(fell),
      direction: 'below',
    });
    expect(body.link).toMatch(new RegExp(`/#/anomalies/${body.anomalyId}$`));
    expect(attributes.severity?.Type).toBe('Number');
    expect(Number(attributes.severity?.Value)).toBeGreaterThanOrEqual(70);
    expect(attributes).toMatchObject({ series: { Value: 'orders' }, direction: { Value: 'below' } });
    const { body: list } = await tenant.get(`anomalies?minSeverity=70&from=${instant(begin)}`);
    expect(list).toMatchObject({
      anomalies: [{ anomalyId: body.anomalyId, notified: true, status: 'open' }],
    });
  });

  it('is dismissed, and the like does not ring again', async () => {
    const [told] = detected();
    const path = `/v1/tenants/T001/anomalies/${told?.body.anomalyId}/feedback`;
    const answer = await tenant.call('manage', path, { method: 'POST', body: '{"verdict":"dismissed"}' });
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'dismissed', effect: { changed: true, direction: 'below' } },
    });
    await intervals(1, 1, 1, 1, 0.7, 0.7, 0.7);
    await anomalies.take();
    expect(detected()).toHaveLength(1);
  });

  it('still rings where it is 60 %', async () => {
    await intervals(1, 1, 1, 1);
    const from = next;
    for (let tries = 0; tries < 4 && detected().length < 2; tries++) {
      await intervals(0.4);
      await anomalies.take();
    }
    await intervals(0.4);
    await anomalies.take();
    expect(detected()).toHaveLength(2);
    expect(detected()[1]?.body).toMatchObject({ start: instant(from), direction: 'below' });
    const ids = anomalies.messages.map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a consumer that stands still for an hour', () => {
  it('is told as that, and nothing is taken for a fall', async () => {
    await anomalies.take();
    const before = detected().length;
    let isHeld = true;
    const holding = (async () => {
      while (isHeld) {
        await stack.killWorker('count-traffic');
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let step = 0; step < 6; step++) await sell(1);
    const state = async () => (await tenant.get('health')).body.state;
    expect(await eventually(state, (one) => one === 'stalled')).toBe('stalled');
    isHeld = false;
    await holding;
    await stack.clock.advance(5 * minute);
    expect(await judged()).toMatchObject({ state: 'complete', value: usualCount(next - step, size) });
    for (let back = 1; back <= 6; back++) {
      const value = usualCount(next - back * step, size);
      expect(await point(next - back * step)).toMatchObject({ state: 'complete', value });
    }
    await health.take(2);
    expect(health.messages.map(({ body }) => body.kind)).toEqual(['data.stalled', 'data.resumed']);
    // The end of the fall before it may be told now; a beginning may not.
    await anomalies.take();
    expect(detected()).toHaveLength(before);
  });
});
