import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { JudgingStore, SeriesKey } from '../../domain/judging/series-state.ts';
import { eachAtOnce } from '../../domain/metering/at-once.ts';
import type { Clock } from '../clock.ts';
import { wasMet } from '../was-met.ts';
import {
  decodePoints,
  decodeSoFar,
  decodeState,
  encodePoints,
  encodeSoFar,
  encodeState,
} from './judging-codec.ts';

/** Points are kept so long after their page begins; states as long as late events may come, and a little. */
const pointsKeptMs = 430 * 86_400_000;
const statesKeptMs = 50 * 86_400_000;
/** Writes of one call that are under way at once. */
const writesAtOnce = 24;

/**
 * In TrafficTable: `p#<tenant>#<series>` / `<page's start>` points, `s#<tenant>#<series>` / `state` the state,
 * `s#<tenant>#<series>` / `kept#<start>` what was known before an interval.
 */
export function dynamoJudgingStore(
  client: DynamoDBClient,
  table: string,
  { clock }: { clock: Clock },
): JudgingStore {
  const stateKey = ({ tenantId, series }: SeriesKey) => ({
    pk: { S: `s#${tenantId}#${series}` },
    sk: { S: 'state' },
  });
  const inSeconds = (ms: number) => ({ N: String(Math.ceil(ms / 1000)) });

  return {
    async readState(key) {
      const get = new GetItemCommand({ TableName: table, Key: stateKey(key), ConsistentRead: true });
      const { Item } = await client.send(get);
      return Item?.body?.B && decodeState(Item.body.B);
    },

    putState(key, state) {
      const former = String(state.rev - 1);
      const put = new PutItemCommand({
        TableName: table,
        Item: { ...stateKey(key), rev: { N: String(state.rev) }, body: { B: encodeState(state) } },
        ConditionExpression: state.rev === 1 ? 'attribute_not_exists(pk)' : 'rev = :former',
        ...(state.rev > 1 && { ExpressionAttributeValues: { ':former': { N: former } } }),
      });
      return wasMet(client.send(put));
    },

    async putPages({ tenantId, series }, pages, { rev }) {
      await eachAtOnce(pages, writesAtOnce, async ({ start, points }) => {
        const put = new PutItemCommand({
          TableName: table,
          Item: {
            pk: { S: `p#${tenantId}#${series}` },
            sk: { S: instant(start) },
            rev: { N: String(rev) },
            points: { B: encodePoints(points) },
            expiresAt: inSeconds(start + pointsKeptMs),
          },
          ConditionExpression: 'attribute_not_exists(pk) OR rev <= :rev',
          ExpressionAttributeValues: { ':rev': { N: String(rev) } },
        });
        await wasMet(client.send(put));
      });
    },

    async readPages({ tenantId, series }, from, to) {
      if (from >= to) return [];
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :last',
          ExpressionAttributeValues: {
            ':pk': { S: `p#${tenantId}#${series}` },
            ':from': { S: instant(from) },
            ':last': { S: instant(to - 1) },
          },
        },
      );
      const found = [];
      for await (const { Items } of pages) {
        for (const item of Items ?? []) {
          const start = Date.parse(item.sk?.S as string);
          found.push({ start, points: decodePoints(item.points?.B as Uint8Array) });
        }
      }
      return found;
    },

    async keep({ tenantId, series }, kept, { rev, epoch }) {
      await eachAtOnce(kept, writesAtOnce, async ({ start, soFar }) => {
        const put = new PutItemCommand({
          TableName: table,
          Item: {
            pk: { S: `s#${tenantId}#${series}` },
            sk: { S: `kept#${instant(start)}` },
            rev: { N: String(rev) },
            epoch: { N: String(epoch) },
            body: { B: encodeSoFar(soFar) },
            expiresAt: inSeconds(start + statesKeptMs),
          },
          ConditionExpression: 'attribute_not_exists(pk) OR rev <= :rev',
          ExpressionAttributeValues: { ':rev': { N: String(rev) } },
        });
        await wasMet(client.send(put));
      });
    },

    async lastKept({ tenantId, series }, at, epoch) {
      let ExclusiveStartKey: QueryCommand['input']['ExclusiveStartKey'];
      do {
        const { Items, LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: table,
            ConsistentRead: true,
            ScanIndexForward: false,
            Limit: 4,
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
            ExpressionAttributeValues: {
              ':pk': { S: `s#${tenantId}#${series}` },
              ':first': { S: 'kept#' },
              ':last': { S: `kept#${instant(at)}` },
            },
            ExclusiveStartKey,
          }),
        );
        const now = clock();
        for (const { sk, body, epoch: own, expiresAt } of Items ?? []) {
          if (Number(own?.N) !== epoch || Number(expiresAt?.N) * 1000 <= now) continue;
          const key = sk?.S as string;
          return { start: Date.parse(key.slice('kept#'.length)), soFar: decodeSoFar(body?.B as Uint8Array) };
        }
        ExclusiveStartKey = LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return undefined;
    },
  };
}

/** Sorts as time does. */
const instant = (ms: number): string => new Date(ms).toISOString();
