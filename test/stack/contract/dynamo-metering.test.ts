import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoAccountRegistry } from '../../../infra/metering/dynamo-account-registry.ts';
import { dynamoEventHashKeys } from '../../../infra/metering/dynamo-event-hash-keys.ts';
import { dynamoWindowStore } from '../../../infra/metering/dynamo-window-store.ts';
import { accountRegistryContract } from '../../domain/metering/account-registry-contract.ts';
import { eventHashKeysContract } from '../../domain/metering/event-hash-keys-contract.ts';
import { windowStoreContract } from '../../domain/metering/window-store-contract.ts';
import { type EmulatedDynamo, startDynamo } from '../support/dynamo.ts';

let dynamo: EmulatedDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

describe('dynamoWindowStore', () => {
  windowStoreContract(async (clock) =>
    dynamoWindowStore(dynamo.client, await dynamo.createTable(), { clock, random: () => 0.5 }),
  );
});

describe('dynamoAccountRegistry', () => {
  accountRegistryContract(async () => dynamoAccountRegistry(dynamo.client, await dynamo.createTable()));
});

describe('dynamoEventHashKeys', () => {
  eventHashKeysContract(async () => {
    const table = await dynamo.createTable();
    return () => dynamoEventHashKeys(dynamo.client, table, randomBytes);
  });
});
