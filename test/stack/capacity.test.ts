import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDynamodb } from '../../local/emulators/dynamodb.ts';
import type { EmulatorTask } from '../../local/emulators/emulator.ts';
import { createTable } from './support/dynamo.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-capacity-'));
let server: Awaited<ReturnType<typeof startDynamodb>>;
let client: DynamoDBClient;

beforeAll(async () => {
  const task = { port: 0, folder, region: 'eu-central-1', accountId: '000000000000' } as EmulatorTask;
  server = await startDynamodb(task);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'eu-central-1',
    credentials,
  });
});

afterAll(async () => {
  client.destroy();
  await server.stop();
  rmSync(folder, { recursive: true });
});

const spent = async () => {
  const answer = await fetch(`http://127.0.0.1:${server.port}/capacity`);
  return ((await answer.json()) as { tables: Record<string, unknown> }).tables;
};

it('tells what calls have spent, a condition that fails included', async () => {
  const TableName = 'spent';
  await createTable(client, TableName);
  const Item = { pk: { S: 'a' }, sk: { S: 'b' }, text: { S: 'x'.repeat(1_500) } };
  await client.send(new PutItemCommand({ TableName, Item }));
  expect(await spent()).toEqual({ spent: { PutItem: { readUnits: 0, writeUnits: 2 } } });
  const ConditionExpression = 'attribute_not_exists(pk)';
  await expect(client.send(new PutItemCommand({ TableName, Item, ConditionExpression }))).rejects.toThrow();
  expect(await spent()).toEqual({ spent: { PutItem: { readUnits: 0, writeUnits: 3 } } });
});
