import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import type { MeteredTables } from './metered-table.ts';
import { addToWindow } from './naive-windows.ts';
import type { WorkloadEvent } from './workload.ts';

/**
 * Design (a): Powertools idempotency around each event, then ADD to the device's and to the account's window.
 * Four writes an event: the idempotency record in progress and completed, and the two sums. A crash between
 * the sums and the completed record counts the event again.
 */
export async function naiveIdempotency(
  tables: MeteredTables,
): Promise<(event: WorkloadEvent) => Promise<void>> {
  await tables.create('idempotency');
  await tables.create('windows', 'sk');
  process.env.POWERTOOLS_SERVICE_NAME ??= 'bench';
  const persistenceStore = new DynamoDBPersistenceLayer({
    tableName: 'idempotency',
    keyAttr: 'pk',
    awsSdkV3Client: tables.client,
  });
  const count = async (event: WorkloadEvent): Promise<{ counted: boolean }> => {
    await Promise.all(addToWindow(event).map((input) => tables.client.send(new UpdateItemCommand(input))));
    return { counted: true };
  };
  const config = new IdempotencyConfig({
    eventKeyJmesPath: '[deviceId, eventId]',
    expiresAfterSeconds: 35 * 86_400,
  });
  config.registerLambdaContext({ getRemainingTimeInMillis: () => 60_000 } as Context);
  const once = makeIdempotent(count, { persistenceStore, config });
  return async (event) => {
    // A duplicate that meets its first one still in progress is refused, and delivered again.
    for (let isDone = false; !isDone; ) isDone = await once(event).then(() => true, inProgress);
  };
}

function inProgress(error: Error): boolean {
  if (error.name !== 'IdempotencyAlreadyInProgressError') throw error;
  return false;
}
