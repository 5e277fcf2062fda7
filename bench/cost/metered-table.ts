import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import dynalite from 'dynalite';

/** Capacity units spent, as the emulator's ConsumedCapacity says. */
export interface Units {
  write: number;
  read: number;
}

export interface MeteredTables {
  client: DynamoDBClient;
  /** Units that this work spends; what goes on outside of it is not counted. */
  measure(work: () => Promise<void>): Promise<Units>;
  create(name: string, sortKey?: string): Promise<void>;
  close(): Promise<void>;
}

const writes = new Set(['PutItemCommand', 'UpdateItemCommand', 'DeleteItemCommand', 'BatchWriteItemCommand']);

/** An emulator in memory whose client asks every call for what it consumed. */
export async function meteredTables(): Promise<MeteredTables> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: 32 } }),
  });
  let units: Units = { write: 0, read: 0 };
  meter(client, (kind, spent) => {
    units[kind] += spent;
  });
  return {
    client,
    measure: async (work) => {
      units = { write: 0, read: 0 };
      await work();
      return { ...units };
    },
    create: async (name, sortKey) => {
      const keys = ['pk', ...(sortKey === undefined ? [] : [sortKey])];
      await client.send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
          KeySchema: keys.map((key, index) => ({
            AttributeName: key,
            KeyType: index === 0 ? 'HASH' : 'RANGE',
          })),
        }),
      );
      // The emulator makes a table active a moment after it has answered.
      for (let status: string | undefined; status !== 'ACTIVE'; ) {
        status = (await client.send(new DescribeTableCommand({ TableName: name }))).Table?.TableStatus;
      }
    },
    close: async () => {
      client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Adds up what each call consumed. A condition that fails costs a write as well, of which the error does not
 * speak: it is counted as one unit, which is right for the small items that the naive designs put.
 */
export function meter(client: DynamoDBClient, spend: (kind: keyof Units, units: number) => void): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const kind = writes.has(context.commandName ?? '') ? 'write' : 'read';
      if (!/^(Create|Describe)Table/.test(context.commandName ?? ''))
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
      try {
        const result = await next(args);
        const { ConsumedCapacity: consumed } = result.output as { ConsumedCapacity?: Consumed | Consumed[] };
        for (const { CapacityUnits: spent } of [consumed ?? []].flat()) spend(kind, spent ?? 0);
        return result;
      } catch (error) {
        if ((error as Error).name === 'ConditionalCheckFailedException') spend('write', 1);
        throw error;
      }
    },
    { step: 'initialize', name: 'capacityMeter' },
  );
}

interface Consumed {
  CapacityUnits?: number;
}
