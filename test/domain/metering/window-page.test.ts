import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asExactSum, type ExactSum, plus, plusSum } from '../../../domain/metering/windows/exact-sum.ts';
import { utf8Bytes, writeUtf8 } from '../../../domain/metering/windows/utf8.ts';
import { VarintReader, varintBytes, writeVarint } from '../../../domain/metering/windows/varint.ts';
import {
  countBytes,
  eachId,
  nameBytes,
  packCounts,
  packNames,
  unpackCounts,
  unpackNames,
  type WindowPage,
} from '../../../domain/metering/windows/window-page.ts';
import { fromItem, toItem } from '../../../infra/metering/window-items.ts';

const max = Number.MAX_SAFE_INTEGER;
const sum: fc.Arbitrary<ExactSum> = fc
  .oneof(fc.bigInt(0n, 2n ** 20n), fc.bigInt(2n ** 52n, 2n ** 54n), fc.bigInt(0n, 2n ** 120n))
  .map(asExactSum);
const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((each) => each.isWellFormed());

describe('sums', () => {
  it('are exact, and numbers only while a double holds them', () => {
    fc.assert(
      fc.property(sum, fc.oneof(fc.maxSafeNat(), fc.constant(max)), sum, (start, amount, other) => {
        const result = plus(start, amount);
        expect(BigInt(result)).toBe(BigInt(start) + BigInt(amount));
        expect(typeof result).toBe(BigInt(result) <= BigInt(max) ? 'number' : 'bigint');
        expect(BigInt(plusSum(start, other))).toBe(BigInt(start) + BigInt(other));
      }),
    );
  });

  it.each([
    [max, 1, 2n ** 53n],
    [max, max, 2n ** 54n - 2n],
    [max - 1, 1, BigInt(max)],
  ])('%d + %d is %d', (one, other, expected) => expect(BigInt(plus(one, other))).toBe(expected));
});

describe('varints', () => {
  it('give back every number, in as many bytes as foretold', () => {
    fc.assert(
      fc.property(fc.array(sum), (values) => {
        const bytes = new Uint8Array(values.reduce((total: number, value) => total + varintBytes(value), 0));
        let at = 0;
        for (const value of values) at = writeVarint(bytes, at, value);
        expect(at).toBe(bytes.length);
        const reader = new VarintReader(bytes);
        for (const value of values) expect(reader.sum()).toBe(value);
        expect(reader.isAtEnd).toBe(true);
      }),
    );
  });

  it('throw where they are cut off', () => {
    expect(() => new VarintReader(Uint8Array.of(0x80)).sum()).toThrow('ends before its last byte');
    expect(() => unpackNames(Uint8Array.of(5, 65))).toThrow('ends before its last byte');
  });
});

describe('UTF-8', () => {
  it('is what everybody else writes, for well-formed text', () => {
    fc.assert(
      fc.property(text, (each) => {
        const bytes = new Uint8Array(200);
        const end = writeUtf8(bytes, 3, each);
        expect([...bytes.subarray(3, end)]).toEqual([...Buffer.from(each)]);
        expect(utf8Bytes(each)).toBe(end - 3);
      }),
    );
  });

  it('keeps lone surrogates apart', () => {
    const bytesOf = (each: string) => {
      const bytes = new Uint8Array(20);
      return String(bytes.subarray(0, writeUtf8(bytes, 0, each)));
    };
    const texts = ['\ud800', '\udbff', '\udc00', '\ud800a', '\ufffd', '\u{10000}'];
    expect(new Set(texts.map(bytesOf)).size).toBe(texts.length);
    for (const each of texts) expect(utf8Bytes(each)).toBe(bytesOf(each).split(',').length);
  });
});

describe('a page', () => {
  const count = fc.record({ number: fc.nat(2 ** 30), value: sum, events: fc.nat(2 ** 30) });

  it('gives back names and counts', () => {
    fc.assert(
      fc.property(fc.array(text), fc.array(count), (names, counts) => {
        expect(
          unpackNames(
            packNames(names, new Uint8Array(names.reduce((sum, name) => sum + nameBytes(name), 0))),
          ),
        ).toEqual(names);
        const bytes = counts.reduce((total, each) => total + countBytes(each), 0);
        expect(unpackCounts(packCounts(counts, new Uint8Array(bytes)))).toEqual(counts);
      }),
    );
  });

  it('gives back ids wherever they lie in memory', () => {
    const bytes = Uint8Array.of(9, 9, 9, 1, 0, 0, 0, 255, 255, 255, 255);
    const ids: number[][] = [];
    eachId(bytes.subarray(3), (low, high) => ids.push([low, high]));
    expect(ids).toEqual([[1, -1]]);
    expect(() => eachId(bytes, () => {})).toThrow('no multiple of 8');
  });

  it('survives the table', () => {
    const bytes = fc.uint8Array({ maxLength: 50 });
    const page: fc.Arbitrary<WindowPage> = fc.record(
      {
        page: fc.nat(99_999),
        rev: fc.integer({ min: 1, max: 1_000_000 }),
        sealed: fc.boolean(),
        value: sum,
        events: fc.nat(100_000),
        ids: bytes,
        names: bytes,
        counts: bytes,
        keyVersion: fc.integer({ min: 1, max: 9_999 }),
        expiresAt: fc.nat(4_000_000_000),
      },
      { requiredKeys: ['page', 'rev', 'sealed', 'value', 'events', 'ids', 'names', 'counts', 'expiresAt'] },
    );
    const window = { tenantId: 'T001', accountId: 'a', meter: 'bytes', hour: 498_694 };
    fc.assert(
      fc.property(page, (each) => {
        expect(fromItem(toItem(window, each))).toEqual(each);
      }),
    );
  });
});
