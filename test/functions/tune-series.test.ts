import { Logger } from '@aws-lambda-powertools/logger';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { barOf, isQuieted, lessonMs } from '../../domain/judging/lesson.ts';
import { anomalyOf } from '../domain/judging/sample-anomaly.ts';
import { accountRequest } from './account-world.ts';
import { type TrafficWorld, trafficWorld } from './traffic-world.ts';

vi.hoisted(() => {
  Object.assign(process.env, {
    TENANTS_TABLE: 'tenants',
    TRAFFIC_TABLE: 'traffic',
    AWS_REGION: 'eu-central-1',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
});
const { createHandler } = await import('../../functions/tune-series.ts');

let world: TrafficWorld;
beforeEach(async () => {
  world = await trafficWorld();
});

async function ask(operation: string, path: Record<string, string>, body: unknown, scopes = ['manage']) {
  const handler = createHandler({
    ...world.reader,
    anomalies: world.ports.anomalies,
    tweaks: world.tweaks,
    logger: new Logger(),
  });
  const result = await handler(
    ...accountRequest(operation, path, { body, grant: { scopes: scopes as ['manage'] } }),
  );
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
  return { status: result.statusCode, body: JSON.parse(result.body) as any };
}

const put = (body: unknown, series = 'orders') =>
  ask('PUT /v1/tenants/{tenantId}/series/{series}', { series }, body);
const say = (body: unknown, anomalyId = anomalyOf().id) =>
  ask('POST /v1/tenants/{tenantId}/anomalies/{anomalyId}/feedback', { anomalyId }, body);

describe('PUT series/{series}', () => {
  it('sets what it is given; what is absent stays', async () => {
    expect((await put({ severityThreshold: 85 })).body).toMatchObject({
      name: 'orders',
      severityThreshold: 85,
      muted: false,
    });
    expect((await put({ muted: true })).body).toMatchObject({
      severityThreshold: 85,
      muted: true,
      state: 'learning',
    });
    expect((await put({})).body).toMatchObject({ severityThreshold: 85, muted: true });
    expect((await world.tweaks.read('T001', 'orders')).rev).toBe(2);
  });

  it('gives way when the configured threshold is set to something else', async () => {
    await put({ severityThreshold: 85, muted: true });
    const [series] = world.config.series;
    const config = {
      ...world.config,
      revision: 2,
      series: [{ ...series, severityThreshold: 60 }] as typeof world.config.series,
    };
    await world.history.appendOnce('T001', config);
    world.time.now += 10_000;
    expect((await put({})).body).toMatchObject({ severityThreshold: 60, muted: true });
  });

  it.each([
    [{ severityThreshold: 101 }, '/severityThreshold'],
    [{ severityThreshold: '80' }, '/severityThreshold'],
    [{ muted: 1, severity: 3 }, '/muted'],
    [[], ''],
    [null, ''],
  ])('refuses %j', async (body, path) => {
    const answer = await put(body);
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_config' });
    expect(answer.body.faults[0].path).toBe(path);
  });

  it('refuses what is no JSON, no series, or not allowed', async () => {
    expect((await put('{')).body.code).toBe('invalid_json');
    expect((await put({ muted: true }, 'nothing')).body.code).toBe('not_found');
    const path = { series: 'orders' };
    expect((await ask('PUT /v1/tenants/{tenantId}/series/{series}', path, {}, ['read'])).status).toBe(403);
  });
});

describe('POST feedback', () => {
  const ratio = -Math.log(0.7);
  const now = () => world.time.now;
  const lessons = async () => (await world.tweaks.read('T001', 'orders')).lessons;
  beforeEach(() => world.ports.anomalies.putJudged('T001', [anomalyOf({ ratio })], 1));

  it('teaches what a like deviation needs, and says so', async () => {
    const { body } = await say({ verdict: 'dismissed', note: 'a sale' });
    expect(body).toMatchObject({ anomalyId: anomalyOf().id, status: 'dismissed', note: 'a sale' });
    expect(body.effect).toMatchObject({ changed: true, direction: 'below', needsPercentOfExpected: 58 });
    expect(body.effect.text).toContain('58 %');
    expect(Date.parse(body.effect.until)).toBeCloseTo(now() + lessonMs, -3);
    expect(isQuieted(await lessons(), 'below', ratio, now())).toBe(true);
    expect(isQuieted(await lessons(), 'above', ratio, now())).toBe(false);
    expect(isQuieted(await lessons(), 'below', -Math.log(0.4), now())).toBe(false);
    expect(isQuieted(await lessons(), 'below', ratio, now() - 1)).toBe(false);
    expect(isQuieted(await lessons(), 'below', ratio, now() + lessonMs)).toBe(false);
  });

  it('changes nothing when it is said again', async () => {
    await say({ verdict: 'dismissed' });
    world.time.now += 1_000;
    expect((await say({ verdict: 'dismissed' })).body.effect).toMatchObject({
      changed: false,
      needsPercentOfExpected: 58,
    });
    expect(await lessons()).toHaveLength(1);
  });

  it('is undone by confirming', async () => {
    await say({ verdict: 'dismissed', note: 'a sale' });
    world.time.now += 1_000;
    const { body } = await say({ verdict: 'confirmed' });
    expect(body).toMatchObject({
      status: 'confirmed',
      note: 'a sale',
      effect: { changed: true, undone: [anomalyOf().id] },
    });
    expect(isQuieted(await lessons(), 'below', ratio, now())).toBe(false);
    // What was judged while it held is judged so again.
    expect(isQuieted(await lessons(), 'below', ratio, now() - 500)).toBe(true);
  });

  it('confirms without a change where nothing had been dismissed', async () => {
    expect((await say({ verdict: 'confirmed' })).body.effect).toMatchObject({ changed: false });
    expect(await lessons()).toEqual([]);
  });

  it('keeps to a bound, whatever is dismissed', async () => {
    for (let index = 0; index < 40; index++) {
      const anomaly = anomalyOf({ start: anomalyOf().start + index * 3_600_000, ratio: 0.1 + index / 10 });
      await world.ports.anomalies.putJudged('T001', [anomaly], 1);
      await say({ verdict: 'dismissed' }, anomaly.id);
    }
    expect((await lessons()).length).toBe(30);
    expect(barOf({ ratio })).toBeGreaterThan(ratio);
  });

  it.each([
    {},
    { verdict: 'maybe' },
    { verdict: 'dismissed', note: 'x'.repeat(1_001) },
    { verdict: 'confirmed', why: 1 },
  ])('refuses %j', async (body) => {
    expect((await say(body)).body).toMatchObject({ status: 400, code: 'invalid_config' });
  });

  it('knows no anomaly that was never judged', async () => {
    for (const odd of ['orders~20200101T000000Z', 'orders', '__proto__', '../..']) {
      expect((await say({ verdict: 'confirmed' }, odd)).body.code).toBe('not_found');
    }
    expect(await lessons()).toEqual([]);
  });
});
