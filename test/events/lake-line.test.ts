import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCloudEvent } from '../../events/cloud-event.ts';
import { type LakeLine, readLakeLine } from '../../events/lake-line.ts';
import { LineBytes } from '../../events/line-bytes.ts';
import { writePlainRow } from '../../events/plain-lake-line.ts';
import { RowBytes } from '../../events/row-bytes.ts';
import { decodeStreamRecord, isFor, isHeartbeat } from '../../events/stream-record.ts';

const event = {
  specversion: '1.0',
  id: 'e1',
  source: 'phone-1',
  subject: 'acct-1',
  type: 'vpn.usage',
  time: '2026-11-21T10:05:00Z',
  data: { bytes: 1 },
};
const line = { tenantId: 'T001', receivedAt: '2026-11-21T10:05:01.5Z', config: 7, event };

const read = (value: unknown) =>
  readLakeLine(LineBytes.of(typeof value === 'string' ? value : JSON.stringify(value)));
const row = (value: unknown) => {
  const answer = read(value);
  if (answer.kind !== 'row') throw new Error(JSON.stringify(answer));
  return JSON.parse(answer.row);
};

describe('a row', () => {
  it('has the attributes, the data as text, and when it was received by which configuration', () => {
    expect(read(line)).toEqual({
      kind: 'row',
      row: JSON.stringify({
        id: 'e1',
        source: 'phone-1',
        subject: 'acct-1',
        type: 'vpn.usage',
        time: '2026-11-21T10:05:00Z',
        occurredat: Date.parse('2026-11-21T10:05:00Z'),
        specversion: '1.0',
        dataversion: 1,
        data: '{"bytes":1}',
        receivedat: Date.parse('2026-11-21T10:05:01.5Z'),
        config: 7,
      }),
      partition: {
        tenantId: 'T001',
        table: 'vpn_usage',
        version: 1,
        day: Date.parse('2026-11-21T10:05:00Z'),
      },
    });
  });

  it('keeps every digit and every character of the data', () => {
    const text = JSON.stringify(line).replace(
      '{"bytes":1}',
      '{ "n":1.10, "x":12345678901234567890.5e3 ,"t":"\\u00e9\\n\\"é" }',
    );
    expect(row(text).data).toBe('{ "n":1.10, "x":12345678901234567890.5e3 ,"t":"\\u00e9\\n\\"é" }');
  });

  it('keeps all other attributes in one column, and known ones in theirs', () => {
    const others = { traceparent: '00-"a"', level: 1, flag: null };
    const { attributes, datacontenttype, dataschema } = row({
      ...line,
      event: { ...event, ...others, datacontenttype: 'application/json', dataschema: 5 },
    });
    expect(JSON.parse(attributes)).toEqual({ ...others, dataschema: 5 });
    expect([datacontenttype, dataschema]).toEqual(['application/json', undefined]);
  });

  it('lacks what the event lacks', () => {
    const { subject, data, ...rest } = event;
    expect(row({ ...line, event: rest })).not.toHaveProperty('subject');
    expect(row({ ...line, event: rest })).not.toHaveProperty('data');
    expect(row({ ...line, event: rest })).not.toHaveProperty('attributes');
  });

  it('goes to the partition of its declared version, and where it is late, of its receipt', () => {
    const version = read({ ...line, event: { ...event, dataversion: 3 } });
    expect(version).toMatchObject({ kind: 'row', partition: { version: 3, table: 'vpn_usage' } });
    const late = read({ ...line, event: { ...event, time: '2026-11-19T10:05:01.499Z' } });
    expect(late).toMatchObject({
      kind: 'row',
      partition: { version: 0, table: 'late', day: Date.parse('2026-11-21T10:05:01.5Z') },
    });
  });
});

describe('a line that is passed over', () => {
  it.each([
    [{ heartbeat: '2026-11-21T10:05:00Z', shardId: 'shardId-000000000000' }],
    [{ ...line, for: ['record-usage'] }],
    [{ ...line, for: [] }],
    [{ ...line, for: ['count-traffic', 'record-usage'] }],
  ])('%j', (value) => {
    expect(read(value)).toEqual({ kind: 'passed-over' });
  });

  it('is none that names the lake', () => {
    expect(read({ ...line, for: ['record-usage', 'lake'] }).kind).toBe('row');
  });
});

describe('a line that is bad', () => {
  it.each([
    ['no JSON', '{"tenantId":'],
    ['two objects', `${JSON.stringify(line)}${JSON.stringify(line)}`],
    ['a list', [line]],
    ['another tenant id', { ...line, tenantId: '../T002' }],
    ['no receivedAt', { ...line, receivedAt: undefined }],
    ['no time of receipt', { ...line, receivedAt: 'yesterday' }],
    ['a revision that is none', { ...line, config: -1 }],
    ['a revision that is text', { ...line, config: '7' }],
    ['no event', { ...line, event: undefined }],
    ['an event that is none', { ...line, event: [] }],
    ['for that is no list', { ...line, for: 'lake' }],
    ['a heartbeat without a shard', { heartbeat: '2026-11-21T10:05:00Z' }],
    ['no id', { ...line, event: { ...event, id: undefined } }],
    ['a time that is none', { ...line, event: { ...event, time: '2026-02-30T10:05:00Z' } }],
    ['a control character in the id', { ...line, event: { ...event, id: 'a\u0007' } }],
    ['a version that is none', { ...line, event: { ...event, dataversion: 10 } }],
    ['data that is none', { ...line, event: { ...event, data: 'bytes' } }],
  ])('%s', (_what, value) => {
    expect(read(value).kind).toBe('bad');
  });
});

/** What the stream's other consumers make of the line. */
function judgedElsewhere(text: string): 'row' | 'passed-over' | 'bad' {
  const { lines, bad } = decodeStreamRecord(Buffer.from(text));
  const [first] = lines;
  if (bad.length > 0 || !first) return 'bad';
  if (isHeartbeat(first) || !isFor(first, 'lake')) return 'passed-over';
  return decodeCloudEvent(first.event).ok ? 'row' : 'bad';
}

const shortRow = new RowBytes();
const readShort = (text: string | Uint8Array) => writePlainRow(LineBytes.of(text), shortRow);

/** Read the short way, where it can be, a line gives the same row; its members may stand in another order. */
function expectSameInShort(text: string, long: LakeLine): boolean {
  const partition = readShort(text);
  if (!partition) return false;
  expect({ kind: 'row', row: JSON.parse(shortRow.toString('utf8')), partition }).toEqual(
    long.kind === 'row' ? { ...long, row: JSON.parse(long.row) } : long,
  );
  return true;
}

describe('a plain line', () => {
  const { data: _, ...withoutData } = event;
  const isShort = (value: object): boolean => {
    const text = JSON.stringify(value);
    return expectSameInShort(text, read(text));
  };

  it('is read the short way', () => {
    expect(isShort(line)).toBe(true);
    const { subject, data, ...rest } = event;
    expect(isShort({ ...line, event: rest })).toBe(true);
    expect(
      isShort({ ...line, event: { ...rest, dataversion: 9, datacontenttype: 'application/json', data } }),
    ).toBe(true);
  });

  it.each([
    ['other attributes', { ...line, event: { ...event, traceparent: '00', config: 5, occurredat: null } }],
    ['an escape in its data', { ...line, event: { ...event, data: { a: '"\\\u0000' } } }],
    ['more than ASCII in its data', { ...line, event: { ...event, data: { é: 'Ž✓\u{1f600}' } } }],
    ['DEL in its data', { ...line, event: { ...event, data: { a: '\u007f' } } }],
    ['its data first', { ...line, event: { data: { bytes: 1 }, ...withoutData } }],
    ['a schema', { ...line, event: { ...event, dataschema: 'https://example.com' } }],
  ])('may have %s', (_what, value) => {
    expect(isShort(value)).toBe(true);
  });

  it.each([
    ['is for some consumers', { ...line, for: ['lake'] }],
    ['has an id of more than ASCII', { ...line, event: { ...event, id: 'é' } }],
    ['has an escape in its type', { ...line, event: { ...event, type: '"' } }],
    ['has a schema that is no text', { ...line, event: { ...event, dataschema: 1 } }],
  ])('is none where it %s', (_what, value) => {
    expect(read(value).kind).toBe('row');
    expect(isShort(value)).toBe(false);
  });

  it('is none where it is no UTF-8', () => {
    const bytes = Buffer.from(JSON.stringify(line).replace('"bytes"', '"\xc3("'), 'latin1');
    expect(readShort(bytes)).toBeUndefined();
    expect(readLakeLine(LineBytes.of(bytes))).toEqual({ kind: 'bad', detail: 'the line is not UTF-8' });
  });

  it('may follow one with another head, or one that is bad', () => {
    const heads = [
      { config: 8 },
      { tenantId: 'T002' },
      { tenantId: 'a-tenant_of-another-length', config: 123_456_789 },
      { receivedAt: '2026-11-21T10:05:02+01:00', config: 0 },
      { receivedAt: '2026-11-21T10:05:02Z' },
    ];
    for (const head of heads) {
      expect(isShort({ ...line, ...head })).toBe(true);
      expect(readShort('{"tenantId":"T001","receivedAt":"2026-11-21T10:05:02Z","config":')).toBeUndefined();
      expect(isShort({ ...line, ...head })).toBe(true);
      expect(isShort(line)).toBe(true);
    }
  });

  it.each([
    ['a tenant that is none', { tenantId: 'T/1' }],
    ['no tenant', { tenantId: '' }],
    ['a tenant of 65 characters', { tenantId: 'x'.repeat(65) }],
    ['a receipt that is no time', { receivedAt: '2026-02-30T00:00:00Z' }],
    ['a receipt before 2001', { receivedAt: '1999-01-01T00:00:00Z' }],
    ['no revision', { config: -1 }],
    ['a revision of ten digits', { config: 1_234_567_890 }],
    ['another order', { tenantId: undefined, tenantid: 'T001' }],
  ])('is none with %s', (_what, head) => {
    readShort(JSON.stringify(line));
    expect(readShort(JSON.stringify({ ...line, ...head }))).toBeUndefined();
  });

  it('is none with a revision that begins with a zero', () => {
    expect(readShort(JSON.stringify(line).replace('"config":7', '"config":07'))).toBeUndefined();
  });

  it('is never what is bad', () => {
    for (const bad of [
      { id: '' },
      { id: 'x'.repeat(129) },
      { time: 'soon' },
      { dataversion: 0 },
      { data: [] },
      { specversion: '1' },
    ])
      expect(readShort(JSON.stringify({ ...line, event: { ...event, ...bad } }))).toBeUndefined();
  });

  it('may be longer than any before', () => {
    for (const length of [1, 100_000, 300_000, 7])
      expect(isShort({ ...line, event: { ...event, data: { a: '"'.repeat(length) } } })).toBe(true);
  });
});

describe('every line', () => {
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const anything = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.jsonValue({ maxDepth: 2 }));
  const lines = fc.record({
    tenantId: fc.oneof({ weight: 9, arbitrary: fc.constant('T001') }, anything),
    receivedAt: fc.oneof({ weight: 9, arbitrary: fc.constant('2026-11-21T10:05:00Z') }, anything),
    config: fc.oneof({ weight: 9, arbitrary: fc.nat(1_000) }, fc.constantFrom(-1, 1.5, '7', null)),
    for: maybe(fc.oneof(fc.array(fc.constantFrom('lake', 'record-usage')), anything)),
    heartbeat: fc.oneof({ weight: 20, arbitrary: fc.constant(undefined) }, anything),
    event: fc.record({
      specversion: fc.oneof({ weight: 20, arbitrary: fc.constant('1.0') }, anything),
      id: fc.oneof({ weight: 9, arbitrary: fc.string({ unit: 'grapheme', minLength: 1 }) }, anything),
      source: fc.oneof({ weight: 9, arbitrary: fc.string({ unit: 'binary', minLength: 1 }) }, anything),
      subject: maybe(fc.oneof({ weight: 9, arbitrary: fc.string({ minLength: 1 }) }, anything)),
      type: fc.oneof({ weight: 9, arbitrary: fc.constant('vpn.usage') }, anything),
      time: fc.oneof({ weight: 9, arbitrary: fc.constant('2026-11-21T10:05:00Z') }, anything),
      dataversion: maybe(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 9 }) }, anything)),
      data: maybe(fc.oneof({ weight: 9, arbitrary: fc.dictionary(fc.string(), fc.jsonValue()) }, anything)),
      extra: maybe(anything),
    }),
  });

  it('is judged as the stream’s other consumers judge it, and its row says what it says', () => {
    fc.assert(
      fc.property(lines, (value) => {
        const text = JSON.stringify(value);
        const answer = read(text);
        expect(answer.kind).toBe(judgedElsewhere(text));
        expectSameInShort(text, answer);
        if (answer.kind !== 'row') return;
        const { id, source, subject, type, time, data, dataversion = 1 } = JSON.parse(text).event;
        const stored = JSON.parse(answer.row);
        expect(stored).toMatchObject({ id, source, type, time, dataversion });
        expect(stored.subject).toEqual(subject);
        expect(data === undefined ? stored.data : JSON.parse(stored.data)).toEqual(data);
      }),
      { numRuns: 3_000 },
    );
  });

  /** JSON with what JSON.stringify never writes: space anywhere, and digits that a double would lose. */
  const raw: fc.Arbitrary<string> = fc
    .tuple(
      fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 3 })),
      fc.constantFrom('', ' ', '\t', '\n', '\r\n'),
    )
    .chain(([value, space]) =>
      fc
        .constantFrom('0.10', '1e400', '-0', '12345678901234567890.50', '"\\u00e9\\/"', '[ ]', '{ }')
        .map((exact) => {
          const text = JSON.stringify(value, null, space);
          const more = `${space}"exact"${space}:${space}${exact}${space}}`;
          return text === '{}' ? `{${more}` : `${text.slice(0, -1)},${more}`;
        }),
    );
  const order = fc.shuffledSubarray(['id', 'source', 'subject', 'type', 'time', 'specversion', 'x', 'data'], {
    minLength: 8,
  });
  /** A line by its members' JSON. */
  const lineOf = (names: string[], data: string, other: string): string => {
    const json: Record<string, string> = {
      ...Object.fromEntries(Object.entries(event).map(([name, value]) => [name, JSON.stringify(value)])),
      ...{ data, x: other },
    };
    const members = names.map((name) => `"${name}":${json[name]}`);
    return `{"tenantId":"T001","receivedAt":"2026-11-21T10:05:01.5Z","config":7,"event":{${members.join(',')}}}`;
  };

  it('keeps its data and its other attributes byte by byte, in whichever order they stand', () => {
    fc.assert(
      fc.property(order, raw, raw, (names, data, other) => {
        const text = lineOf(names, data, other);
        const answer = read(text);
        expect(expectSameInShort(text, answer)).toBe(true);
        const stored = JSON.parse((answer as { row: string }).row);
        expect([stored.data, stored.attributes]).toEqual([data, `{"x":${other}}`]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is judged so however it is damaged', () => {
    const edits = fc.array(
      fc.record({
        at: fc.nat(1_000),
        length: fc.nat(2),
        put: fc.string({ maxLength: 2, unit: fc.constantFrom(...'{}[]":,\\ \t\n\u0000eE+-.0123u/\u007fé') }),
      }),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(order, raw, edits, (names, data, damage) => {
        const whole = lineOf(names, data, '1');
        const head = whole.indexOf('"event"');
        const text = damage.reduce((damaged, { at, length, put }) => {
          const place = head + (at % (damaged.length - head));
          return damaged.slice(0, place) + put + damaged.slice(place + length);
        }, whole);
        // A line ends where the next one begins.
        fc.pre(!text.includes('\n'));
        const answer = read(text);
        expect(answer.kind).toBe(judgedElsewhere(text));
        expectSameInShort(text, answer);
      }),
      { numRuns: 5_000 },
    );
  });
});
