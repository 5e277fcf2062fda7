import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDayStore } from '../../../infra/metering/dynamo-day-store.ts';
import { dynamoTenantDayStore } from '../../../infra/metering/dynamo-tenant-day-store.ts';
import { dayOf, dayStoreContract, tenantDayStoreContract } from '../../domain/metering/day-store-contract.ts';
import { type EmulatedDynamo, startDynamo } from '../support/dynamo.ts';

let dynamo: EmulatedDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

const ports = { random: () => 0, wait: async () => undefined };

describe('dynamoDayStore', () => {
  dayStoreContract(async () => dynamoDayStore(dynamo.client, await dynamo.createTable(), ports));

  const account = { tenantId: 'T001', accountId: 'acct-1', meter: 'bytes' };
  const date = '2026-11-20';
  const key = { ...account, date };

  /** A client whose process dies before its put number `puts`. */
  function dyingClient(puts: number): DynamoDBClient {
    let left = puts;
    return {
      send: async (command: unknown) => {
        if (command instanceof PutItemCommand && left-- <= 0) throw new Error('The process died.');
        return dynamo.client.send(command as PutItemCommand);
      },
    } as unknown as DynamoDBClient;
  }

  it('reads a day whose put was cut off as it was before, or not at all, and the next put mends it', async () => {
    for (let puts = 0; puts <= 4; puts++) {
      const table = await dynamo.createTable();
      const store = dynamoDayStore(dynamo.client, table, ports);
      await store.putDay(key, dayOf(200), 0);
      const { revision } = await store.readState(key);
      await expect(
        dynamoDayStore(dyingClient(puts), table, ports).putDay(key, dayOf(201), revision),
      ).rejects.toThrow('died');

      const day = (await store.readDays(account, [date])).get(date);
      expect(day?.devices).toEqual(puts === 0 ? dayOf(200).devices : undefined);
      const devices = await Promise.all(
        dayOf(200).devices.map(async ({ deviceId }) => store.readDeviceDays(account, deviceId, [date])),
      );
      for (const [index, read] of devices.entries())
        expect([undefined, index]).toContain(read.get(date)?.events);

      const after = await store.readState(key);
      expect(after.stored?.events).toBe(dayOf(200).events);
      expect(await store.putDay(key, dayOf(202), after.revision)).toBe(true);
      expect((await store.readDays(account, [date])).get(date)?.devices).toEqual(dayOf(202).devices);
    }
  });

  it('never lets a writer that was overtaken write on', async () => {
    const table = await dynamo.createTable();
    const store = dynamoDayStore(dynamo.client, table, ports);
    const blocked = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const slowClient = {
      send: async (command: unknown) => {
        if (command instanceof PutItemCommand) {
          reached.resolve();
          await blocked.promise;
        }
        return dynamo.client.send(command as PutItemCommand);
      },
    } as unknown as DynamoDBClient;
    const slow = dynamoDayStore(slowClient, table, ports).putDay(key, dayOf(300), 0);
    await reached.promise;
    const { stored, revision } = await store.readState(key);
    expect(stored).toBeUndefined();
    expect(await store.putDay(key, dayOf(301), revision)).toBe(true);
    blocked.resolve();
    expect(await slow).toBe(false);
    expect((await store.readDays(account, [date])).get(date)?.devices).toEqual(dayOf(301).devices);
  });

  it('ignores a day that was claimed and never written', async () => {
    const table = await dynamo.createTable();
    await expect(dynamoDayStore(dyingClient(0), table, ports).putDay(key, dayOf(200), 0)).rejects.toThrow(
      'died',
    );
    const store = dynamoDayStore(dynamo.client, table, ports);
    expect(await store.readSums(account, [date])).toEqual(new Map());
    expect(await store.sumPartition({ ...key, partition: 0 })).toEqual({ value: 0n, events: 0 });
  });

  it('gives every day an end', async () => {
    const table = await dynamo.createTable();
    const puts: number[] = [];
    const client = {
      send: async (command: unknown) => {
        if (command instanceof PutItemCommand) puts.push(Number(command.input.Item?.expiresAt?.N));
        return dynamo.client.send(command as PutItemCommand);
      },
    } as unknown as DynamoDBClient;
    await dynamoDayStore(client, table, ports).putDay(key, dayOf(100), 0);
    expect(puts).toEqual([1, 2, 3].map(() => dayOf(1).hours.to * 3600 + 400 * 86_400));
  });
});

describe('dynamoTenantDayStore', () => {
  tenantDayStoreContract(async () => dynamoTenantDayStore(dynamo.client, await dynamo.createTable()));
});
