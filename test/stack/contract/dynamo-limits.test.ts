import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoAccountStore } from '../../../infra/limits/dynamo-account-store.ts';
import { dynamoCycleStore } from '../../../infra/limits/dynamo-cycle-store.ts';
import { dynamoNotificationBudget } from '../../../infra/limits/dynamo-notification-budget.ts';
import { dynamoSuspendedAccounts } from '../../../infra/limits/dynamo-suspended-accounts.ts';
import { accountStoreContract } from '../../domain/limits/account-store-contract.ts';
import { cycleStoreContract } from '../../domain/limits/cycle-store-contract.ts';
import { suspendedAccountsContract } from '../../domain/limits/suspended-accounts-contract.ts';
import { notificationBudgetContract } from '../../domain/notification/notification-budget-contract.ts';
import { type EmulatedDynamo, startDynamo } from '../support/dynamo.ts';

let dynamo: EmulatedDynamo;
const random = () => 0.5;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

describe('dynamoAccountStore', () => {
  accountStoreContract(async () => dynamoAccountStore(dynamo.client, await dynamo.createTable(), { random }));
});

describe('dynamoCycleStore', () => {
  cycleStoreContract(async (clock) =>
    dynamoCycleStore(dynamo.client, await dynamo.createTable(), { clock, random }),
  );
});

describe('dynamoSuspendedAccounts', () => {
  suspendedAccountsContract(async () => dynamoSuspendedAccounts(dynamo.client, await dynamo.createTable()));

  it('says so where a partition has more suspended accounts than one read gives', async () => {
    const suspended = dynamoSuspendedAccounts(dynamo.client, await dynamo.createTable(), 3);
    const ids = Array.from({ length: 400 }, (_, index) => `a${index}`);
    for (const accountId of ids) await suspended.add('T001', { accountId, until: 3_600_000, rev: 1 });
    const { accounts, isWhole } = await suspended.read('T001', 7);
    expect({ found: accounts.size, isWhole }).toEqual({ found: 3, isWhole: false });
  });
});

describe('dynamoNotificationBudget', () => {
  notificationBudgetContract(async () => dynamoNotificationBudget(dynamo.client, await dynamo.createTable()));
});
