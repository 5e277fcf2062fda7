import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notJson, skipSpace, skipValue } from '../../events/json-scan.ts';
import { JsonSlices } from '../../events/json-slices.ts';
import { LineBytes } from '../../events/line-bytes.ts';

const levelsMax = 40;

/** Whether the scan takes all of it for one JSON value. */
function isJson(text: string | Uint8Array, levels = levelsMax): boolean {
  const { bytes, length } = LineBytes.of(text);
  const end = skipValue(bytes, skipSpace(bytes, 0), levels);
  return end !== notJson && skipSpace(bytes, end) === length;
}

const slices = new JsonSlices(['id', 'data', 'time']);
const read = (text: string | Uint8Array, levels = levelsMax) => {
  const { bytes, length } = LineBytes.of(text);
  return slices.read(bytes, 0, levels) === length;
};

/** The members of an object, as they are cut out; undefined where it is none to the end of the text. */
function members(text: string, levels = levelsMax): [name: unknown, value: unknown][] | undefined {
  if (!read(text, levels)) return undefined;
  const { bytes } = LineBytes.of(text);
  return Array.from({ length: slices.members }, (_, turn) => {
    const member = bytes.toString('utf8', slices.nameStart(turn), slices.valueEnd(turn));
    return Object.entries(JSON.parse(`{${member}}`))[0] as [unknown, unknown];
  });
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Texts that are nearly JSON: an object's JSON with a few of its characters changed, left out or put in. */
const nearlyJson = fc
  .tuple(
    fc.json({ maxDepth: 4 }).map((json) => (json.startsWith('{') ? json : `{"a":${json}}`)),
    fc.array(
      fc.record({
        at: fc.nat(200),
        length: fc.nat(2),
        text: fc.string({
          maxLength: 2,
          unit: fc.constantFrom(...'{}[]":,\\ \t\n\u0000eE+-.0123u/nrtfalse\u007fé'),
        }),
      }),
      { maxLength: 3 },
    ),
  )
  .map(([json, edits]) =>
    edits.reduce((text, { at, length, text: put }) => {
      const place = at % text.length || 1;
      return text.slice(0, place) + put + text.slice(place + length);
    }, json),
  );

describe('a JSON value', () => {
  it('is one where JSON.parse says so', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        expect(isJson(text)).toBe(parsed(text) !== undefined);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is in UTF-8', () => {
    const bytes = fc.array(
      fc.oneof(
        fc.integer({ min: 0x80, max: 0xff }),
        fc.constantFrom(
          0x20,
          0x7f,
          0xc1,
          0xc2,
          0xe0,
          0xed,
          0xef,
          0xf0,
          0xf4,
          0xf5,
          0x80,
          0x8f,
          0x90,
          0x9f,
          0xa0,
          0xbf,
        ),
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(bytes, (within) => {
        expect(isJson(Uint8Array.from([0x22, ...within, 0x22]))).toBe(isUtf8(Uint8Array.from(within)));
      }),
      { numRuns: 20_000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(isJson(JSON.stringify(text))).toBe(true);
      }),
    );
  });
});

describe('the members of an object', () => {
  it('are those that JSON.parse finds, and it is one where JSON.parse says so', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        const value = parsed(text.trimEnd());
        const found = members(text.trimEnd());
        expect(found !== undefined).toBe(isObject(value));
        if (found) {
          const object = JSON.parse('{}');
          for (const [name, member] of found)
            Object.defineProperty(object, name as string, {
              value: member,
              enumerable: true,
              configurable: true,
              writable: true,
            });
          expect(object).toEqual(value);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    '',
    '[]',
    '"{}"',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{,}',
    '{a:1}',
    '{"a":01}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":+1}',
    '{"a":-}',
    '{"a":1e}',
    '{"a":1e+}',
    '{"a":nul}',
    '{"a":NaN}',
    '{"a":"\\x"}',
    '{"a":"\\u12g4"}',
    '{"a":"\\u12"}',
    '{"a":"\t"}',
    '{"a":"',
    '{"a":"\\',
    '{"a":[1,]}',
    '{"a":[,]}',
    '{"a":[1 2]}',
    '{"a":1}}',
    '{"a":\u00a01}',
  ])('are none of %j', (text) => {
    expect(parsed(text) === undefined || !isObject(parsed(text))).toBe(true);
    expect(members(text)).toBeUndefined();
  });

  it('may be nested so deep and no deeper, and what is deeper overflows nothing', () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
    expect(members(nested(5), 5)).toBeDefined();
    expect(members(nested(6), 5)).toBeUndefined();
    expect(members(`{"a":${'['.repeat(4)}${']'.repeat(4)}}`, 5)).toBeDefined();
    expect(members(`{"a":${'['.repeat(5)}${']'.repeat(5)}}`, 5)).toBeUndefined();
    expect(members(`{"a":${'['.repeat(200_000)}`)).toBeUndefined();
  });
});

describe('slices of known members', () => {
  it('are as they were sent, the others apart', () => {
    expect(read('{"x":1.50,"id":"a\\"b","data": { "n" : 0.10 },"__proto__": [1]}')).toBe(true);
    expect(slices.json(0)).toBe('"a\\"b"');
    expect(slices.value(0)).toBe('a"b');
    expect(slices.json(1)).toBe('{ "n" : 0.10 }');
    expect(slices.value(1)).toEqual({});
    expect(slices.json(2)).toBeUndefined();
    expect(slices.value(2)).toBeUndefined();
    expect(slices.others()).toEqual(['"x":1.50', '"__proto__": [1]']);
  });

  it('are of the last of members that share a name, which may be escaped', () => {
    expect(read('{"id":1,"\\u0069d":2}')).toBe(true);
    expect([slices.value(0), slices.hasRepeats]).toEqual([2, true]);
    expect(slices.others()).toEqual([]);
  });

  it('forget the object before', () => {
    read('{"id":"1","id":"é","x":2}');
    read('{"time":true}');
    expect([slices.value(0), slices.value(2), slices.others()]).toEqual([undefined, true, []]);
    expect([slices.members, slices.hasRepeats]).toEqual([1, false]);
  });

  it('are found in whatever order, and however many others there are', () => {
    const others = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`x${n}`, n]));
    for (const object of [
      { id: 1, time: 2 },
      { time: 2, id: 1 },
      { ...others, time: 2, id: 1 },
      { time: 2 },
    ]) {
      expect(read(JSON.stringify(object))).toBe(true);
      expect([slices.value(0), slices.value(2)]).toEqual(['id' in object ? 1 : undefined, 2]);
      expect(slices.others()).toHaveLength(Object.keys(object).length - ('id' in object ? 2 : 1));
    }
  });

  it('say whether their texts stand for themselves', () => {
    read('{"id":"é","time":"\\u0061","data":{"a":"b"}}');
    expect([0, 1, 2].map((place) => slices.isPlain(place))).toEqual([false, true, false]);
  });

  it('may hold an object of known members itself', () => {
    const inner = new JsonSlices(['a', 'b']);
    const outer = new JsonSlices(['x', 'inner'], { place: 1, slices: inner });
    const { bytes, length } = LineBytes.of('{"x":1,"inner":{"b":[2],"c":3},"d":4}');
    expect(outer.read(bytes, 0, levelsMax)).toBe(length);
    expect([inner.json(1), inner.others(), outer.others()]).toEqual(['[2]', ['"c":3'], ['"d":4']]);
    expect(outer.read(LineBytes.of('{"inner":1}').bytes, 0, levelsMax)).toBe(notJson);
  });
});
