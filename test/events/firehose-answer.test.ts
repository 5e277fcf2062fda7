import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerBytesMax, answerRecords, noRoom } from '../../events/firehose-answer.ts';
import { recordBytesMax } from '../../events/stream-record.ts';

const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');

/** As long as those that Firehose gives. */
const recordId = (place: number): string =>
  `4957873408644225903749749298062023384040017339048211${String(place).padStart(24, '0')}`;

const records = (lines: unknown[]) =>
  lines.map((line, place) => ({ recordId: recordId(place), data: base64(line) }));

const event = {
  specversion: '1.0',
  id: 'e1',
  source: 'd',
  type: 't',
  time: '2026-11-21T10:05:00Z',
};
const line = { tenantId: 'T', receivedAt: '2026-11-21T10:05:01Z', config: 1, event };
const withData = (data: unknown, more: object = {}) => ({ ...line, event: { ...event, ...more, data } });

const answerBytes = (answer: object): number => Buffer.byteLength(JSON.stringify(answer));

describe('the answer to Firehose', () => {
  it('has the row, and the keys of its partition', () => {
    const { records: answered, ...counts } = answerRecords(
      records([withData({ bytes: 1 }, { type: 'vpn.usage' })]),
    );
    expect(counts).toEqual({ rows: 1, dropped: 0, failed: {} });
    expect(answered).toEqual([
      {
        recordId: recordId(0),
        result: 'Ok',
        data: expect.any(String),
        metadata: {
          partitionKeys: {
            tenant: 'T',
            table: 'vpn_usage',
            version: '1',
            year: '2026',
            month: '11',
            day: '21',
          },
        },
      },
    ]);
    const [first] = answered;
    const row = JSON.parse(Buffer.from(first?.result === 'Ok' ? first.data : '', 'base64').toString());
    expect(row).toMatchObject({ id: 'e1', data: '{"bytes":1}' });
  });

  it('drops heartbeats and what is for others, and fails what cannot be read', () => {
    const { records: answered, ...counts } = answerRecords([
      ...records([
        { heartbeat: '2026-11-21T10:05:00Z', shardId: 's' },
        { ...line, for: ['record-usage'] },
        'garbage',
        line,
      ]),
      { recordId: 'not-utf8', data: Buffer.of(0x7b, 0xff, 0x7d).toString('base64') },
      { recordId: 'not-base64', data: '!' },
      { recordId: 'empty', data: '' },
    ]);
    expect(answered.map(({ result }) => result)).toEqual([
      'Dropped',
      'Dropped',
      'ProcessingFailed',
      'Ok',
      'ProcessingFailed',
      'ProcessingFailed',
      'ProcessingFailed',
    ]);
    expect(counts).toEqual({
      rows: 1,
      dropped: 2,
      failed: { 'the line is not a JSON object': 3, 'the line is not UTF-8': 1 },
    });
  });

  it('keeps what is not ASCII', () => {
    const data = { name: 'Žofie ✓ \u{1f600} "q" \\' };
    const [first] = answerRecords(records([withData(data)])).records;
    const row = JSON.parse(Buffer.from(first?.result === 'Ok' ? first.data : '', 'base64').toString());
    expect(JSON.parse(row.data)).toEqual(data);
  });

  it('names the day of each record, whatever came before', () => {
    const days = ['2026-11-21', '2026-11-20', '2026-11-21'].map((day) => ({
      ...line,
      event: { ...event, time: `${day}T23:59:59.999Z` },
    }));
    const answered = answerRecords(records(days)).records;
    expect(answered.map((one) => (one.result === 'Ok' ? one.metadata.partitionKeys.day : ''))).toEqual([
      '21',
      '20',
      '21',
    ]);
  });

  const anyLine = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.constant(JSON.stringify({ heartbeat: '2026-11-21T10:05:00Z', shardId: 's' })),
    fc.jsonValue().map((value) => JSON.stringify(withData({ value }))),
    fc.string({ minLength: 1 }).map((id) => JSON.stringify({ ...line, event: { ...event, id } })),
  );

  it('answers every record once, in order, within any bound that has room for failures', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ recordId: fc.oneof(fc.uuid(), fc.string()), data: anyLine.map(base64) }), {
          maxLength: 40,
        }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (given, share) => {
          const least = answerBytes({
            records: given.map(({ recordId: id }) => ({ recordId: id, result: 'ProcessingFailed' })),
          });
          const whole = answerRecords(given);
          const bound = Math.ceil(least + 8 + share * answerBytes({ records: whole.records }));
          const bounded = answerRecords(given, bound);
          expect(answerBytes({ records: bounded.records })).toBeLessThanOrEqual(bound);
          expect(bounded.records.map(({ recordId: id }) => id)).toEqual(given.map(({ recordId: id }) => id));
          const failures = Object.values(bounded.failed).reduce((sum, n) => sum + n, 0);
          expect(bounded.rows + bounded.dropped + failures).toBe(given.length);
          for (const [place, answered] of bounded.records.entries()) {
            const full = whole.records[place];
            expect(answered.result === 'ProcessingFailed' || answered.result === full?.result).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

const megabyte = 1024 * 1024;

/** As many of the line as have so many bytes of base64 data, and the records around it as Firehose sends them. */
function invocation(text: string, bytesMax: number) {
  const around =
    answerBytes({ recordId: recordId(0), approximateArrivalTimestamp: 1_795_255_501_123, data: '' }) + 1;
  const each = around + base64(text).length;
  return records(Array.from({ length: Math.floor(bytesMax / each) }, () => text));
}

/** Lines that grow most on their way: short ones, escapes, quotes, types whose table has a long name, and the like. */
const growing: Record<string, unknown> = {
  'the shortest event': line,
  'escaped quotes': withData({ a: '"'.repeat(30_000) }),
  backslashes: withData({ a: '\\'.repeat(30_000) }),
  'many members': withData(Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`${n}`, 0]))),
  'empty objects': withData({ a: Array.from({ length: 10_000 }, () => ({})) }),
  'empty texts': withData({ a: Array.from({ length: 20_000 }, () => '') }),
  'other attributes': {
    ...line,
    event: { ...event, ...Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`x${n}`, ''])) },
  },
  'a type without a plain letter': { ...line, event: { ...event, type: 'É'.repeat(128) } },
  'a short type of escapes': { ...line, event: { ...event, type: '-'.repeat(25) } },
  'the largest event': withData({ a: '"'.repeat(32_000) }),
  heartbeats: { heartbeat: '2026-11-21T10:05:00Z', shardId: '' },
  garbage: '',
};

describe('its size', () => {
  it.each(Object.keys(growing))('stays below 6 MB at 6 MB of input: %s', (what) => {
    const text =
      typeof growing[what] === 'string' ? (growing[what] as string) : JSON.stringify(growing[what]);
    const given = invocation(text, 6 * megabyte);
    const { records: answered, failed } = answerRecords(given);
    expect(answered).toHaveLength(given.length);
    expect(answerBytes({ records: answered })).toBeLessThanOrEqual(answerBytesMax);
    expect(Object.keys(failed).filter((detail) => detail !== noRoom && what !== 'garbage')).toEqual([]);
  });

  /** The template's BufferSizeInMBs; a record of the stream is the most that may come on top. */
  it.each(Object.keys(growing).filter((what) => what !== 'garbage'))(
    'leaves room for every row where Firehose gathers one megabyte: %s',
    (what) => {
      const text =
        typeof growing[what] === 'string' ? (growing[what] as string) : JSON.stringify(growing[what]);
      const lines = Math.ceil((megabyte + recordBytesMax) / Buffer.byteLength(text));
      const given = records(Array.from({ length: lines }, () => text));
      const { records: answered, failed } = answerRecords(given);
      expect(failed[noRoom]).toBeUndefined();
      expect(answerBytes({ records: answered })).toBeLessThan(4.5 * (megabyte + recordBytesMax));
    },
  );
});
