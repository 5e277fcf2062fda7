import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StackHandle, start } from '../../local/start.ts';
import { eventually } from './support/eventually.ts';
import { meters, temporaryFolder, usageEvent } from './support/running-stack.ts';
import { tenantClient } from './support/tenant-client.ts';

/** Events from HTTP to the answers about them, on a whole stack. */

const folder = temporaryFolder();
let stack: StackHandle;
let tenant: ReturnType<typeof tenantClient>;

beforeAll(async () => {
  stack = await start({ port: 0, dataDir: folder.path, now: Date.parse('2026-11-21T12:30:00Z') });
  tenant = tenantClient(stack.localJson, 'T001');
  expect((await tenant.putConfig({ meters })).status).toBe(200);
});

afterAll(async () => {
  await stack?.stop();
  folder.remove();
});

describe('what devices post', () => {
  it('is counted once, however it is sent and however often', async () => {
    const single = usageEvent(stack, { id: 'single', subject: 'once', bytes: 1 });
    const batch = [2, 3].map((bytes) => usageEvent(stack, { id: `batch-${bytes}`, subject: 'once', bytes }));
    const zipped = usageEvent(stack, { id: 'zipped', subject: 'once', bytes: 4 });
    for (let repeat = 0; repeat < 2; repeat++) {
      expect(await tenant.post(single, 'application/cloudevents+json')).toMatchObject({
        status: 202,
        body: { accepted: 1 },
      });
      expect(await tenant.post(batch)).toMatchObject({ status: 202, body: { accepted: 2 } });
      const gzip = gzipSync(JSON.stringify([zipped]));
      const answer = await tenant.post(gzip, 'application/cloudevents-batch+json', {
        'content-encoding': 'gzip',
      });
      expect(answer).toMatchObject({ status: 202, body: { accepted: 1 } });
    }
    const last = usageEvent(stack, { id: 'last', subject: 'once', bytes: 5 });
    expect((await tenant.post([last])).status).toBe(202);
    const counted = await eventually(
      () => tenant.usage('once', 'meter=bytes'),
      ({ body }) => body.events === 5,
    );
    expect(counted.body).toMatchObject({ total: 15, events: 5, unit: 'By' });
  });

  it('is answered by hour, by day and by device', async () => {
    const events = [
      usageEvent(stack, { id: 'a', subject: 'views', source: 'phone', bytes: 10 }),
      usageEvent(stack, { id: 'b', subject: 'views', source: 'laptop', bytes: 20 }),
      usageEvent(stack, { id: 'c', subject: 'views', source: 'phone', bytes: 40, minutesAgo: 26 * 60 }),
    ];
    await tenant.post(events);
    const from = '2026-11-20T00:00:00Z';
    const hours = await eventually(
      () => tenant.usage('views', `meter=bytes&from=${from}&groupBy=device`),
      ({ body }) => body.events === 3,
    );
    const windows = (hours.body.windows as { start: string; value: number; devices?: unknown[] }[]).filter(
      ({ value }) => value > 0,
    );
    expect(windows).toMatchObject([
      { start: '2026-11-20T10:00:00Z', value: 40, devices: [{ deviceId: 'phone', value: 40, events: 1 }] },
      { start: '2026-11-21T12:00:00Z', value: 30 },
    ]);
    expect(windows[1]?.devices).toHaveLength(2);
    const days = await tenant.usage('views', `meter=bytes&from=${from}&step=day`);
    expect((days.body.windows as { value: number }[]).map(({ value }) => value)).toEqual([40, 30]);
    const device = await tenant.get('accounts/views/devices/phone/usage?meter=bytes&days=2');
    expect(device.body).toMatchObject({ total: 50, days: [{ value: 40 }, { value: 10 }] });
  });

  it('reaches the tenant by day and its list of accounts once the roll-up has run', async () => {
    await tenant.post([usageEvent(stack, { id: 'rolled', subject: 'rolled', type: 'shop.order' })]);
    await eventually(
      () => tenant.usage('rolled', 'meter=orders'),
      ({ body }) => body.events === 1,
    );
    await stack.clock.advance(3_600_000);
    const rolled = await eventually(
      () => tenant.get('usage?meter=orders&days=2'),
      ({ body }) => body.total === 1,
    );
    expect(rolled.body.days).toMatchObject([{ value: 0 }, { value: 1, events: 1 }]);
    const { body } = await tenant.get('accounts?q=roll');
    expect(body.accounts).toMatchObject([{ accountId: 'rolled', status: 'active' }]);
  });
});
