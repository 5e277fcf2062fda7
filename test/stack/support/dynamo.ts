import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

/** An emulated DynamoDB in this process, kept in memory. */
export interface EmulatedDynamo {
  client: DynamoDBClient;
  /** Makes an empty table keyed by `pk` and `sk`, as all of ours are, and answers its name. */
  createTable(): Promise<string>;
  stop(): Promise<void>;
}

export async function startDynamo(): Promise<EmulatedDynamo> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  let tables = 0;
  return {
    client,
    async createTable() {
      tables += 1;
      const TableName = `table-${tables}`;
      await createTable(client, TableName);
      return TableName;
    },
    async stop() {
      client.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Makes a table keyed by `pk` and `sk`, and waits until it is active: the emulator knows none that is not. */
export async function createTable(client: DynamoDBClient, TableName: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  for (let status: string | undefined; status !== 'ACTIVE'; ) {
    status = (await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus;
  }
}
