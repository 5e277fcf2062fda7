import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUsage, parseQuantity } from '../../../commands/drive/comparison.ts';
import { spanOf, truthOf } from '../../../commands/drive/truth.ts';
import { decimalText, formatQuantity } from '../../../domain/metering/quantity.ts';

const hourMs = 3_600_000;
const ten = Date.parse('2026-11-21T10:00:00Z');
const truth = truthOf('a', [
  { deviceId: 'd1', occurredAt: ten, quantity: Number.MAX_SAFE_INTEGER },
  { deviceId: 'd1', occurredAt: ten + hourMs - 1, quantity: 2 },
  { deviceId: 'd2', occurredAt: ten, quantity: 5 },
  { deviceId: 'd2', occurredAt: ten + hourMs, quantity: 7 },
]);
const span = spanOf(truth);
const d1 = '9007199254740993';
const sum = '9007199254740998';

type Window = Record<'value' | 'events' | 'devices', unknown>;

/** The right answer, four windows, changed. */
function answer(change: (windows: Window[]) => void = () => {}, total: Record<string, unknown> = {}) {
  const amounts: Window[] = [
    { value: 0, events: 0, devices: [] },
    {
      value: sum,
      events: 3,
      devices: [
        { deviceId: 'd1', value: d1, events: 2 },
        { deviceId: 'd2', value: 5, events: 1 },
      ],
    },
    { value: 7, events: 1, devices: [{ deviceId: 'd2', value: 7, events: 1 }] },
    { value: 0, events: 0, devices: [] },
  ];
  const windows = amounts.map((amount, index) => ({
    start: new Date(ten + (index - 1) * hourMs).toISOString(),
    end: new Date(ten + index * hourMs).toISOString(),
    ...amount,
  }));
  change(windows);
  return { total: '9007199254741005', events: 4, windows, ...total };
}

describe('the comparison', () => {
  it('asks an hour more at each end', () => {
    expect([span.from * hourMs, span.to * hourMs]).toEqual([ten - hourMs, ten + 3 * hourMs]);
  });

  it('finds nothing in the right answer', () => {
    expect(compareUsage(truth, span, 0, answer())).toEqual({
      differences: [],
      foundEvents: 4,
      onlyMissing: false,
    });
  });

  it('takes what is missing as on its way, and names window and device', () => {
    const late = answer(
      (windows) => Object.assign(windows[2] as Window, { value: 0, events: 0, devices: [] }),
      { total: sum, events: 3 },
    );
    const { differences, onlyMissing } = compareUsage(truth, span, 0, late);
    expect(onlyMissing).toBe(true);
    const at = '2026-11-21T11:00:00.000Z';
    expect(differences).toEqual([
      { accountId: 'a', at, what: 'events', expected: '1', found: '0' },
      { accountId: 'a', at, what: 'value', expected: '7', found: '0' },
      { accountId: 'a', deviceId: 'd2', at, what: 'events', expected: '1', found: '0' },
      { accountId: 'a', deviceId: 'd2', at, what: 'value', expected: '7', found: '0' },
    ]);
  });

  it.each([
    ['a device too many', (w: Window[]) => (w[3]!.devices = [{ deviceId: 'x', value: 0, events: 1 }])],
    ['a window too large', (w: Window[]) => (w[2]!.value = 8)],
    ['a sum off by one where doubles are', (w: Window[]) => (w[1]!.value = '9007199254740997')],
    ['an unsafe number', (w: Window[]) => (w[1]!.value = 9007199254740998)],
    ['a hole in the list', (w: Window[]) => w.splice(3, 1)],
    ['a window outside the span', (w: Window[]) => w.push(late())],
    ['devices that are no list', (w: Window[]) => (w[1]!.devices = 'x')],
  ])('does not wait any longer for %s', (_, change) => {
    const { differences, onlyMissing } = compareUsage(truth, span, 0, answer(change));
    expect(differences.length).toBeGreaterThan(0);
    expect(onlyMissing).toBe(false);
  });

  it('holds the totals against the windows', () => {
    const wrong = compareUsage(truth, span, 0, answer(undefined, { total: 1, events: 5 }));
    expect(wrong.differences.map(({ at }) => at)).toEqual(['total', 'events']);
  });

  const late = (): Window =>
    Object.assign(
      { start: new Date(ten + 9 * hourMs).toISOString(), end: new Date(ten + 10 * hourMs).toISOString() },
      { value: 0, events: 0, devices: [] },
    );
});

describe('a quantity of an answer', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.nat({ max: 6 }), (quantity, scale) => {
        expect(parseQuantity(decimalText(quantity, scale), scale)).toBe(quantity);
        const formatted = formatQuantity(quantity, scale);
        if (!String(formatted).includes('e')) expect(parseQuantity(formatted, scale)).toBe(quantity);
      }),
    );
  });

  it.each([[2 ** 53], [Number.NaN], ['1e3'], ['1.234'], [''], [null], ['-1']])('%s is none', (value) => {
    expect(parseQuantity(value, 2)).toBeUndefined();
  });
});
