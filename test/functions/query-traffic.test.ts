import { Logger } from '@aws-lambda-powertools/logger';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { nothingWatched } from '../../domain/judging/tenant-watch.ts';
import { memoryRecountReports } from '../../domain/reconciliation/memory-recount-reports.ts';
import { type RecountReports, recountReport } from '../../domain/reconciliation/recount-reports.ts';
import type { Grant } from '../../domain/tenancy/grant.ts';
import type { Watermark } from '../../domain/traffic/traffic-reader.ts';
import { dayMs, hourMs, seriesOf, usualCount } from '../domain/judging/judging-world.ts';
import { anomalyOf } from '../domain/judging/sample-anomaly.ts';
import { accountRequest } from './account-world.ts';
import { type TrafficWorld, trafficWorld } from './traffic-world.ts';

vi.hoisted(() => {
  Object.assign(process.env, {
    TENANTS_TABLE: 'tenants',
    TRAFFIC_TABLE: 'traffic',
    QUARANTINE_BUCKET: 'quarantine',
    STREAM_RETENTION_HOURS: '168',
    ALLOWED_LATENESS_SECONDS: '120',
    AWS_REGION: 'eu-central-1',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
});
const { createHandler } = await import('../../functions/query-traffic.ts');

let world: TrafficWorld;
let watermark: Watermark;
let recounts: RecountReports;
const at = Date.parse('2026-01-05T00:00:00Z');
const instant = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');

beforeEach(async () => {
  world = await trafficWorld([
    seriesOf(),
    seriesOf({ name: 'views', interval: 'P1D', relativeTo: 'orders' }),
  ]);
  watermark = { completeUntil: at, state: 'ok', shards: [], gaps: [] };
  recounts = memoryRecountReports();
});

async function ask(
  operation: string,
  path: Record<string, string> = {},
  query?: Record<string, string>,
  grant?: Partial<Grant>,
) {
  const handler = createHandler({
    ...world.reader,
    traffic: { watermark: async () => watermark, duplicatesShare: async () => 0.123456 },
    quarantine: { last24h: async () => 3 },
    recounts,
    logger: new Logger(),
  });
  const result = await handler(
    ...accountRequest(operation, path, { ...(query && { query }), ...(grant && { grant }) }),
  );
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
  return { status: result.statusCode, body: JSON.parse(result.body) as any };
}

const series = (name: string, query?: Record<string, string>) =>
  ask('GET /v1/tenants/{tenantId}/series/{series}', { series: name }, query);

/** Counts and judges hours. */
async function live(hours: number, countOf = (hour: number) => usualCount(hour)) {
  await world.judge();
  for (let hour = at; hour < at + hours * hourMs; hour += hourMs) {
    const count = countOf(hour);
    if (count > 0) world.count(hour, count);
  }
  world.pass(at + hours * hourMs);
  await world.judge();
}

describe('GET series', () => {
  it('lists what is configured with the threshold that holds', async () => {
    await world.tweaks.put('T001', 'views', {
      rev: 1,
      muted: true,
      threshold: { severity: 90, insteadOf: 70 },
      lessons: [],
    });
    await world.ports.watches.put('T001', {
      ...nothingWatched,
      rev: 1,
      series: { orders: { since: 1, isActive: true } },
    });
    const { body } = await ask('GET /v1/tenants/{tenantId}/series');
    const head = { eventType: 'shop.order', aggregation: 'count' };
    expect(body.series).toEqual([
      { ...head, name: 'orders', interval: 'PT1H', severityThreshold: 70, muted: false, state: 'active' },
      {
        ...head,
        name: 'views',
        interval: 'P1D',
        relativeTo: 'orders',
        severityThreshold: 90,
        muted: true,
        state: 'learning',
      },
    ]);
  });
});

describe('GET series/{series}', () => {
  it('answers every interval that was judged, true zeros and gaps apart', async () => {
    world.partial.add(`orders ${at + 2 * hourMs}`);
    await live(30, (hour) => (hour === at + 3 * hourMs ? 0 : 50));
    const { body } = await series('orders', { from: instant(at), to: instant(at + 100 * hourMs) });
    expect(body).toMatchObject({ series: 'orders', interval: 'PT1H' });
    expect(body.points).toHaveLength(30);
    expect(body.points[0]).toMatchObject({ start: instant(at), value: 50, state: 'learning', severity: 0 });
    expect(body.points[2]).toEqual({ start: instant(at + 2 * hourMs), value: 50, state: 'partial' });
    expect(body.points[3]).toMatchObject({ value: 0, state: 'learning' });
  });

  it('widens its times to whole intervals, and goes back a week by default', async () => {
    await live(9 * 24);
    const half = hourMs / 2;
    const { body } = await series('orders', { from: instant(at + half), to: instant(at + hourMs + half) });
    expect(body.points.map(({ start }: { start: string }) => start)).toEqual([
      instant(at),
      instant(at + hourMs),
    ]);
    const week = (await series('orders')).body.points;
    expect(week[0].start).toBe(instant(world.time.now - 7 * dayMs - (world.time.now % hourMs)));
  });

  it.each([
    { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z', says: 'must not be after to' },
    { from: '2024-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z', says: '10,000 intervals of PT1H' },
    { from: '1970-01-03T00:00:00Z', to: '9999-11-30T00:00:00Z', says: '10,000 intervals of PT1H' },
    { from: 'yesterday', says: 'RFC 3339' },
    { form: '2026-01-01T00:00:00Z', says: 'is not known here' },
  ])('refuses $from to $to', async ({ says, ...query }) => {
    const { status, body } = await series('orders', query as unknown as Record<string, string>);
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_query' });
    expect(body.detail).toContain(says);
  });

  it('knows no other names, and no other tenants', async () => {
    expect((await series('nothing')).body.code).toBe('not_found');
    expect((await series('__proto__')).body.code).toBe('not_found');
    const other = { grant: { tenantId: 'T002' } };
    expect((await ask('GET /v1/tenants/{tenantId}/series', {}, undefined, other.grant)).status).toBe(403);
    expect(
      (await ask('GET /v1/tenants/{tenantId}/series', {}, undefined, { scopes: ['ingest'] })).status,
    ).toBe(403);
  });
});

describe('GET anomalies', () => {
  const list = (query?: Record<string, string>) => ask('GET /v1/tenants/{tenantId}/anomalies', {}, query);
  const start = Date.parse('2026-11-21T10:00:00Z');

  beforeEach(async () => {
    const given = Array.from({ length: 7 }, (_, index) =>
      anomalyOf({
        start: start + index * hourMs,
        series: index % 2 ? 'views' : 'orders',
        severity: 50 + index * 5.5,
        ...(index < 6 && { end: start + (index + 1) * hourMs }),
      }),
    );
    await world.ports.anomalies.putJudged('T001', given, 1);
    await world.ports.anomalies.setStatus('T001', given[3]?.id as string, 'dismissed', 'a sale');
    await world.ports.anomalies.withdraw('T001', given[5]?.id as string, 1);
  });

  it('lists the newest first, without what was withdrawn', async () => {
    const { body } = await list();
    expect(body.anomalies.map(({ start }: { start: string }) => Date.parse(start))).toEqual(
      [6, 4, 3, 2, 1, 0].map((index) => start + index * hourMs),
    );
    expect(body.cursor).toBeUndefined();
    expect(body.anomalies[0]).toMatchObject({ ongoing: true, severity: 83, notified: false, status: 'open' });
    expect(body.anomalies[0].end).toBeUndefined();
    expect(body.anomalies[2]).toMatchObject({
      status: 'dismissed',
      note: 'a sale',
      end: instant(start + 4 * hourMs),
    });
  });

  it('filters, and goes on where it stopped', async () => {
    expect((await list({ minSeverity: '66' })).body.anomalies).toHaveLength(3);
    expect((await list({ status: 'dismissed' })).body.anomalies).toHaveLength(1);
    expect((await list({ series: 'views' })).body.anomalies).toHaveLength(2);
    expect(
      (await list({ from: instant(start + hourMs), to: instant(start + 3 * hourMs) })).body.anomalies,
    ).toHaveLength(2);
    const first = (await list({ limit: '2', series: 'orders' })).body;
    expect(first.anomalies).toHaveLength(2);
    const rest = (await list({ limit: '2', series: 'orders', cursor: first.cursor })).body;
    expect(rest.anomalies.map(({ start }: { start: string }) => start)).toEqual([
      instant(start + 2 * hourMs),
      instant(start),
    ]);
  });

  it('takes no cursor that is another list’s, or none at all', async () => {
    const { cursor } = (await list({ limit: '2' })).body;
    expect((await list({ limit: '3', cursor })).status).toBe(200);
    const other = await list({ limit: '2', series: 'views', cursor });
    expect(other.body).toMatchObject({
      code: 'invalid_query',
      detail: expect.stringContaining('other parameters'),
    });
    for (const odd of ['', 'x', `${cursor}A`, Buffer.from('["n","x","y"]').toString('base64url')]) {
      expect((await list({ cursor: odd })).body.code).toBe('invalid_query');
    }
  });

  it('answers one by its id, withdrawn ones too', async () => {
    const one = (anomalyId: string) => ask('GET /v1/tenants/{tenantId}/anomalies/{anomalyId}', { anomalyId });
    expect((await one('views~20261121T150000Z')).body).toMatchObject({ withdrawn: true, ongoing: false });
    for (const odd of ['views~20261121T150001Z', 'views', '__proto__', 'x#y', '../x'])
      expect((await one(odd)).status).toBe(404);
  });
});

describe('GET health', () => {
  it('says how far the data is complete', async () => {
    const health = () => ask('GET /v1/tenants/{tenantId}/health');
    expect((await health()).body).toEqual({
      state: 'ok',
      completeUntil: instant(at),
      duplicatesShare: 0.1235,
      quarantined24h: 3,
    });
    watermark = { completeUntil: -Infinity, state: 'stalled', since: at, shards: ['s'], gaps: [] };
    expect((await health()).body).toMatchObject({
      state: 'stalled',
      since: instant(at),
      completeUntil: null,
    });
  });

  it('says what the last recount of this tenant came to', async () => {
    const first = at / hourMs;
    const counts = { stored: 9, counted: 5, duplicate: 1, unmetered: 1 };
    const conserved = [
      { hour: first, ...counts, quarantined: 2, unaccounted: 0, notInLake: 0 },
      { hour: first + 2, ...counts, quarantined: 1, unaccounted: 1, notInLake: 3 },
    ];
    const span = { from: first, to: first + 24 };
    await recounts.put('T002', recountReport({ at, span, isEqual: true }, conserved));
    const health = () => ask('GET /v1/tenants/{tenantId}/health');
    expect((await health()).body.conservation).toBeUndefined();
    const made = at + 25 * hourMs + 1;
    await recounts.put('T001', recountReport({ at: made, span, isEqual: false }, conserved));
    const { stored, counted, duplicate, unmetered } = counts;
    expect((await health()).body.conservation).toEqual({
      at: instant(made - 1),
      from: instant(at),
      to: instant(at + 24 * hourMs),
      equal: false,
      ...{
        stored: 18,
        counted: 10,
        duplicate: 2,
        unmetered: 2,
        quarantined: 3,
        unaccounted: 1,
        notInLake: 3,
      },
      hours: [
        {
          start: instant(at),
          ...{ stored, counted, duplicate, unmetered, quarantined: 2, unaccounted: 0, notInLake: 0 },
        },
        {
          start: instant(at + 2 * hourMs),
          ...{ stored, counted, duplicate, unmetered, quarantined: 1, unaccounted: 1, notInLake: 3 },
        },
      ],
      hoursOmitted: 0,
    });
  });
});
