import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoNotableAccounts } from '../../../infra/limits/dynamo-notable-accounts.ts';
import { notableAccountsContract } from '../../domain/limits/notable-accounts-contract.ts';
import { type EmulatedDynamo, startDynamo } from '../support/dynamo.ts';

let dynamo: EmulatedDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

describe('dynamoNotableAccounts', () => {
  notableAccountsContract(async () => dynamoNotableAccounts(dynamo.client, await dynamo.createTable()));
});
