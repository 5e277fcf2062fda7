import { gzipSync } from 'node:zlib';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventStream } from '../../domain/metering/intake/event-stream.ts';
import {
  type MemoryEventStream,
  memoryEventStream,
} from '../../domain/metering/intake/memory-event-stream.ts';
import type { Grant } from '../../domain/tenancy/grant.ts';
import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import { decodeStreamRecord, type EventLine } from '../../events/stream-record.ts';
import { toAuthorizerContext } from '../../infra/http/api-request.ts';
import type { CurrentSuspensions } from '../../infra/limits/current-suspensions.ts';
import { createLogger } from '../../infra/logger.ts';
import { currentConfig } from '../../infra/tenancy/config-cache.ts';
import { now, sampleConfig, sampleEvent } from '../events/sample-events.ts';

// The deployed handler stands in the same file and is made as it is loaded.
const { createHandler } = await vi.hoisted(async () => {
  Object.assign(process.env, {
    TENANTS_TABLE: 'tenants',
    ACCOUNTS_TABLE: 'accounts',
    EVENT_STREAM: 'events',
    POWERTOOLS_DEV: 'true',
  });
  return import('../../functions/ingest-events.ts');
});

const mebibyte = 1_048_576;
let stream: MemoryEventStream;
let history: ReturnType<typeof memoryConfigHistory>;
let time: number;
let logged: string[];
let handler: (
  body: string | Buffer,
  change?: Change,
) => Promise<{ status: number; headers: object; body: Receipt }>;

interface Change {
  type?: string | undefined;
  headers?: Record<string, string>;
  grant?: Partial<Grant>;
  stream?: EventStream;
  suspensions?: CurrentSuspensions;
  remainingMs?: () => number;
}

interface Receipt {
  code?: string;
  detail?: string;
  received?: number;
  accepted?: number;
  duplicates?: number;
  rejected?: { index: number; id?: string; code: string; detail: string }[];
}

beforeEach(async () => {
  logged = [];
  for (const level of ['info', 'warn', 'error', 'debug', 'log'] as const) {
    vi.spyOn(console, level).mockImplementation((...args) => {
      logged.push(args.join(' '));
    });
  }
  time = now;
  stream = memoryEventStream();
  history = memoryConfigHistory();
  await history.appendOnce('T001', sampleConfig());
  const configs = currentConfig(history, () => time);
  handler = async (body, change = {}) => {
    const ports = {
      configs,
      suspensions: change.suspensions ?? { among: async () => new Map() },
      stream: change.stream ?? stream,
      clock: () => time,
      logger: createLogger(),
    };
    const context = { getRemainingTimeInMillis: change.remainingMs ?? (() => 29_000) } as Context;
    const answer = (await createHandler(ports)(proxyEvent(body, change), context)) as APIGatewayProxyResult;
    return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body) };
  };
});

afterEach(() => vi.restoreAllMocks());

function proxyEvent(body: string | Buffer, change: Change): APIGatewayProxyEvent {
  const grant: Grant = { tenantId: 'T001', scopes: ['ingest'], ...change.grant };
  const type = 'type' in change ? change.type : 'application/cloudevents-batch+json';
  return {
    httpMethod: 'POST',
    resource: '/v1/tenants/{tenantId}/events',
    path: '/v1/tenants/T001/events',
    headers: { ...(type !== undefined && { 'Content-Type': type }), ...change.headers },
    queryStringParameters: null,
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
    requestContext: { requestId: 'request-1', authorizer: toAuthorizerContext(grant) },
  } as unknown as APIGatewayProxyEvent;
}

const linesOf = ({ records }: MemoryEventStream): EventLine[] =>
  records.flatMap(({ data }) => decodeStreamRecord(data).lines as EventLine[]);
const batch = (...events: unknown[]): string => JSON.stringify(events);
const eventText = JSON.stringify(sampleEvent());

describe('what is stored', () => {
  it('a batch, as lines that carry tenant, time and configuration', async () => {
    const events = [sampleEvent(), sampleEvent({ id: 'b', subject: 'acct-43', note: { any: 'thing' } })];
    const { status, body } = await handler(batch(...events, events[0]));
    expect(status).toBe(202);
    expect(body).toEqual({ received: 3, accepted: 2, duplicates: 1, rejected: [] });
    expect(linesOf(stream).map(({ event }) => event)).toEqual(expect.arrayContaining(events));
    expect(linesOf(stream)[0]).toMatchObject({
      tenantId: 'T001',
      receivedAt: '2026-11-21T10:05:30.000Z',
      config: 7,
    });
  });

  it.each([
    ['a single event', 'application/cloudevents+json', eventText],
    ['a single event as JSON', 'application/json', eventText],
    ['an array as JSON', 'application/json; charset=UTF-8', `[${eventText}]`],
    ['a quoted charset', 'Application/CloudEvents-Batch+JSON;charset="utf-8"', ` [ ${eventText} ]\n`],
    ['gzip', 'application/cloudevents-batch+json', gzipSync(`[${eventText}]`)],
  ])('%s', async (_what, type, body) => {
    expect(await handler(body, { type })).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect(linesOf(stream).map(({ event }) => event)).toEqual([sampleEvent()]);
  });

  it('gzip that says so, and bytes that only say so', async () => {
    const headers = { 'content-encoding': 'gzip' };
    expect((await handler(gzipSync(`[${eventText}]`), { headers })).status).toBe(202);
    expect((await handler(`[${eventText}]`, { headers })).status).toBe(202);
  });

  it('every digit and every __proto__ key that was sent', async () => {
    const text =
      '{"specversion":"1.0","__proto__":{"id":"evil"},"id":"e","source":"d","subject":"a","type":"vpn.usage",' +
      '"time":"2026-11-21T10:05:00Z","data":{"bytes":1,"__proto__":{"x":1},"pi":3.14159265358979323846,"big":1e400}}';
    expect((await handler(`[${text}]`)).status).toBe(202);
    expect(Buffer.from(stream.records[0]!.data).toString()).toContain(`"event":${text}}`);
  });

  it('4 MiB, 1,000 events and 1,000 accounts, as at most 64 records', async () => {
    const events = Array.from({ length: 1_000 }, (_, at) =>
      sampleEvent({ id: `e${at}`, subject: `acct-${at}` }),
    );
    const text = batch(...events);
    const { body } = await handler(text.padEnd(4 * mebibyte));
    expect(body).toMatchObject({ accepted: 1_000 });
    expect(stream.records.length).toBeLessThanOrEqual(64);
  });
});

describe('bad input is answered by the contract, and the good events beside it are stored', () => {
  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  /** The sample event's text with a member's text replaced. */
  const withMember = (name: string, text: string): string =>
    eventText.replace(new RegExp(`"${name}":("[^"]*"|\\{[^}]*\\})`), `"${name}":${text}`);

  it.each([
    ['a number', '42', 'invalid_event'],
    ['null', 'null', 'invalid_event'],
    ['text', '"event"', 'invalid_event'],
    ['an array', '[]', 'invalid_event'],
    ['a missing id', eventText.replace('"id":"event-1",', ''), 'invalid_event'],
    ['a missing source', eventText.replace('"source":"phone-7",', ''), 'invalid_event'],
    ['a missing type', eventText.replace('"type":"vpn.usage",', ''), 'invalid_event'],
    ['a missing time', eventText.replace('"time":"2026-11-21T10:05:00Z",', ''), 'invalid_event'],
    ['a missing account', eventText.replace('"subject":"acct-42",', ''), 'invalid_event'],
    [
      'an account inherited',
      eventText.replace('"subject":"acct-42"', '"__proto__":{"subject":"a"}'),
      'invalid_event',
    ],
    ['a numeric id', withMember('id', '7'), 'invalid_event'],
    ['an id of no character', withMember('id', '""'), 'invalid_event'],
    ['an id of 129 characters', withMember('id', `"${'x'.repeat(129)}"`), 'invalid_event'],
    ['an id of 257 bytes', withMember('id', `"x${'ü'.repeat(128)}"`), 'invalid_event'],
    ['a control character', withMember('subject', '"a\\u0000b"'), 'invalid_event'],
    ['a lone surrogate', withMember('source', '"a\\ud800b"'), 'invalid_event'],
    ['a turned surrogate pair', withMember('id', '"\\udc00\\ud800"'), 'invalid_event'],
    ['data that is text', withMember('data', '"x"'), 'invalid_event'],
    ['data nested 33 deep', withMember('data', nested(33)), 'invalid_event'],
    ['data nested 20,000 deep', withMember('data', nested(20_000)), 'invalid_event'],
    ['a year of five digits', withMember('time', '"10000-01-01T00:00:00Z"'), 'invalid_event'],
    ['a leap second', withMember('time', '"2026-11-21T10:05:60Z"'), 'invalid_event'],
    ['a time without zone', withMember('time', '"2026-11-21T10:05:00"'), 'invalid_event'],
    ['29 February 2026', withMember('time', '"2026-02-29T10:05:00Z"'), 'invalid_event'],
    ['a version that is not declared', `${eventText.slice(0, -1)},"dataversion":2}`, 'invalid_event'],
    ['the year 9999', withMember('time', '"9999-12-31T23:59:59Z"'), 'in_future'],
    ['the year 1970', withMember('time', '"1970-01-01T00:00:00Z"'), 'too_old'],
    ['another type', withMember('type', '"vpn.usage2"'), 'unknown_type'],
    [
      '64 KiB + 1',
      `${eventText.slice(0, -1)},"x":"${'x'.repeat(65_537 - eventText.length - 7)}"}`,
      'event_too_large',
    ],
    ['a negative quantity', withMember('data', '{"bytes":-1}'), 'invalid_quantity'],
    ['too fine a quantity', withMember('data', '{"bytes":1.5}'), 'invalid_quantity'],
    [
      'a quantity finer than a double',
      withMember('data', '{"bytes":1.00000000000000000001}'),
      'invalid_quantity',
    ],
    ['1e400', withMember('data', '{"bytes":1e400}'), 'invalid_quantity'],
    ['2^53', withMember('data', '{"bytes":9007199254740992}'), 'invalid_quantity'],
    ['a quantity as text', withMember('data', '{"bytes":"1"}'), 'invalid_quantity'],
    ['a quantity inherited', withMember('data', '{"__proto__":{"bytes":1}}'), 'invalid_quantity'],
    ['no quantity', withMember('data', '{}'), 'invalid_quantity'],
    ['another subject', withMember('id', '"good-1"').replace('acct-42', 'acct-43'), 'conflicting_duplicate'],
    ['another time', withMember('id', '"good-1"').replace(':00Z', ':01Z'), 'conflicting_duplicate'],
  ])('%s', async (_what, text, code) => {
    const good = [withMember('id', '"good-1"'), withMember('id', '"good-2"')];
    const { status, body } = await handler(`[${good[0]},${text},${good[1]}]`);
    expect(status).toBe(202);
    expect(body).toMatchObject({ received: 3, accepted: 2, duplicates: 0, rejected: [{ index: 1, code }] });
    expect(body.rejected?.[0]?.detail.length).toBeLessThan(1_000);
    expect(linesOf(stream).map(({ event }) => event.id)).toEqual(['good-1', 'good-2']);

    stream.records.length = 0;
    if (code === 'conflicting_duplicate') return;
    const alone = await handler(`[${text}]`);
    expect(alone).toMatchObject({ status: 400, headers: { 'content-type': 'application/problem+json' } });
    expect(alone.body).toMatchObject({
      code: 'no_event_accepted',
      received: 1,
      accepted: 0,
      rejected: [{ code }],
    });
    expect(stream.records).toEqual([]);
  });

  const bomb = gzipSync(Buffer.alloc(40 * mebibyte, ' '));
  const whole = gzipSync(`[${eventText}]`);
  it.each([
    ['nothing', '', 400, 'invalid_json'],
    ['no JSON', '{"id":', 400, 'invalid_json'],
    ['NaN', `[${withMember('data', '{"bytes":NaN}')}]`, 400, 'invalid_json'],
    ['a byte order mark', `\ufeff[${eventText}]`, 400, 'invalid_json'],
    ['a raw control character', `[${withMember('id', '"a\u0001"')}]`, 400, 'invalid_json'],
    [
      'no UTF-8',
      Buffer.concat([Buffer.from('["'), Buffer.from([0xff]), Buffer.from('"]')]),
      400,
      'invalid_json',
    ],
    ['an object for a batch', eventText, 400, 'invalid_json'],
    ['gzip that is cut', whole.subarray(0, whole.length - 12), 400, 'invalid_json'],
    [
      'gzip that is damaged',
      Buffer.concat([whole.subarray(0, 20), Buffer.alloc(20, 1)]),
      400,
      'invalid_json',
    ],
    ['gzip that expands a thousandfold', bomb, 413, 'too_large'],
    ['4 MiB + 1', `[${eventText}]`.padEnd(4 * mebibyte + 1), 413, 'too_large'],
    ['4 MiB + 1 as gzip', gzipSync(`[${eventText}]`.padEnd(4 * mebibyte + 1)), 413, 'too_large'],
    ['1,001 events', `[${new Array(1_001).fill(eventText).join(',')}]`, 413, 'too_many_events'],
    ['no event', '[]', 400, 'no_event_accepted'],
  ])('%s', async (_what, text, status, code) => {
    const answer = await handler(text);
    expect(answer).toMatchObject({ status, body: { code, status } });
    expect(stream.records).toEqual([]);
  });

  it.each([
    ['an array for one event', 'application/cloudevents+json', `[${eventText}]`],
    ['a number', 'application/json', '42'],
  ])('%s', async (_what, type, text) => {
    expect(await handler(text, { type })).toMatchObject({ status: 400, body: { code: 'invalid_json' } });
  });

  it.each([
    ['no type', undefined, {}],
    ['another type', 'text/plain', {}],
    ['a type that every object has', 'constructor', {}],
    ['another charset', 'application/json; charset=latin1', {}],
    ['another encoding', 'application/json', { 'Content-Encoding': 'br' }],
    ['two encodings', 'application/json', { 'Content-Encoding': 'gzip, br' }],
  ])('%s', async (_what, type, headers) => {
    const answer = await handler(`[${eventText}]`, { type, headers });
    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    expect(stream.records).toEqual([]);
  });
});

describe('configuration', () => {
  it('is at most 5 s old, and read afresh for a type that it does not name', async () => {
    const latest = vi.spyOn(history, 'latest');
    await handler(batch(sampleEvent()));
    const [bytes, ...others] = sampleConfig().meters;
    await history.appendOnce(
      'T001',
      sampleConfig({
        revision: 8,
        meters: [{ ...bytes!, name: 'other', eventType: 'other' }, bytes!, ...others],
      }),
    );
    await handler(batch(sampleEvent({ id: 'b' })));
    expect(linesOf(stream).map(({ config }) => config)).toEqual([7, 7]);
    expect(latest).toHaveBeenCalledTimes(1);

    await handler(batch(sampleEvent({ id: 'c' }), sampleEvent({ id: 'd', type: 'other' })));
    expect(linesOf(stream).map(({ config }) => config)).toEqual([7, 7, 8, 8]);
    await handler(batch(sampleEvent({ type: 'x' }), sampleEvent({ id: 'b', type: 'y' })));
    expect(latest).toHaveBeenCalledTimes(3);

    await history.appendOnce('T001', sampleConfig({ revision: 9 }));
    time += 5_000;
    await handler(batch(sampleEvent({ id: 'e' })));
    expect(linesOf(stream).at(-1)?.config).toBe(9);
  });

  it('names no type where the tenant has none', async () => {
    const { body } = await handler(batch(sampleEvent()), { grant: { tenantId: 'T001' } });
    expect(body.accepted).toBe(1);
    history.latest = async () => undefined;
    time += 5_000;
    const { status, body: problem } = await handler(batch(sampleEvent()));
    expect(status).toBe(400);
    expect(problem).toMatchObject({ code: 'no_event_accepted', rejected: [{ code: 'unknown_type' }] });
  });
});

describe('credentials', () => {
  it('bound to accounts or devices report for no other', async () => {
    const events = batch(sampleEvent(), sampleEvent({ id: 'b', subject: 'acct-43' }));
    expect((await handler(events, { grant: { accounts: ['acct-43'] } })).body).toMatchObject({
      accepted: 1,
      rejected: [{ index: 0, id: 'event-1', code: 'not_allowed' }],
    });
  });

  it('of another tenant, or of another scope, store nothing', async () => {
    for (const grant of [{ tenantId: 'T002' }, { scopes: ['read', 'manage'] as Grant['scopes'] }]) {
      expect(await handler(batch(sampleEvent()), { grant })).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      });
    }
    expect(stream.records).toEqual([]);
  });
});

describe('a suspended account', () => {
  const suspendedAt = now - 60_000;
  const until = Date.parse('2026-12-01T00:00:00Z');
  const of = (meter: string): CurrentSuspensions => ({
    among: async (_tenantId, _config, accountIds) =>
      new Map(
        [...accountIds]
          .filter((id) => id === 'acct-42')
          .map((id) => [id, { suspensions: { [meter]: { suspendedAt, until, limitRev: 1 } } }]),
      ),
  });
  const at = (time: number, members: object) =>
    sampleEvent({ time: new Date(time).toISOString(), subject: 'acct-42', ...members });

  it('has what it used since then refused, one by one, while the others go through', async () => {
    const events = [
      at(suspendedAt, { id: 'since' }),
      at(suspendedAt - 1, { id: 'before' }),
      at(now, { id: 'other', subject: 'acct-43' }),
      at(now, { id: 'series', type: 'page.view', data: {} }),
    ];
    const { status, body } = await handler(batch(...events), { suspensions: of('bytes') });
    expect(status).toBe(202);
    expect(body.rejected).toEqual([
      { index: 0, id: 'since', code: 'account_suspended', detail: expect.stringContaining('limit of bytes') },
    ]);
    expect(body.rejected?.[0]?.detail).toContain('2026-12-01T00:00:00.000Z');
    expect(
      linesOf(stream)
        .map(({ event }) => event.id)
        .toSorted(),
    ).toEqual(['before', 'other', 'series']);
  });

  it('is refused if any meter that the event feeds is suspended, and not by another', async () => {
    const charge = at(now, { type: 'card.charge', data: { amount: 1 } });
    const answers = [];
    for (const meter of ['euros', 'charges', 'bytes', 'constructor']) {
      answers.push((await handler(batch(charge), { suspensions: of(meter) })).status);
    }
    expect(answers).toEqual([400, 400, 202, 202]);
  });

  it('is not spoken of to a credential of other accounts', async () => {
    const grant = { accounts: ['acct-43'] };
    const { body } = await handler(batch(at(now, {})), { suspensions: of('bytes'), grant });
    expect(body.rejected?.[0]?.code).toBe('not_allowed');
  });
});

describe('a stream that does not take all', () => {
  it('is answered 503 with Retry-After', async () => {
    const answer = await handler(batch(sampleEvent()), { remainingMs: () => 1_000 });
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '2' },
      body: { code: 'unavailable' },
    });
  });

  it('gets the time that the gateway still waits, however long the Lambda may run', async () => {
    const seen: number[] = [];
    let remaining = 60_000;
    const watching: EventStream = {
      async appendAll(_records, timeLeftMs) {
        seen.push(timeLeftMs());
        remaining -= 20_000;
        seen.push(timeLeftMs());
      },
    };
    await handler(batch(sampleEvent()), { stream: watching, remainingMs: () => remaining });
    expect(seen).toEqual([27_000, 7_000]);
  });

  it('by a fault of ours is 503 too, without its text', async () => {
    const broken: EventStream = { appendAll: () => Promise.reject(new Error('table secret-name')) };
    const { status, body } = await handler(batch(sampleEvent()), { stream: broken });
    expect(status).toBe(503);
    expect(JSON.stringify(body)).not.toContain('secret-name');
  });
});

it('logs how many events had which outcome, and never a key or anything that was sent', async () => {
  const secret = 'very-private';
  const headers = { Authorization: `Bearer tg_${secret}` };
  const events = [
    sampleEvent({ id: secret }),
    sampleEvent({ id: `${secret}-2`, subject: secret, source: secret, data: { bytes: 1, note: secret } }),
    sampleEvent({ type: secret }),
    { [secret]: secret },
  ];
  await handler(batch(...events), { headers });
  await handler(`[${secret}`, { headers });
  await handler(batch(...events), { headers, remainingMs: () => 0 });
  await handler(batch(...events), { headers, type: secret });
  const lines = logged.map((line) => JSON.parse(line));
  expect(lines).toContainEqual(
    expect.objectContaining({
      message: 'events judged',
      requestId: 'request-1',
      tenantId: 'T001',
      received: 4,
      accepted: 2,
      rejected: { unknown_type: 1, invalid_event: 1 },
    }),
  );
  expect(lines.filter(({ message }) => message === 'request answered').map(({ status }) => status)).toEqual([
    202, 400, 503, 415,
  ]);
  expect(logged.join()).not.toContain(secret);
});
