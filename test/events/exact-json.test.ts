import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactJson } from '../../events/exact-json.ts';

const roundTrip = (text: string): string => JSON.stringify(parseExactJson(text));

describe('parseExactJson', () => {
  it.each([
    '[{"a":12345678901234567890}]',
    '[{"a":0.1234567890123456789}]',
    '[{"a":1e400},{"b":-1E-400}]',
    '{"a":{"b":[9007199254740993]}}',
    '{"a":"12345678901234567890","b":12345678901234567890}',
    '{"a":"quote \\" [ { ] } , \\\\","b":[12345678901234567890]}',
    '[[12345678901234567890],{"a":1}]',
  ])('gives %s back unchanged', (text) => {
    expect(roundTrip(text)).toBe(text);
  });

  it.each([
    ['[1.0]', '[1]'],
    ['[1.000000000000000000000]', '[1]'],
    ['[0.000000000000000000000]', '[0]'],
    ['[100e-2, 1E5]', '[1,100000]'],
    ['[0.10000000000000000]', '[0.1]'],
    ['[ 1e2 , {"a" : 12345678901234567890 } ]', '[100,{"a":12345678901234567890}]'],
  ])('makes %s plain numbers where a double holds them: %s', (text, plain) => {
    expect(roundTrip(text)).toBe(plain);
  });

  it('leaves __proto__ keys what they are', () => {
    const text = '[{"__proto__":{"a":12345678901234567890},"b":1e400}]';
    expect(roundTrip(text)).toBe(text);
  });

  it('throws SyntaxError as JSON.parse does', () => {
    for (const text of ['', '[', 'NaN', '[Infinity]', '[1e]', '[01234567890123456789]', '\ufeff[]']) {
      expect(() => parseExactJson(text)).toThrow(SyntaxError);
    }
  });

  it('does not overflow however deep a member is, and stays exact beside it', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const [, sound] = parseExactJson(`[${deep},{"a":12345678901234567890}]`) as unknown[];
    expect(JSON.stringify(sound)).toBe('{"a":12345678901234567890}');
    expect(parseExactJson(`{"a":${deep},"b":1e400}`)).toHaveProperty('b');
  });

  const decimal = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.bigInt({ min: 0n, max: 10n ** 25n }),
      fc.nat(24),
      fc.integer({ min: -330, max: 330 }),
    )
    .map(([sign, digits, places, exponent]) => {
      const padded = digits.toString().padStart(places + 1, '0');
      const point = padded.length - places;
      const fraction = places === 0 ? '' : `.${padded.slice(point)}`;
      return `${sign}${padded.slice(0, point)}${fraction}${exponent % 3 === 0 ? `e${exponent}` : ''}`;
    });

  /** The exact value as a fraction of integers, so that texts of one value compare equal. */
  function fractionOf(text: string): string {
    const [mantissa = '', power = '0'] = text.toLowerCase().split('e');
    const [whole = '', fraction = ''] = mantissa.split('.');
    let digits = BigInt(whole.replace('-', '') + fraction);
    let exponent = BigInt(power) - BigInt(fraction.length);
    if (digits === 0n) return '0';
    for (; digits % 10n === 0n; digits /= 10n) exponent += 1n;
    return `${whole.startsWith('-') ? '-' : ''}${digits}e${exponent}`;
  }

  it('loses no digit of any number, among any white space', () => {
    const space = fc.constantFrom('', ' ', '\n\t');
    fc.assert(
      fc.property(fc.array(fc.tuple(decimal, space), { minLength: 1 }), (numbers) => {
        const text = `[${numbers.map(([number, blank]) => `${blank}${number}${blank}`).join(',')}]`;
        const again = roundTrip(text).slice(1, -1).split(',');
        expect(again.map(fractionOf)).toEqual(numbers.map(([number]) => fractionOf(number)));
      }),
      { numRuns: 500 },
    );
  });

  it('is JSON.parse for whatever a double holds', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseExactJson(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });
});
