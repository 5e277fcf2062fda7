import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { bodyOf, replayed } from './replayed-request.ts';

/** Units that were spent, by table and operation, since the emulator was started. */
export type SpentCapacity = Record<string, Record<string, { readUnits: number; writeUnits: number }>>;

const reads = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan']);
const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);

interface Consumed {
  TableName: string;
  CapacityUnits: number;
}

/**
 * Has every call say what it consumed, and adds it up; `GET /capacity` tells the sum. A condition that fails is
 * a write as well, of which the answer does not speak: it counts as one unit.
 */
export function meterCapacity(serve: RequestListener): RequestListener {
  const spent: SpentCapacity = {};
  const spend = (table: string, operation: string, units: number) => {
    spent[table] ??= {};
    spent[table][operation] ??= { readUnits: 0, writeUnits: 0 };
    const sum = spent[table][operation];
    sum[writes.has(operation) ? 'writeUnits' : 'readUnits'] += units;
  };
  return (request, response) => {
    if (request.method === 'GET' && request.url === '/capacity') return tell(response, spent);
    const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    if (!reads.has(operation) && !writes.has(operation)) return serve(request, response);
    void askForCapacity(request, response, serve, (answer, table) => {
      for (const { TableName, CapacityUnits } of [answer.ConsumedCapacity ?? []].flat()) {
        spend(TableName, operation, CapacityUnits);
      }
      if (String(answer.__type).endsWith('ConditionalCheckFailedException')) spend(table, operation, 1);
    });
  };
}

interface Answer {
  ConsumedCapacity?: Consumed | Consumed[];
  __type?: string;
}

/** Hands the request on with the wish to know, and reads what the answer says of it. */
async function askForCapacity(
  request: IncomingMessage,
  response: ServerResponse,
  serve: RequestListener,
  tally: (answer: Answer, table: string) => void,
): Promise<void> {
  const body = await bodyOf(request).catch(() => undefined);
  if (body === undefined) return;
  const input = parsed(body) as { TableName?: string } | undefined;
  const asking = input ? Buffer.from(JSON.stringify({ ReturnConsumedCapacity: 'TOTAL', ...input })) : body;
  const end = response.end.bind(response);
  response.end = ((text?: string | Buffer, ...rest: []) => {
    if (text !== undefined) tally((parsed(text) ?? {}) as Answer, input?.TableName ?? '');
    return end(text, ...rest);
  }) as typeof response.end;
  serve(replayed(request, asking), response);
}

function parsed(text: string | Buffer): Record<string, unknown> | undefined {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

function tell(response: ServerResponse, tables: SpentCapacity): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ tables }));
}
