import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notJson, scanMembers, skipValue } from '../../events/json-members.ts';
import { JsonSlices } from '../../events/json-slices.ts';

const levelsMax = 40;

/** The members of an object, as the scan cuts them out; undefined where it is none to the end of the text. */
function scanned(text: string, levels = levelsMax): [name: unknown, value: unknown][] | undefined {
  const members: [unknown, unknown][] = [];
  const end = scanMembers(text, 0, levels, (nameStart, nameEnd, start, left) => {
    const valueEnd = skipValue(text, start, left);
    if (valueEnd !== notJson)
      members.push([JSON.parse(text.slice(nameStart, nameEnd)), JSON.parse(text.slice(start, valueEnd))]);
    return valueEnd;
  });
  return end === text.length ? members : undefined;
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

describe('the members of an object', () => {
  it('are those that JSON.parse finds, and it is one where JSON.parse says so', () => {
    fc.assert(
      fc.property(nearlyJson, (text) => {
        const value = parsed(text.trimEnd());
        const members = scanned(text.trimEnd());
        expect(members !== undefined).toBe(isObject(value));
        if (members) {
          const object = JSON.parse('{}');
          for (const [name, member] of members)
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
    expect(scanned(text)).toBeUndefined();
  });

  it('may be nested so deep and no deeper, and what is deeper overflows nothing', () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
    expect(scanned(nested(5), 5)).toBeDefined();
    expect(scanned(nested(6), 5)).toBeUndefined();
    expect(scanned(`{"a":${'['.repeat(4)}${']'.repeat(4)}}`, 5)).toBeDefined();
    expect(scanned(`{"a":${'['.repeat(5)}${']'.repeat(5)}}`, 5)).toBeUndefined();
    expect(scanned(`{"a":${'['.repeat(200_000)}`)).toBeUndefined();
  });
});

describe('slices of known members', () => {
  const slices = new JsonSlices(['id', 'data', 'time']);
  const read = (text: string) => slices.read(text, 0, levelsMax);

  it('are as they were sent, the others apart', () => {
    const text = '{"x":1.50,"id":"a\\"b","data": { "n" : 0.10 },"__proto__":[1]}';
    expect(read(text)).toBe(text.length);
    expect(slices.json(0)).toBe('"a\\"b"');
    expect(slices.value(0)).toBe('a"b');
    expect(slices.json(1)).toBe('{ "n" : 0.10 }');
    expect(slices.value(1)).toEqual({});
    expect(slices.json(2)).toBeUndefined();
    expect(slices.value(2)).toBeUndefined();
    expect(slices.others).toEqual(['"x":1.50', '"__proto__":[1]']);
  });

  it('are of the last of members that share a name, which may be escaped', () => {
    expect(read('{"id":1,"\\u0069d":2}')).toBeGreaterThan(0);
    expect(slices.value(0)).toBe(2);
    expect(slices.others).toEqual([]);
  });

  it('forget the object before', () => {
    read('{"id":1,"x":2}');
    read('{"time":true}');
    expect([slices.value(0), slices.value(2), slices.others]).toEqual([undefined, true, []]);
  });
});
