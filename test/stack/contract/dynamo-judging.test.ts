import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoAnomalyStore } from '../../../infra/judging/dynamo-anomaly-store.ts';
import { dynamoJudgingStore } from '../../../infra/judging/dynamo-judging-store.ts';
import { dynamoSeriesTweaks } from '../../../infra/judging/dynamo-series-tweaks.ts';
import { dynamoTenantWatches } from '../../../infra/judging/dynamo-tenant-watches.ts';
import { anomalyStoreContract } from '../../domain/judging/anomaly-store-contract.ts';
import { judgingStoreContract } from '../../domain/judging/judging-store-contract.ts';
import { seriesTweaksContract, tenantWatchesContract } from '../../domain/judging/settings-contract.ts';
import { type EmulatedDynamo, startDynamo } from '../support/dynamo.ts';

let dynamo: EmulatedDynamo;
const clock = () => Date.parse('2026-11-22T00:00:00Z');
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

describe('dynamoJudgingStore', () => {
  judgingStoreContract(async () => dynamoJudgingStore(dynamo.client, await dynamo.createTable(), { clock }));

  it('knows nothing of what has expired, whether it is removed yet or not', async () => {
    const table = await dynamo.createTable();
    const key = { tenantId: 'T001', series: 'orders' };
    const at = clock() - 51 * 86_400_000;
    const kept = { start: at, soFar: { isLearning: true, remembered: [] } };
    await dynamoJudgingStore(dynamo.client, table, { clock: () => at }).keep(key, [kept], {
      rev: 1,
      epoch: 1,
    });
    expect(
      await dynamoJudgingStore(dynamo.client, table, { clock }).lastKept(key, clock(), 1),
    ).toBeUndefined();
  });
});

describe('dynamoAnomalyStore', () => {
  anomalyStoreContract(async () => dynamoAnomalyStore(dynamo.client, await dynamo.createTable()));
});

describe('dynamoSeriesTweaks', () => {
  seriesTweaksContract(async () => dynamoSeriesTweaks(dynamo.client, await dynamo.createTable()));
});

describe('dynamoTenantWatches', () => {
  tenantWatchesContract(async () => dynamoTenantWatches(dynamo.client, await dynamo.createTable()));
});
