import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantAt } from '../../events/line-instant.ts';
import { parseInstant } from '../../events/rfc3339.ts';

const read = (text: string): number => {
  const bytes = Buffer.from(`"${text}" `, 'latin1');
  return instantAt(bytes, 1, bytes.length - 2);
};

describe('a time in the bytes of a line', () => {
  const two = fc.integer({ min: 0, max: 62 }).map((number) => String(number).padStart(2, '0'));
  const near = fc
    .tuple(
      fc.constantFrom('2026-11-21', '2026-11-22', '2024-02-29', '2026-02-29', '1969-12-31'),
      fc.constantFrom('T', 't', ' '),
      fc.tuple(two, two, two).map((parts) => parts.join(':')),
      fc.constantFrom('', '.', '.1', '.12', '.123', '.1239', '.x', '.1x', '.0000000000000000001'),
      fc.constantFrom('Z', 'z', '+01:00', '-23:59', '', 'ZZ', '0'),
    )
    .map((parts) => parts.join(''));

  it('is what it is as a text, whichever was read before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(near, fc.string({ unit: 'binary-ascii' })), { maxLength: 8 }),
        (texts) => {
          expect(texts.map(read)).toEqual(texts.map(parseInstant));
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('is none where a character of it is another', () => {
    const right = '2026-11-21T10:05:01.250Z';
    for (let at = 0; at < right.length; at += 1) {
      for (const other of ['x', '\u0000', '9', ':', '/', '"', 'é']) {
        const text = right.slice(0, at) + other + right.slice(at + 1);
        expect([read(right), read(text)], text).toEqual([parseInstant(right), parseInstant(text)]);
      }
    }
  });
});
