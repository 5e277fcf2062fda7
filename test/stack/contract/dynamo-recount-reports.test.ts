import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoRecountReports } from '../../../infra/reconciliation/dynamo-recount-reports.ts';
import { recountReportsContract } from '../../domain/reconciliation/recount-reports-contract.ts';
import { type EmulatedDynamo, startDynamo } from '../support/dynamo.ts';

let dynamo: EmulatedDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

describe('dynamoRecountReports', () => {
  recountReportsContract(async () => dynamoRecountReports(dynamo.client, await dynamo.createTable()));
});
