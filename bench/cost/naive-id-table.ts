import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { MeteredTables } from './metered-table.ts';
import { addToWindow } from './naive-windows.ts';
import type { WorkloadEvent } from './workload.ts';

/**
 * Design (b): a table of ids with conditional puts, then the two ADDs. Three writes an event; a crash between
 * the id and the sums counts the event never.
 */
export async function naiveIdTable(tables: MeteredTables): Promise<(event: WorkloadEvent) => Promise<void>> {
  await tables.create('ids');
  await tables.create('windows', 'sk');
  return async (event) => {
    if (!(await isNew(tables, event))) return;
    await Promise.all(addToWindow(event).map((input) => tables.client.send(new UpdateItemCommand(input))));
  };
}

async function isNew(tables: MeteredTables, event: WorkloadEvent): Promise<boolean> {
  try {
    await tables.client.send(
      new PutItemCommand({
        TableName: 'ids',
        Item: { pk: { S: `T001#${event.deviceId}#${event.eventId}` }, expiresAt: { N: '1800000000' } },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
    return true;
  } catch (error) {
    if ((error as Error).name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}
