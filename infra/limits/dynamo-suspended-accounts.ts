import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { SuspendedAccount, SuspendedAccounts } from '../../domain/limits/suspended-accounts.ts';
import { streamPartition } from '../../domain/metering/intake/stream-partition.ts';
import { hourMs, hourOf } from '../../domain/metering/window.ts';
import type { Item } from '../metering/window-items.ts';
import { wasMet } from '../was-met.ts';

/** A hint of more suspended accounts in one partition is not whole; each is some 100 bytes of the answer. */
const hintAccountsMax = 2_000;

interface Key {
  pk: string;
  sk: string;
}

/**
 * In AccountsTable, an item a suspension, so that one more costs one write however many there are:
 * `s#<tenant>#<partition>`, `<account>`, for ingest; and `e#<tenant>`, `2026-12-01T00#<account>`, by its end.
 */
export function dynamoSuspendedAccounts(
  client: DynamoDBClient,
  table: string,
  accountsMax = hintAccountsMax,
): SuspendedAccounts {
  const put = ({ pk, sk }: Key, { accountId, until, rev }: SuspendedAccount) =>
    wasMet(
      client.send(
        new PutItemCommand({
          TableName: table,
          Item: {
            pk: { S: pk },
            sk: { S: sk },
            account: { S: accountId },
            until: { N: String(until) },
            rev: { N: String(rev) },
          },
          ConditionExpression: 'attribute_not_exists(pk) OR rev < :rev',
          ExpressionAttributeValues: { ':rev': { N: String(rev) } },
        }),
      ),
    );
  const remove = ({ pk, sk }: Key, { until, rev }: SuspendedAccount) =>
    wasMet(
      client.send(
        new DeleteItemCommand({
          TableName: table,
          Key: { pk: { S: pk }, sk: { S: sk } },
          ConditionExpression: 'rev <= :rev AND #until <= :until',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: { ':rev': { N: String(rev) }, ':until': { N: String(until) } },
        }),
      ),
    );

  return {
    async add(tenantId, account) {
      await put(hintKey(tenantId, account), account);
      await put(endKey(tenantId, account), account);
    },
    async remove(tenantId, account) {
      await remove(hintKey(tenantId, account), account);
      await remove(endKey(tenantId, account), account);
    },
    async read(tenantId, partition) {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: hintPk(tenantId, partition) } },
          Limit: accountsMax,
        }),
      );
      const accounts = Items.map(fromItem);
      return {
        accounts: new Map(accounts.map((account) => [account.accountId, account])),
        isWhole: LastEvaluatedKey === undefined,
      };
    },
    async *ended(tenantId, now) {
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          // Cycles end on whole hours: what ends by now sorts before the hour that follows.
          KeyConditionExpression: 'pk = :pk AND sk < :next',
          ExpressionAttributeValues: {
            ':pk': { S: endPk(tenantId) },
            ':next': { S: hourText(hourOf(now) + 1) },
          },
          ConsistentRead: true,
        },
      );
      for await (const { Items } of pages) yield* (Items ?? []).map(fromItem);
    },
  };
}

const hintPk = (tenantId: string, partition: number): string =>
  `s#${tenantId}#${String(partition).padStart(2, '0')}`;
const endPk = (tenantId: string): string => `e#${tenantId}`;
const hourText = (hour: number): string => new Date(hour * hourMs).toISOString().slice(0, 13);

const hintKey = (tenantId: string, { accountId }: SuspendedAccount): Key => ({
  pk: hintPk(tenantId, streamPartition(accountId)),
  sk: accountId,
});

const endKey = (tenantId: string, { accountId, until }: SuspendedAccount): Key => ({
  pk: endPk(tenantId),
  sk: `${hourText(hourOf(until))}#${accountId}`,
});

const fromItem = (item: Item): SuspendedAccount => ({
  accountId: item.account?.S as string,
  until: Number(item.until?.N),
  rev: Number(item.rev?.N),
});
