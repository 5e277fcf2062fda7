import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamPartition, streamPartitions } from '../../domain/metering/intake/stream-partition.ts';
import type { CloudEvent } from '../../events/cloud-event.ts';
import {
  decodeStreamRecord,
  type EventLine,
  encodeStreamRecords,
  isFor,
  recordBytesMax,
  recordLinesMax,
} from '../../events/stream-record.ts';
import { sampleEvent } from './sample-events.ts';

const receivedAt = '2026-11-21T10:05:30.000Z';
const lineOf = (event: CloudEvent, more: Partial<EventLine> = {}): EventLine => ({
  tenantId: 'T001',
  receivedAt,
  config: 7,
  event,
  ...more,
});
const textOf = (data: Uint8Array): string => Buffer.from(data).toString();
const decodeText = (text: string) => decodeStreamRecord(Buffer.from(text));

const anyLine = fc
  .record({
    tenantId: fc.constantFrom('T001', 'T002'),
    config: fc.nat(),
    subject: fc.option(fc.string({ minLength: 1, maxLength: 20 }), { nil: undefined }),
    data: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4 }),
    filler: fc.oneof({ weight: 9, arbitrary: fc.nat(50) }, { weight: 1, arbitrary: fc.nat(60_000) }),
    consumers: fc.option(fc.constant<EventLine['for']>(['record-usage']), { nil: undefined }),
  })
  .map(({ tenantId, config, subject, data, filler, consumers }) =>
    lineOf(sampleEvent({ subject, data: { ...data, filler: '€'.repeat(filler / 3) } }), {
      tenantId,
      config,
      ...(consumers && { for: consumers }),
    }),
  );

describe('encodeStreamRecords', () => {
  it('loses nothing, keeps the order within a key, and stays within its bounds', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 60 }), (lines) => {
        const records = encodeStreamRecords(lines);
        for (const { data, lines: count } of records) {
          expect(data.length).toBeLessThanOrEqual(recordBytesMax);
          expect(count).toBeLessThanOrEqual(recordLinesMax);
        }
        const byKey = (of: EventLine[]) =>
          Object.groupBy(
            of,
            ({ tenantId, event }) => `${tenantId}/${streamPartition(event.subject ?? event.source)}`,
          );
        const decoded = records.flatMap(({ partitionKey, data }) =>
          (decodeStreamRecord(data).lines as EventLine[]).map((line) => ({ partitionKey, line })),
        );
        expect(byKey(decoded.map(({ line }) => line))).toEqual(byKey(lines));
        for (const { partitionKey, line } of decoded) {
          expect(partitionKey).toBe(
            `${line.tenantId}/${streamPartition(line.event.subject ?? line.event.source)}`,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it('makes one record of one account and at most 64 of a thousand', () => {
    const thousand = Array.from({ length: 1_000 }, (_, at) => lineOf(sampleEvent({ subject: `acct-${at}` })));
    expect(encodeStreamRecords(thousand).length).toBeLessThanOrEqual(streamPartitions);
    expect(encodeStreamRecords(thousand.slice(0, 1))).toHaveLength(1);
    const one = Array.from({ length: 501 }, () => lineOf(sampleEvent()));
    expect(encodeStreamRecords(one).map(({ lines }) => lines)).toEqual([500, 1]);
  });

  it('writes the line that the contract shows, an event given as text included', () => {
    const line = lineOf(sampleEvent());
    const [plain] = encodeStreamRecords([line]);
    const [given] = encodeStreamRecords([line], [JSON.stringify(line.event)]);
    const text = `{"tenantId":"T001","receivedAt":"${receivedAt}","config":7,"event":${JSON.stringify(line.event)}}\n`;
    expect(textOf(plain!.data)).toBe(text);
    expect(textOf(given!.data)).toBe(text);
    const replayed = lineOf(sampleEvent(), { for: ['record-usage'] });
    const [marked] = encodeStreamRecords([replayed], [JSON.stringify(replayed.event)]);
    expect(decodeStreamRecord(marked!.data).lines).toEqual([replayed]);
  });
});

describe('decodeStreamRecord', () => {
  const good = JSON.stringify(lineOf(sampleEvent()));

  it('reads heartbeats, blank lines, and a last line without its end', () => {
    const heartbeat = { heartbeat: '2026-11-21T10:05:00Z', shardId: 'shardId-000000000001' };
    const { lines, bad } = decodeText(`${good}\n\n \r\n${JSON.stringify(heartbeat)}\n${good}`);
    expect(lines).toEqual([lineOf(sampleEvent()), heartbeat, lineOf(sampleEvent())]);
    expect(bad).toEqual([]);
  });

  it.each([
    ['garbage', 'garbage'],
    ['a cut line', good.slice(0, 60)],
    ['two objects', `${good},${good}`],
    ['an open array', '{"tenantId":"T001","event":[1'],
    ['its closing', '2]}'],
    ['an open string', '{"tenantId":"T001'],
    ['a bare value', 'null'],
    ['an array', `[${good}]`],
    ['no tenant', good.replace('"tenantId":"T001",', '')],
    ['a tenant that would reach other keys', good.replace('T001', 'T001#x')],
    ['a tenant that is no text', good.replace('"T001"', '1')],
    ['no revision', good.replace('"config":7,', '')],
    ['a revision that is none', good.replace('"config":7', '"config":7.5')],
    ['a time that is none', good.replace(receivedAt, 'yesterday')],
    [
      'an event that is none',
      '{"tenantId":"T001","receivedAt":"2026-11-21T10:05:30Z","config":7,"event":[]}',
    ],
    ['consumers that are none', `${good.slice(0, -1)},"for":"record-usage"}`],
    ['a heartbeat without shard', '{"heartbeat":"2026-11-21T10:05:00Z"}'],
  ])('sets %s aside and reads the lines around it', (_what, text) => {
    const { lines, bad } = decodeText(`${good}\n${text}\n${good}\n`);
    expect(lines).toHaveLength(2);
    expect(bad.map(({ bytes }) => textOf(bytes))).toEqual([text]);
    expect(bad[0]?.detail).toMatch(/^the line is (not JSON|neither)/);
  });

  it('keeps the bytes of what is not UTF-8', () => {
    const garbage = Buffer.from([0xff, 0xfe, 0x7b, 0x00]);
    const { lines, bad } = decodeStreamRecord(
      Buffer.concat([Buffer.from(`${good}\n`), garbage, Buffer.from(`\n${good}\n`)]),
    );
    expect(lines).toHaveLength(2);
    expect(bad).toEqual([{ bytes: garbage, detail: 'the line is not UTF-8' }]);
  });

  it('accounts for every byte of any garbage', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.constant(Buffer.from(good)))),
        (parts) => {
          const isLine = (part: Uint8Array) => !part.includes(10) && textOf(part).trim() !== '';
          const sent = parts.filter(isLine);
          const record = Buffer.concat(sent.flatMap((part) => [part, Buffer.from('\n')]));
          const { lines, bad } = decodeStreamRecord(record);
          expect(lines.length + bad.length).toBe(sent.length);
          const garbage = sent.filter((part) => textOf(part) !== good);
          expect(bad.map(({ bytes }) => Buffer.from(bytes))).toEqual(
            garbage.map((part) => Buffer.from(part)),
          );
        },
      ),
    );
  });

  it('keeps the digits of large decimals, which two quantities may share a double in', () => {
    const text = good.replace('1048576', '9007199254.740991');
    const [line] = decodeText(text).lines as EventLine[];
    expect(JSON.stringify(line)).toBe(text);
  });

  it('passes a replay over for those that it is not for', () => {
    expect(isFor(lineOf(sampleEvent()), 'count-traffic')).toBe(true);
    expect(isFor(lineOf(sampleEvent(), { for: ['record-usage'] }), 'record-usage')).toBe(true);
    expect(isFor(lineOf(sampleEvent(), { for: ['record-usage'] }), 'count-traffic')).toBe(false);
  });
});

describe('streamPartition', () => {
  it('never moves an account, and spreads them', () => {
    const known = { '': 11, 'acct-42': 38, 'acct-43': 62, größe: 31, '😀': 38 };
    const found = Object.fromEntries(Object.keys(known).map((id) => [id, streamPartition(id)]));
    expect(found).toEqual(known);
    const counts = new Array(streamPartitions).fill(0);
    for (let at = 0; at < 64_000; at += 1) counts[streamPartition(`acct-${at}`)] += 1;
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1_150);
  });
});

describe('the pieces of a record', () => {
  it('reads a record longer than a piece as its lines one by one', () => {
    const anyText = fc.oneof(
      {
        weight: 6,
        arbitrary: fc
          .nat(2_000)
          .map((length) => JSON.stringify(lineOf(sampleEvent({ data: { filler: 'x'.repeat(length) } })))),
      },
      { weight: 1, arbitrary: fc.constantFrom('', 'garbage', '€', '"\\u00e9"') },
      { weight: 1, arbitrary: fc.constant(`"${'y'.repeat(70_000)}"`) },
    );
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 120 }), fc.boolean(), (texts, isEnded) => {
        const whole = decodeText(texts.join('\n') + (isEnded ? '\n' : ''));
        const each = texts.map(decodeText);
        expect(whole.lines).toEqual(each.flatMap(({ lines }) => lines));
        expect(whole.bad).toEqual(each.flatMap(({ bad }) => bad));
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['plain ASCII', good(), true],
    ['an escape', good({ note: '\\' }), false],
    ['a control character', good({ note: '\u007f' }), false],
    ['another alphabet', good({ note: 'é' }), false],
  ])('knows whether all texts are printable: %s', (_what, text, isPrintable) => {
    expect(decodeText(`${good()}\n${text}\n`).isPrintable).toBe(isPrintable);
  });
});

function good(data: Record<string, unknown> = {}): string {
  return JSON.stringify(lineOf(sampleEvent({ data })));
}
