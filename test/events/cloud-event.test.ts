import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCloudEvent, isId } from '../../events/cloud-event.ts';
import { sampleEvent } from './sample-events.ts';

const nested = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
const detailOf = (value: unknown): string => {
  const decoded = decodeCloudEvent(value);
  return decoded.ok ? 'no fault' : decoded.detail;
};

describe('decodeCloudEvent', () => {
  it('reads device, account, time and version', () => {
    expect(decodeCloudEvent(sampleEvent({ dataversion: 2 }))).toEqual({
      ok: true,
      event: {
        id: 'event-1',
        deviceId: 'phone-7',
        accountId: 'acct-42',
        type: 'vpn.usage',
        occurredAt: Date.UTC(2026, 10, 21, 10, 5),
        version: 2,
        data: { bytes: 1_048_576 },
      },
    });
  });

  it('needs neither account, version nor data', () => {
    const decoded = decodeCloudEvent(sampleEvent({ subject: undefined, data: undefined }));
    expect(decoded).toMatchObject({ ok: true, event: { version: 1, data: {} } });
    expect(decoded.ok && 'accountId' in decoded.event).toBe(false);
  });

  it.each([
    ['specversion', '0.3'],
    ['specversion', 1],
    ['id', ''],
    ['id', 7],
    ['id', 'a'.repeat(129)],
    ['id', `${'ü'.repeat(128)}1`],
    ['id', '€'.repeat(86)],
    ['id', 'a\u0000'],
    ['id', 'a\u007f'],
    ['id', 'a\u0085'],
    ['id', '\ud800'],
    ['id', 'x\udc00y'],
    ['source', null],
    ['source', 'line\nbreak'],
    ['subject', ''],
    ['subject', null],
    ['subject', { id: 'acct' }],
    ['type', 'a'.repeat(129)],
    ['type', ['vpn.usage']],
    ['time', 1_795_255_500],
    ['time', '2026-11-21T10:05:00'],
    ['time', '10000-01-01T00:00:00Z'],
    ['time', '2016-12-31T23:59:60Z'],
    ['dataversion', 0],
    ['dataversion', 10],
    ['dataversion', 1.5],
    ['dataversion', '1'],
    ['data', []],
    ['data', 'text'],
    ['data', null],
    ['data', JSON.rawJSON('1e400')],
  ])('refuses %s %j and says what is right', (name, value) => {
    expect(detailOf({ ...sampleEvent(), [name]: value })).toMatch(new RegExp(`^${name} must be `));
  });

  it.each(['specversion', 'id', 'source', 'type', 'time'])('misses %s', (name) => {
    expect(detailOf(sampleEvent({ [name]: undefined }))).toMatch(
      new RegExp(`^${name} is missing: it must be `),
    );
  });

  it.each([null, 1, 'event', true, [], JSON.rawJSON('1e400')])('takes no %j for an event', (value) => {
    expect(detailOf(value)).toBe('an event must be a JSON object');
  });

  it('names every fault at once', () => {
    const faults = detailOf({ specversion: '2', id: 1, source: 2, subject: 3, type: 4, time: 5, data: 6 });
    expect(faults.split('; ').map((fault) => fault.split(' ')[0])).toEqual([
      'specversion',
      'id',
      'source',
      'subject',
      'type',
      'time',
      'data',
    ]);
  });

  it('takes data nested 32 deep and no deeper, in arrays and other attributes too', () => {
    expect(decodeCloudEvent(sampleEvent({ data: nested(32) })).ok).toBe(true);
    expect(detailOf(sampleEvent({ data: nested(33) }))).toContain('nested at most 32 deep');
    const arrays = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(detailOf({ ...sampleEvent(), data: { arrays } })).toContain('nested at most 32 deep');
    expect(detailOf({ ...sampleEvent(), extension: arrays })).toContain('nested at most 32 deep');
  });

  it('keeps __proto__ keys as data', () => {
    const text = JSON.stringify(sampleEvent()).replace(
      '"data":{',
      '"__proto__":{"subject":"evil"},"data":{"__proto__":{"bytes":5},',
    );
    const value = JSON.parse(text.replace('"subject":"acct-42",', ''));
    const decoded = decodeCloudEvent(value);
    expect(decoded.ok && decoded.event.accountId).toBeUndefined();
    expect(JSON.stringify(decoded.ok && decoded.event.data)).toBe(
      '{"__proto__":{"bytes":5},"bytes":1048576}',
    );
    expect(Object.getPrototypeOf({}).bytes).toBeUndefined();
  });

  it('answers the same where it is told that all texts are of printable ASCII', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((unit) => String.fromCharCode(unit)),
      maxLength: 140,
    });
    const attribute = fc.oneof(printable, fc.constantFrom(undefined, null, 5, ''));
    fc.assert(
      fc.property(
        fc.record({ id: attribute, source: attribute, subject: attribute, type: attribute }),
        (attributes) => {
          const event = { ...sampleEvent(), ...attributes };
          expect(decodeCloudEvent(event, true)).toEqual(decodeCloudEvent(event));
        },
      ),
    );
  });
});

describe('isId', () => {
  it('takes 128 characters of up to 256 bytes, whatever their script', () => {
    expect(isId('a'.repeat(128))).toBe(true);
    expect(isId('ü'.repeat(128))).toBe(true);
    expect(isId('😀'.repeat(64))).toBe(true);
    expect(isId('😀'.repeat(65))).toBe(false);
    // 50 + 56 characters of 256 bytes, though 156 UTF-16 units.
    expect(isId('😀'.repeat(50) + 'a'.repeat(56))).toBe(true);
  });

  it('holds exactly what the bounds say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 140 }), (text) => {
        const isRight =
          text.isWellFormed() &&
          text.length > 0 &&
          [...text].length <= 128 &&
          Buffer.byteLength(text) <= 256 &&
          !/\p{Cc}/u.test(text);
        expect(isId(text)).toBe(isRight);
      }),
    );
  });
});
