import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { WorkloadEvent } from './workload.ts';

/** The two sums that both naive designs keep: the account's and the device's window of the hour. */
export function addToWindow(event: WorkloadEvent): UpdateItemCommandInput[] {
  const hour = '2026-11-21T10';
  return [`${event.accountId}`, `${event.accountId}#${event.deviceId}`].map((pk) => ({
    TableName: 'windows',
    Key: { pk: { S: `T001#${pk}` }, sk: { S: `bytes#${hour}` } },
    UpdateExpression: 'ADD #total :bytes, events :one',
    ExpressionAttributeNames: { '#total': 'total' },
    ExpressionAttributeValues: { ':bytes': { N: String(event.bytes) }, ':one': { N: '1' } },
  }));
}
