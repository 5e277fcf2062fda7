import { type DynamoDBClient, paginateQuery, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type StreamRetention, windowExpiresAt } from '../../domain/metering/horizon.ts';
import { hourOf } from '../../domain/metering/window.ts';
import type { Interval } from '../../domain/traffic/interval.ts';
import type { ShardHeartbeats, TrackedShard } from '../../domain/traffic/shard-heartbeats.ts';
import type { Clock } from '../clock.ts';
import type { Item } from '../metering/window-items.ts';
import { wasMet } from '../was-met.ts';

/** What one update says. */
interface Update {
  set: Record<string, Item[string]>;
  /** Over the attributes' names with `#` and the values' with `:`. */
  condition?: string;
  values?: Record<string, Item[string]>;
}

/**
 * In TrafficTable, an item a shard: `h#shards`, `<shard>`. Items of shards that get no heartbeat any more are kept as
 * long as the counts are that came from them, for their gaps.
 */
export function dynamoShardHeartbeats(
  client: DynamoDBClient,
  table: string,
  { clock, retentionMs }: StreamRetention & { clock: Clock },
): ShardHeartbeats {
  const update = (shardId: string, now: number, { set, condition, values }: Update): Promise<boolean> => {
    const all = { ...set, expiresAt: { N: String(windowExpiresAt(hourOf(now), { retentionMs })) } };
    const names = Object.keys(all);
    return wasMet(
      client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { pk: { S: pk }, sk: { S: shardId } },
          UpdateExpression: `SET ${names.map((name) => `#${name} = ${valueTextOf(name)}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: {
            ...Object.fromEntries(Object.entries(all).map(([name, value]) => [`:${name}`, value])),
            ...values,
          },
          ...(condition !== undefined && { ConditionExpression: condition }),
        }),
      ),
    );
  };

  return {
    async readAll() {
      const shards: TrackedShard[] = [];
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          FilterExpression: 'expiresAt > :now',
          ExpressionAttributeValues: {
            ':pk': { S: pk },
            ':now': { N: String(Math.floor(clock() / 1000)) },
          },
        },
      );
      for await (const { Items } of pages) shards.push(...(Items ?? []).map(fromItem));
      return shards;
    },

    async noteListed(shard, now) {
      const set = {
        // As text: DynamoDB's numbers have 38 digits, one too few.
        hashFrom: { S: String(shard.range.from) },
        hashTo: { S: String(shard.range.to) },
        parents: { L: shard.parents.map((parent) => ({ S: parent })) },
        isOpen: { BOOL: shard.isOpen },
        listedSince: { N: String(now) },
      };
      await update(shard.shardId, now, { set });
    },

    async notePut(shardId, position, now) {
      const condition = 'attribute_not_exists(#put) OR #put < :put';
      await update(shardId, now, { set: { put: { S: position } }, condition });
    },

    notePassed(shardId, { at, on, position, gaps }, former) {
      const set = {
        passed: { S: position },
        passedAt: { N: String(at) },
        passedOn: { N: String(on) },
        gaps: gapsItem(gaps),
      };
      const first = { set, condition: 'attribute_not_exists(#passed)' };
      const next = { set, condition: '#passed = :former', values: { ':former': { S: former ?? '' } } };
      return update(shardId, on, former === undefined ? first : next);
    },
  };
}

const pk = 'h#shards';

/** The first listing is kept. */
const valueTextOf = (name: string): string =>
  name === 'listedSince' ? 'if_not_exists(#listedSince, :listedSince)' : `:${name}`;

const gapsItem = (gaps: readonly Interval[]) => ({
  L: gaps.map(({ start, end }) => ({ L: [{ N: String(start) }, { N: String(end) }] })),
});

function fromItem(item: Item): TrackedShard {
  const shard: TrackedShard = {
    shardId: item.sk?.S as string,
    gaps: (item.gaps?.L ?? []).map(({ L }) => ({ start: Number(L?.[0]?.N), end: Number(L?.[1]?.N) })),
  };
  if (item.hashFrom?.S !== undefined) {
    shard.listed = {
      range: { from: BigInt(item.hashFrom.S), to: BigInt(item.hashTo?.S as string) },
      parents: (item.parents?.L ?? []).map(({ S }) => S as string),
      isOpen: item.isOpen?.BOOL === true,
      since: Number(item.listedSince?.N),
    };
  }
  if (item.put?.S !== undefined) shard.put = item.put.S;
  if (item.passed?.S !== undefined) {
    const { passed, passedAt, passedOn } = item;
    shard.passed = { at: Number(passedAt?.N), on: Number(passedOn?.N), position: passed.S };
  }
  return shard;
}
