import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { judgeTenant } from '../../domain/judging/judge-tenant.ts';
import { encodeJob } from '../../events/job.ts';
import { dayMs, hourMs, seriesOf, usualCount } from '../domain/judging/judging-world.ts';
import { type TrafficWorld, trafficWorld } from './traffic-world.ts';

vi.hoisted(() => {
  Object.assign(process.env, {
    TENANTS_TABLE: 'tenants',
    TRAFFIC_TABLE: 'traffic',
    ANOMALY_QUEUE_URL: 'https://queue',
    STREAM_RETENTION_HOURS: '168',
    ALLOWED_LATENESS_SECONDS: '120',
    AWS_REGION: 'eu-central-1',
    POWERTOOLS_DEV: 'true',
  });
});
const { createHandler } = await import('../../functions/detect-anomalies.ts');

let world: TrafficWorld;
const logged: unknown[] = [];
beforeEach(async () => {
  logged.length = 0;
  for (const level of ['info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation((...texts) => logged.push(...texts));
  }
  world = await trafficWorld([seriesOf(), seriesOf({ name: 'views' })]);
});
afterEach(() => vi.restoreAllMocks());

const jobOf = (tenantId = 'T001') => encodeJob({ job: 'detect-anomalies', tenantId });

function invoke(bodies: string[], { remainingMs = 300_000, ports = world.ports } = {}) {
  const handler = createHandler({
    history: world.history,
    judge: judgeTenant(ports, world.clock),
    logger: new Logger({ serviceName: 'detect-anomalies', logLevel: 'INFO' }),
  });
  const Records = bodies.map((body, index) => ({ messageId: `m${index}`, body }) as SQSRecord);
  return handler({ Records } as SQSEvent, { getRemainingTimeInMillis: () => remainingMs } as Context);
}

function traffic(hours: number) {
  for (let at = world.start; at < world.start + hours * hourMs; at += hourMs) {
    world.count(at, usualCount(at));
    world.count(at, usualCount(at, 900), 'views');
  }
  world.pass(world.start + hours * hourMs);
}

describe('detect-anomalies', () => {
  it('judges what is complete of every series, once', async () => {
    await invoke([jobOf()]);
    traffic(48);
    expect(await invoke([jobOf(), jobOf()])).toEqual({ batchItemFailures: [] });
    expect(await world.points('orders')).toHaveLength(48);
    expect(await world.points('views')).toHaveLength(48);
    const state = await world.ports.store.readState({ tenantId: 'T001', series: 'orders' });
    await invoke([jobOf()]);
    expect(await world.ports.store.readState({ tenantId: 'T001', series: 'orders' })).toEqual(state);
  });

  it('goes on with the next job where its time is out', async () => {
    await invoke([jobOf()]);
    traffic(60 * 24);
    await invoke([jobOf()], { remainingMs: 1_000 });
    const some = (await world.points()).length;
    expect(some).toBeLessThan(60 * 24);
    expect(some).toBeGreaterThan(0);
    await invoke([jobOf()]);
    expect(await world.points()).toHaveLength(60 * 24);
  });

  it('does not hold up one series by another that fails', async () => {
    await invoke([jobOf()]);
    traffic(24);
    const counts: typeof world.ports.traffic.counts = async (tenantId, series, span) => {
      if (series.name === 'orders') throw new Error('no answer');
      return world.ports.traffic.counts(tenantId, series, span);
    };
    const ports = { ...world.ports, traffic: { ...world.ports.traffic, counts } };
    expect(await invoke([jobOf()], { ports })).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(await world.points('views')).toHaveLength(24);
    expect(await world.points('orders')).toHaveLength(0);
    expect(logged.join('\n')).toContain('series not judged');
  });

  it('lets jobs of a tenant go that is gone, and hands back what it cannot read', async () => {
    expect(await invoke([jobOf('T999')])).toEqual({ batchItemFailures: [] });
    expect(await invoke(['{}', '{"job":"roll-up-days","tenantId":"T001"}'])).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }],
    });
  });

  it('takes the counting’s silence for silence and not for zero', async () => {
    await invoke([jobOf()]);
    traffic(35 * 24);
    await invoke([jobOf()]);
    world.mark.state = 'stalled';
    world.mark.since = world.time.now;
    world.mark.shards = ['shard-1'];
    world.time.now += dayMs;
    await invoke([jobOf()]);
    await invoke([jobOf()]);
    expect(await world.points()).toHaveLength(35 * 24);
    await world.tellAll();
    expect(world.told).toMatchObject([{ kind: 'data.stalled', shards: ['shard-1'], isLagging: false }]);
    world.mark.state = 'ok';
    await invoke([jobOf()]);
    await world.tellAll();
    await invoke([jobOf()]);
    await world.tellAll();
    expect(world.told.map(({ kind }) => kind)).toEqual(['data.stalled', 'data.resumed']);
  });
});
