import { describe, expect, it } from 'vitest';
import { conservationOf } from '../../../domain/reconciliation/conservation.ts';
import {
  isEqualLook,
  stayingDifference,
  type WindowLook,
} from '../../../domain/reconciliation/window-look.ts';

/** Each event counts 10. */
function look(given: {
  both?: string[];
  missing?: string[];
  extra?: string[];
  value?: bigint;
  faults?: string[];
}) {
  const { both = ['x', 'y'], missing = [], extra = [], faults = [] } = given;
  const sum = (events: number) => ({ events, value: BigInt(events) * 10n });
  const found = sum(both.length + extra.length);
  return {
    window: { tenantId: 'T001', accountId: 'a', meter: 'bytes', hour: 7 },
    found: { ...found, value: given.value ?? found.value },
    present: sum(both.length),
    expected: sum(both.length + missing.length),
    missing: new Map(missing.map((id) => [id, { source: 's', id }])),
    extra: new Set(extra),
    faults,
  } satisfies WindowLook;
}

describe('what stays different', () => {
  it('is nothing where one side was only ahead of the other', () => {
    expect(isEqualLook(look({ missing: ['a'] }))).toBe(false);
    expect(stayingDifference(look({ missing: ['a'] }), look({}))).toBeUndefined();
    expect(stayingDifference(look({ extra: ['a'] }), look({}))).toBeUndefined();
    // Other events are on their way the second time.
    expect(stayingDifference(look({ missing: ['a'] }), look({ missing: ['b'] }))).toBeUndefined();
    expect(stayingDifference(look({ extra: ['a'] }), look({ extra: ['b'] }))).toBeUndefined();
  });

  it('is what both looks see, and not what else is on its way', () => {
    const former = look({ missing: ['a', 'b'], extra: ['h'] });
    const latter = look({ missing: ['b', 'c'], extra: ['h', 'i'] });
    expect(stayingDifference(former, latter)).toMatchObject({
      missing: [{ source: 's', id: 'b' }],
      extra: ['h'],
      faults: [],
    });
  });

  it('is a total that is not the sum of its events, whatever is on its way to the window', () => {
    const wrong = look({ missing: ['a'], value: 21n });
    expect(stayingDifference(look({}), wrong)?.faults).toEqual(['its total is not the sum of its events']);
    expect(stayingDifference(wrong, look({}))).toBeUndefined();
  });

  it('cannot be told of a total while counted events are on their way to the lake, unless it is too small', () => {
    expect(stayingDifference(look({}), look({ extra: ['h'], value: 99n }))).toBeUndefined();
    expect(stayingDifference(look({}), look({ extra: ['h'], value: 19n }))?.faults).toHaveLength(1);
  });

  it('is a window that says more events than it names', () => {
    const wrong = { ...look({}), found: { events: 3, value: 20n } };
    expect(isEqualLook(wrong)).toBe(false);
    expect(stayingDifference(wrong, wrong)?.faults).toEqual(['it says 3 events and names 2']);
  });

  it('keeps what a window contradicts itself in', () => {
    const wrong = look({ faults: ['its devices do not add up to its total'] });
    expect(stayingDifference(wrong, wrong)?.faults).toEqual(['its devices do not add up to its total']);
  });
});

describe('conservation', () => {
  it('accounts for every stored copy', () => {
    const counts = {
      hour: 7,
      copies: 20,
      events: 15,
      unmetered: 3,
      quarantined: 2,
      unaccounted: 1,
      notInLake: 4,
    };
    const { stored, counted, duplicate, unmetered, quarantined, unaccounted } = conservationOf(counts);
    expect({ stored, counted, duplicate }).toEqual({ stored: 20, counted: 9, duplicate: 5 });
    expect(counted + duplicate + unmetered + quarantined + unaccounted).toBe(stored);
  });
});
