import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HashRange, TrackedShard } from '../../../domain/traffic/shard-heartbeats.ts';
import { mergedGaps, passedOver, watermarkOf } from '../../../domain/traffic/watermark.ts';

const minuteMs = 60_000;
const start = Date.parse('2026-11-21T10:00:00Z');
const half = 2n ** 127n;
const end = 2n ** 128n - 1n;
const rules = { now: start, allowedLatenessMs: 2 * minuteMs };

interface Given {
  from?: bigint;
  to?: bigint;
  /** Minutes before `start`. */
  passed?: number;
  passedOn?: number;
  since?: number;
  isOpen?: boolean;
}

const ago = (minutes: number): number => start - minutes * minuteMs;

const shard = (
  shardId: string,
  { from = 0n, to = end, passed, passedOn, since = 100, isOpen = true }: Given,
) => ({
  shardId,
  listed: { range: { from, to }, parents: [], isOpen, since: ago(since) },
  ...(passed !== undefined && { passed: { at: ago(passed), on: ago(passedOn ?? passed), position: '1' } }),
  gaps: [],
});

describe('the watermark', () => {
  it('is as far as the shard that is furthest behind, less the lateness that is allowed', () => {
    const shards = [shard('a', { to: half - 1n, passed: 1 }), shard('b', { from: half, passed: 2 })];
    expect(watermarkOf(shards, rules)).toEqual({ completeUntil: ago(4), state: 'ok', shards: [], gaps: [] });
  });

  it.each([
    { what: 'no shard is known', shards: [] },
    { what: 'none has passed anything', shards: [shard('a', { since: 1 })] },
    {
      what: 'one of two has not',
      shards: [shard('a', { to: half - 1n, passed: 1 }), shard('b', { from: half, since: 1 })],
    },
    { what: 'hash keys are missing at the end', shards: [shard('a', { to: half, passed: 1 })] },
    { what: 'hash keys are missing at the beginning', shards: [shard('a', { from: 1n, passed: 1 })] },
    {
      what: 'hash keys are missing between',
      shards: [shard('a', { to: half - 1n, passed: 1 }), shard('b', { from: half + 1n, passed: 1 })],
    },
    {
      what: 'what has passed is not listed yet',
      shards: [{ shardId: 'a', gaps: [], passed: { at: start, on: start, position: '1' } }],
    },
  ])('is nowhere while $what', ({ shards }) => {
    expect(watermarkOf(shards, rules)).toMatchObject({
      completeUntil: Number.NEGATIVE_INFINITY,
      state: 'ok',
    });
  });

  it('stays with a shard that was split until both halves have passed one', () => {
    const parent = shard('p', { passed: 3, isOpen: false });
    const left = shard('l', { to: half - 1n, passed: 1 });
    const right = shard('r', { from: half, since: 1 });
    expect(watermarkOf([parent, left, right], rules).completeUntil).toBe(ago(5));
    expect(
      watermarkOf([parent, left, { ...right, passed: { at: ago(2), on: start, position: '1' } }], rules),
    ).toMatchObject({
      completeUntil: ago(4),
      state: 'ok',
    });
  });

  it('stays with the later of two shards that were merged', () => {
    const shards = [
      shard('l', { to: half - 1n, passed: 1, isOpen: false }),
      shard('r', { from: half, passed: 2, isOpen: false }),
      shard('m', { since: 1 }),
    ];
    expect(watermarkOf(shards, rules).completeUntil).toBe(ago(4));
  });

  it('knows no more of a child that is not listed yet', () => {
    const shards = [shard('p', { passed: 3, isOpen: false }), shard('l', { to: half - 1n, passed: 1 })];
    expect(watermarkOf(shards, rules).completeUntil).toBe(ago(5));
  });
});

describe('the state of the stream', () => {
  it.each([
    { what: 'none was passed for five minutes', given: { passed: 5.1 }, state: 'stalled', since: 5.1 },
    {
      what: 'those that pass are over two minutes late',
      given: { passed: 60, passedOn: 0 },
      state: 'lagging',
      since: 60,
    },
    { what: 'one is over two minutes overdue', given: { passed: 3.1 }, state: 'lagging', since: 3.1 },
    { what: 'none was ever passed, and the shard is there', given: { since: 6 }, state: 'stalled', since: 6 },
    { what: 'the first is overdue', given: { since: 4 }, state: 'lagging', since: 4 },
  ])('is $state where $what', ({ given, state, since }) => {
    const { to, ...other } = { to: half - 1n, ...given };
    const shards = [shard('bad', { to, ...other }), shard('good', { from: half, passed: 0.5 })];
    expect(watermarkOf(shards, rules)).toMatchObject({ state, since: ago(since), shards: ['bad'] });
  });

  it('is the worst of any, and names those that make it so', () => {
    const quarter = half / 2n;
    const shards = [
      shard('slow', { to: quarter - 1n, passed: 30, passedOn: 1 }),
      shard('dead', { from: quarter, to: half - 1n, passed: 20 }),
      shard('gone', { from: half, to: end, passed: 10 }),
    ];
    expect(watermarkOf(shards, rules)).toMatchObject({
      state: 'stalled',
      since: ago(20),
      shards: ['dead', 'gone'],
    });
  });

  it('is that of the children where their parent is closed', () => {
    const shards = [
      shard('p', { passed: 10, isOpen: false }),
      shard('l', { to: half - 1n, passed: 0.1 }),
      shard('r', { from: half, since: 9 }),
    ];
    expect(watermarkOf(shards, rules)).toMatchObject({ state: 'stalled', since: ago(10), shards: ['r'] });
  });
});

describe('gaps', () => {
  it('are those of all shards, one where they meet', () => {
    const a = {
      ...shard('a', { to: half - 1n, passed: 1 }),
      gaps: [
        { start: 1, end: 5 },
        { start: 20, end: 30 },
      ],
    };
    const b = {
      ...shard('b', { from: half, passed: 1 }),
      gaps: [
        { start: 5, end: 9 },
        { start: 22, end: 25 },
      ],
    };
    expect(watermarkOf([a, b], rules).gaps).toEqual([
      { start: 1, end: 9 },
      { start: 20, end: 30 },
    ]);
    expect(mergedGaps([])).toEqual([]);
    expect(a.gaps[0]).toEqual({ start: 1, end: 5 });
  });
});

const rangeOf = ({ listed }: TrackedShard): HashRange => listed?.range ?? { from: 0n, to: 0n };

/** Shards that came of any splits and merges of a small range of keys, each of which passed something or nothing. */
const lineage = fc
  .array(fc.record({ pick: fc.nat(), kind: fc.boolean(), passed: fc.option(fc.nat({ max: 50 })) }), {
    maxLength: 12,
  })
  .map((steps) => {
    let clock = 0;
    const all: TrackedShard[] = [];
    let open: TrackedShard[] = [];
    const add = (range: HashRange) => {
      const made: TrackedShard = {
        shardId: `s${all.length}`,
        listed: { range, parents: [], isOpen: true, since: 0 },
        gaps: [],
      };
      all.push(made);
      open.push(made);
      open.sort((one, other) => Number(rangeOf(one).from - rangeOf(other).from));
    };
    add({ from: 0n, to: 15n });
    for (const { pick, kind, passed } of steps) {
      clock += 1;
      const chosen = open[pick % open.length] as TrackedShard;
      const { from, to } = rangeOf(chosen);
      if (passed !== null) chosen.passed = { at: clock, on: clock, position: '1' };
      const index = open.indexOf(chosen);
      const next = open[index + 1];
      if (kind && to > from) {
        open = open.filter((one) => one !== chosen);
        const middle = (from + to) / 2n;
        add({ from, to: middle });
        add({ from: middle + 1n, to });
      } else if (!kind && next) {
        open = open.filter((one) => one !== chosen && one !== next);
        add({ from, to: rangeOf(next).to });
      }
    }
    return all;
  });

describe('what was passed over a range', () => {
  it('is the least, over its keys, of the latest that any shard of the key has passed', () => {
    fc.assert(
      fc.property(lineage, (shards) => {
        const ofKey = (key: bigint): number =>
          Math.max(
            Number.NEGATIVE_INFINITY,
            ...shards
              .filter(({ listed }) => listed && listed.range.from <= key && key <= listed.range.to)
              .map(({ passed }) => passed?.at ?? Number.NEGATIVE_INFINITY),
          );
        for (const range of [
          { from: 0n, to: 15n },
          { from: 3n, to: 9n },
        ]) {
          const keys = Array.from(
            { length: Number(range.to - range.from) + 1 },
            (_, index) => range.from + BigInt(index),
          );
          expect(passedOver(shards, range)).toBe(Math.min(...keys.map(ofKey)));
        }
      }),
    );
  });
});
