import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StackHandle, start } from '../../local/start.ts';
import { eventually } from './support/eventually.ts';
import { meters, temporaryFolder, usageEvent } from './support/running-stack.ts';
import { tenantClient } from './support/tenant-client.ts';
import { tenantCommand } from './support/tenant-command.ts';

/** What an operator does to a running stack: time, keys, rates, and parts that die. */

const folder = temporaryFolder();
let stack: StackHandle;
let tenant: ReturnType<typeof tenantClient>;

beforeAll(async () => {
  stack = await start({ port: 0, dataDir: folder.path });
  tenant = tenantClient(stack.localJson, 'T001');
  await tenant.putConfig({ meters });
});

afterAll(async () => {
  await stack?.stop();
  folder.remove();
});

const control = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${stack.control}${path}`, init);
  return { status: response.status, body: (await response.json()) as Record<string, string> };
};

const countedOnce = async (subject: string, events: number) => {
  const answer = await eventually(
    () => tenant.usage(subject, 'meter=bytes'),
    ({ body }) => body.events === events,
  );
  expect(answer.body.total).toBe(100 * events);
};

describe('the clock', () => {
  it('is told and moved on over HTTP, for functions and emulators alike', async () => {
    const before = Date.parse((await control('/clock')).body.now ?? '');
    const { body } = await control('/clock', { method: 'POST', body: '{"advance":"PT36H"}' });
    const after = Date.parse(body.now ?? '');
    expect(after - before).toBeGreaterThanOrEqual(36 * 3_600_000);
    expect(stack.clock.now()).toBeGreaterThanOrEqual(after);
    // What is a day old by the machine's clock is in the future no longer, and one from then is two days old.
    expect((await tenant.post([usageEvent(stack, { id: 'now', subject: 'later' })])).status).toBe(202);
    await countedOnce('later', 1);
  });

  it.each([
    '{"advance":"-PT1H"}',
    '{"advance":"P1Y"}',
    '{"advance":3600}',
    '{}',
    '{"advance":"P400D"}',
    'PT1H',
    '[]',
  ])('is not moved by %s', async (body) => {
    const before = stack.clock.now();
    expect((await control('/clock', { method: 'POST', body })).status).toBe(400);
    expect(stack.clock.now() - before).toBeLessThan(60_000);
  });

  it('is not told to a page in a browser', async () => {
    const { status } = await control('/clock', { headers: { origin: 'http://evil.example' } });
    expect(status).toBe(403);
  });
});

describe('keys', () => {
  it('that are revoked stop working within a minute by the clock', async () => {
    const [key = ''] = await tenantCommand(stack, 'key', 'T001', '--scopes', 'read');
    const whoami = () => tenant.call('read', '/v1/whoami', { headers: { authorization: `Bearer ${key}` } });
    expect((await whoami()).status).toBe(200);
    await tenantCommand(stack, 'revoke', key.slice('tg_'.length, key.lastIndexOf('_')));
    await stack.clock.advance(60_000);
    expect((await whoami()).status).toBe(401);
  });

  it('of a new tenant work at once, at the rate that it was given', async () => {
    await tenantCommand(stack, 'create', 'shop-3', '--rate', 'standard');
    const [key = ''] = await tenantCommand(stack, 'key', 'shop-3', '--scopes', 'read');
    const asks = await Promise.all(
      Array.from({ length: 500 }, () =>
        tenant.call('read', '/v1/whoami', { headers: { authorization: `Bearer ${key}` } }),
      ),
    );
    const throttled = asks.filter(({ status }) => status === 429);
    expect(asks.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(200);
    expect(throttled.length).toBeGreaterThan(0);
    expect(throttled[0]).toMatchObject({ body: { code: 'throttled' }, headers: { 'retry-after': '1' } });
    expect((await tenant.get('config')).status).toBe(200);
  });
});

describe('parts that die', () => {
  it.each(['ingest-events', 'record-usage', 'authorize-tenant'])(
    '%s, killed at work, loses and repeats nothing',
    async (name) => {
      const subject = `killed-${name}`;
      const events = Array.from({ length: 40 }, (_, index) =>
        usageEvent(stack, { id: `${name}-${index}`, subject }),
      );
      const sending = events.map((event) =>
        eventually(
          () => tenant.post([event]),
          ({ status }) => status === 202,
        ),
      );
      for (let kills = 0; kills < 5; kills++) {
        await Promise.race(sending.slice(kills * 8));
        await stack.killWorker(name);
      }
      await Promise.all(sending);
      await countedOnce(subject, events.length);
    },
  );

  it.each(['dynamodb', 'kinesis', 'queues'] as const)(
    '%s, ended and started again: a clear answer meanwhile, nothing lost',
    async (name) => {
      const subject = `without-${name}`;
      const before = usageEvent(stack, { id: `${name}-before`, subject });
      const meanwhile = usageEvent(stack, { id: `${name}-meanwhile`, subject });
      expect((await tenant.post([before])).status).toBe(202);
      await stack.stopEmulator(name);
      const answering = tenant.post([meanwhile]);
      await stack.startEmulator(name);
      const answer = await answering;
      expect([202, 503]).toContain(answer.status);
      if (answer.status === 503) expect(answer.body).toMatchObject({ code: 'unavailable' });
      await eventually(
        () => tenant.post([meanwhile]),
        ({ status }) => status === 202,
      );
      await countedOnce(subject, 2);
    },
  );
});
