import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { BudgetKey, NotificationBudget } from '../../domain/notification/budget.ts';
import { wasMet } from '../was-met.ts';

/** Who has not told within this time has died. */
const claimMs = 60_000;
const keptSeconds = 7 * 86_400;

/** Budgets in AccountsTable: `b#<tenant>`, `<topic>#2026-11-21`, removed a week later. */
export function dynamoNotificationBudget(client: DynamoDBClient, table: string): NotificationBudget {
  const update = (
    { tenantId, topic, date }: BudgetKey,
    expressions: { set: string; condition?: string; values: Record<string, number> },
  ) =>
    wasMet(
      client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { pk: { S: `b#${tenantId}` }, sk: { S: `${topic}#${date}` } },
          UpdateExpression: `SET ${expressions.set}`,
          ...(expressions.condition && { ConditionExpression: expressions.condition }),
          ExpressionAttributeValues: Object.fromEntries(
            Object.entries(expressions.values).map(([name, value]) => [name, { N: String(value) }]),
          ),
        }),
      ),
    );
  return {
    async take(key, max, now) {
      const isWithin = await update(key, {
        set: 'told = if_not_exists(told, :none) + :one, expiresAt = :expiresAt',
        condition: 'attribute_not_exists(told) OR told < :max',
        values: {
          ':none': 0,
          ':one': 1,
          ':max': max,
          ':expiresAt': Math.ceil(now / 1000) + keptSeconds,
        },
      });
      if (isWithin) return 'within';
      const isClaimed = await update(key, {
        set: 'claimedAt = :now',
        condition:
          'attribute_not_exists(spentTold) AND (attribute_not_exists(claimedAt) OR claimedAt <= :stale)',
        values: { ':now': now, ':stale': now - claimMs },
      });
      return isClaimed ? 'to-tell' : 'spent';
    },
    async confirmSpentTold(key) {
      await update(key, { set: 'spentTold = :one', values: { ':one': 1 } });
    },
  };
}
