import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { tellAnomaly, tellHealth } from '../../domain/judging/tell-anomaly.ts';
import { nothingWatched } from '../../domain/judging/tenant-watch.ts';
import { tellWithinBudget } from '../../domain/notification/budget.ts';
import { memoryNotificationBudget } from '../../domain/notification/memory-notification-budget.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import { encodeAnomalyMessage } from '../../events/anomaly-message.ts';
import { anomalyOf } from '../domain/judging/sample-anomaly.ts';
import { type TrafficWorld, trafficWorld } from './traffic-world.ts';

vi.hoisted(() => {
  Object.assign(process.env, {
    TENANTS_TABLE: 'tenants',
    TRAFFIC_TABLE: 'traffic',
    ACCOUNTS_TABLE: 'accounts',
    CONSOLE_URL: 'https://api.example/test/console',
    AWS_REGION: 'eu-central-1',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
});
const { createHandler } = await import('../../functions/notify-anomaly.ts');

let world: TrafficWorld;
let told: Notification[];
let failing: string | undefined;
let marking: boolean;
const anomaly = anomalyOf();

beforeEach(async () => {
  world = await trafficWorld();
  told = [];
  failing = undefined;
  marking = true;
});

const message = (given: Partial<{ anomalyId: string; cause: 'detected' | 'ended'; tenantId: string }> = {}) =>
  encodeAnomalyMessage({
    kind: 'anomaly',
    tenantId: 'T001',
    series: 'orders',
    anomalyId: anomaly.id,
    cause: 'detected',
    ...given,
  });

function invoke(...bodies: [group: string, body: string][]) {
  const notifier = {
    async tell({ notification }: { notification: Notification }) {
      if ('anomalyId' in notification && notification.anomalyId === failing)
        throw new Error('SNS is not there.');
      told.push(notification);
    },
  };
  const tell = tellWithinBudget(notifier, memoryNotificationBudget());
  const anomalies = {
    ...world.ports.anomalies,
    markTold: (...given: Parameters<typeof world.ports.anomalies.markTold>) =>
      marking ? world.ports.anomalies.markTold(...given) : Promise.reject(new Error('gone')),
  };
  const handler = createHandler({
    history: world.history,
    tellAnomaly: tellAnomaly({ anomalies, tweaks: world.tweaks, tell }),
    tellHealth: tellHealth({ watches: world.ports.watches, tell }),
    clock: world.clock,
    logger: new Logger(),
  });
  const Records = bodies.map(
    ([group, body], index) =>
      ({ messageId: `m${index}`, body, attributes: { MessageGroupId: group } }) as unknown as SQSRecord,
  );
  return handler({ Records } as SQSEvent, {} as Context);
}

describe('notify-anomaly', () => {
  const put = (given = {}) => world.ports.anomalies.putJudged('T001', [{ ...anomaly, ...given }], 1);
  const kinds = () => told.map(({ kind }) => kind);

  it('tells the beginning once and the end once, with the same ids whenever', async () => {
    await put();
    expect(await invoke(['g', message()], ['g', message()])).toEqual({ batchItemFailures: [] });
    await invoke(['g', message({ cause: 'ended' })]);
    expect(kinds()).toEqual(['anomaly.detected']);
    expect(told[0]).toMatchObject({
      id: `anomaly.detected:T001:${anomaly.id}`,
      start: anomaly.start,
      observed: 70n,
    });
    await put({ end: anomaly.detectedAt });
    await invoke(['g', message({ cause: 'ended' })], ['g', message({ cause: 'ended' })]);
    expect(kinds()).toEqual(['anomaly.detected', 'anomaly.ended']);
  });

  it('tells both where it is over before anybody came to tell', async () => {
    await put({ end: anomaly.detectedAt });
    await invoke(['g', message()], ['g', message({ cause: 'ended' })]);
    expect(kinds()).toEqual(['anomaly.detected', 'anomaly.ended']);
  });

  it('tells nothing of what is below the threshold, dismissed, muted, withdrawn or gone', async () => {
    await put({ isDue: false, end: anomaly.detectedAt });
    await invoke(['g', message()]);
    await put();
    await world.ports.anomalies.setStatus('T001', anomaly.id, 'dismissed', undefined);
    await invoke(['g', message()]);
    await world.ports.anomalies.setStatus('T001', anomaly.id, 'open', undefined);
    await world.tweaks.put('T001', 'orders', { rev: 1, muted: true, lessons: [] });
    await invoke(['g', message()]);
    await world.tweaks.put('T001', 'orders', { rev: 2, muted: false, lessons: [] });
    await world.ports.anomalies.withdraw('T001', anomaly.id, 1);
    await invoke(
      ['g', message()],
      ['h', message({ anomalyId: 'orders~20200101T000000Z' })],
      ['i', message({ tenantId: 'T999' })],
    );
    expect(told).toEqual([]);
  });

  it('tells that it was none where that was told before it was withdrawn', async () => {
    await put();
    await invoke(['g', message()]);
    await world.ports.anomalies.withdraw('T001', anomaly.id, 1);
    await invoke(['g', message({ cause: 'ended' })]);
    expect(told[1]).toMatchObject({ kind: 'anomaly.ended', isWithdrawn: true });
  });

  it('tells again, with the same id, where it died before it could mark', async () => {
    await put();
    marking = false;
    expect(await invoke(['g', message()])).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    marking = true;
    await invoke(['g', message()]);
    expect(told).toHaveLength(2);
    expect(told[0]?.id).toBe(told[1]?.id);
  });

  it('holds up the series that it could not tell of, and no other', async () => {
    const other = anomalyOf({ series: 'views' });
    await world.ports.anomalies.putJudged('T001', [anomaly, other], 1);
    failing = anomaly.id;
    const answer = await invoke(
      ['orders', message()],
      ['views', message({ anomalyId: other.id })],
      ['orders', message({ cause: 'ended' })],
      ['bad', 'no json'],
    );
    expect(answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).toSorted()).toEqual([
      'm0',
      'm2',
      'm3',
    ]);
    expect(told).toHaveLength(1);
  });

  it('tells fifty a day of a tenant, and that there are more', async () => {
    const many = Array.from({ length: 60 }, (_, index) =>
      anomalyOf({ start: anomaly.start + index * 3_600_000 }),
    );
    await world.ports.anomalies.putJudged('T001', many, 1);
    await invoke(...many.map(({ id }): [string, string] => ['g', message({ anomalyId: id })]));
    expect(kinds().filter((kind) => kind === 'anomaly.detected')).toHaveLength(50);
    expect(kinds().filter((kind) => kind === 'budget.spent')).toHaveLength(1);
  });

  it('tells what became of the data, and forgets it', async () => {
    await world.ports.watches.put('T001', {
      ...nothingWatched,
      rev: 1,
      untold: [{ kind: 'data.stalled', at: 9, since: 5, shards: ['s'], isLagging: false }],
    });
    const health = encodeAnomalyMessage({ kind: 'health', tenantId: 'T001', cause: 'x' });
    await invoke(['h', health], ['h', health]);
    expect(told).toMatchObject([{ kind: 'data.stalled', id: 'data.stalled:T001:5', shards: ['s'] }]);
    expect((await world.ports.watches.read('T001')).untold).toEqual([]);
  });
});
