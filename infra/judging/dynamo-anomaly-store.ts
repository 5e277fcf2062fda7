import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Anomaly, type AnomalyRecord, parseAnomalyId } from '../../domain/judging/anomaly.ts';
import type { AnomalyStore } from '../../domain/judging/anomaly-store.ts';
import { wasMet } from '../was-met.ts';
import { packAnomaly, unpackAnomaly } from './judging-codec.ts';

type Item = Record<string, AttributeValue>;

const keptMs = 430 * 86_400_000;

/**
 * In TrafficTable: `a#<tenant>`, `<start>#<series>` with the start that the id names, so that newest first is the
 * order of the keys. What was judged is one attribute, what people and telling have added are others.
 */
export function dynamoAnomalyStore(client: DynamoDBClient, table: string): AnomalyStore {
  const update = (
    tenantId: string,
    id: string,
    {
      set,
      condition,
      names,
      values,
    }: {
      set: string;
      condition: string;
      names?: Record<string, string>;
      values: Record<string, AttributeValue>;
    },
  ): Promise<boolean> =>
    wasMet(
      client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: keyOf(tenantId, id),
          UpdateExpression: set,
          ConditionExpression: condition,
          ...(names && { ExpressionAttributeNames: names }),
          ExpressionAttributeValues: values,
        }),
      ),
    );

  const putJudged = (tenantId: string, anomaly: Anomaly, rev: number) =>
    update(tenantId, anomaly.id, {
      set: 'SET judged = :judged, rev = :rev, expiresAt = :expiresAt',
      condition: 'attribute_not_exists(rev) OR rev <= :rev',
      values: {
        ':judged': { S: JSON.stringify(packAnomaly(anomaly)) },
        ':rev': { N: String(rev) },
        ':expiresAt': { N: String(Math.ceil((anomaly.start + keptMs) / 1000)) },
      },
    });

  async function find(tenantId: string, id: string): Promise<AnomalyRecord | undefined> {
    if (!parseAnomalyId(id)) return undefined;
    const get = new GetItemCommand({ TableName: table, Key: keyOf(tenantId, id), ConsistentRead: true });
    const { Item } = await client.send(get);
    return Item && fromItem(Item);
  }

  return {
    find,

    async putJudged(tenantId, anomalies, rev) {
      for (const anomaly of anomalies) await putJudged(tenantId, anomaly, rev);
    },

    async withdraw(tenantId, id, rev) {
      const found = await find(tenantId, id);
      if (!found || found.isWithdrawn) return;
      const { status, note, detectedToldAt, endedToldAt, ...judged } = found;
      await putJudged(tenantId, { ...judged, isWithdrawn: true }, rev);
    },

    async list(tenantId, { from = 0, to = Date.parse('9999-12-31T00:00:00Z'), after, limit }) {
      const place = after === undefined ? undefined : parseAnomalyId(after);
      const pages = paginateQuery(
        { client, pageSize: Math.min(limit, 500) },
        {
          TableName: table,
          ConsistentRead: true,
          ScanIndexForward: false,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :last',
          ExpressionAttributeValues: {
            ':pk': { S: pkOf(tenantId) },
            ':from': { S: instant(from) },
            ':last': { S: place ? skOf(place) : instant(to) },
          },
        },
      );
      const found: AnomalyRecord[] = [];
      for await (const { Items } of pages) {
        for (const item of Items ?? []) {
          const anomaly = fromItem(item);
          if (anomaly.id !== after) found.push(anomaly);
          if (found.length === limit) return found;
        }
      }
      return found;
    },

    setStatus: (tenantId, id, status, note) =>
      update(tenantId, id, {
        set: `SET #status = :status${note === undefined ? ' REMOVE #note' : ', #note = :note'}`,
        condition: 'attribute_exists(pk)',
        names: { '#status': 'status', '#note': 'note' },
        values: { ':status': { S: status }, ...(note !== undefined && { ':note': { S: note } }) },
      }),

    async markTold(tenantId, id, what, at) {
      await update(tenantId, id, {
        set: 'SET #told = :at',
        condition: 'attribute_exists(pk) AND attribute_not_exists(#told)',
        names: { '#told': `${what}ToldAt` },
        values: { ':at': { N: String(at) } },
      });
    },
  };
}

const pkOf = (tenantId: string): string => `a#${tenantId}`;
const instant = (ms: number): string => new Date(ms).toISOString();
const skOf = ({ series, start }: { series: string; start: number }): string => `${instant(start)}#${series}`;

function keyOf(tenantId: string, id: string): Item {
  const place = parseAnomalyId(id);
  if (!place) throw new Error('There is no anomaly of such an id.');
  return { pk: { S: pkOf(tenantId) }, sk: { S: skOf(place) } };
}

function fromItem(item: Item): AnomalyRecord {
  const told = (name: string) => (item[name]?.N === undefined ? undefined : Number(item[name].N));
  const detectedToldAt = told('detectedToldAt');
  const endedToldAt = told('endedToldAt');
  return {
    ...unpackAnomaly(JSON.parse(item.judged?.S as string)),
    status: (item.status?.S ?? 'open') as AnomalyRecord['status'],
    ...(item.note?.S !== undefined && { note: item.note.S }),
    ...(detectedToldAt !== undefined && { detectedToldAt }),
    ...(endedToldAt !== undefined && { endedToldAt }),
  };
}
