import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoConfigHistory } from '../../../infra/tenancy/dynamo-config-history.ts';
import { configHistoryContract } from '../../domain/tenancy/config-history-contract.ts';
import { type EmulatedDynamo, startDynamo } from '../support/dynamo.ts';

describe('dynamoConfigHistory', () => {
  let dynamo: EmulatedDynamo;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterAll(() => dynamo.stop());

  configHistoryContract(async () => dynamoConfigHistory(dynamo.client, await dynamo.createTable()));
});
