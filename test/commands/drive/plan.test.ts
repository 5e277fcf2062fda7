import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFleet, type FleetShape } from '../../../commands/drive/fleet.ts';
import { closingPosts, type Post, planPosts } from '../../../commands/drive/plan.ts';
import { bodyOf } from '../../../commands/drive/sender.ts';
import { expectedReceipt } from '../../../commands/drive/wire.ts';

const until = Date.parse('2026-11-21T10:00:00Z');
const meter = {
  name: 'bytes',
  eventType: 'vpn.usage',
  aggregation: 'sum',
  field: 'bytes',
  scale: 0,
  quantityMax: Number.MAX_SAFE_INTEGER,
} as const;
const shape: FleetShape = {
  ...{ seed: 7, run: 'r', accounts: 40, devices: 3, minutes: 30, lateShare: 0.2, until, meter },
};
const usual = { duplicates: 0.1, faulty: 0.02 };
const goodOf = (post: Post) => post.items.filter((item) => item.fault === undefined);

describe('the plan', () => {
  it('posts every report at least once and stays within the bounds of a request, whatever its size', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(),
          accounts: fc.integer({ min: 1, max: 25 }),
          devices: fc.integer({ min: 1, max: 40 }),
          minutes: fc.integer({ min: 1, max: 17 }),
          duplicates: fc.double({ min: 0, max: 1, noNaN: true }),
          faulty: fc.double({ min: 0, max: 0.2, noNaN: true }),
        }),
        (given) => {
          const fleet = createFleet({ ...shape, ...given });
          const seen = new Set<number>();
          for (const post of [...planPosts(fleet, given), ...closingPosts(fleet)]) {
            const greatest = post.kind === 'single' ? 1 : 1_000;
            if (post.items.length < 1 || post.items.length > greatest)
              expect.fail(`${post.kind} of ${post.items.length}`);
            for (const { ordinal } of goodOf(post)) seen.add(ordinal);
          }
          expect(seen.size).toBe(fleet.ordinals);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('is the same for the same seed, to the byte, and another for another', () => {
    const bodies = (seed: number) => {
      const fleet = createFleet({ ...shape, seed });
      return [...planPosts(fleet, usual)].map((post) => String(bodyOf(fleet, post).body));
    };
    expect(bodies(3)).toEqual(bodies(3));
    expect(bodies(3)).not.toEqual(bodies(4));
  });

  it('sends the stated share again: whole posts, in other posts, and twice in one', () => {
    const fleet = createFleet({ ...shape, accounts: 200 });
    const posts = [...planPosts(fleet, { duplicates: 0.3, faulty: 0 })];
    const good = posts.reduce((sum, post) => sum + goodOf(post).length, 0);
    expect(good / fleet.reports).toBeGreaterThan(1.25);
    expect(good / fleet.reports).toBeLessThan(1.4);

    const inPost = posts.reduce((sum, post) => sum + expectedReceipt(post.items).duplicates, 0);
    expect(inPost / fleet.reports).toBeGreaterThan(0.07);
    expect(new Set(posts).size).toBeLessThan(posts.length);
    // A post that is sent again much later has others in between.
    const firsts = new Map<Post, number>();
    const distances = posts.flatMap((post, index) => {
      const first = firsts.get(post);
      firsts.set(post, first ?? index);
      return first === undefined ? [] : [index - first];
    });
    expect(Math.min(...distances)).toBe(1);
    expect(Math.max(...distances)).toBeGreaterThan(100);
  });

  it('mixes the kinds as stated', () => {
    const fleet = createFleet({ ...shape, accounts: 400 });
    const events = { single: 0, batch: 0, report: 0 };
    for (const post of planPosts(fleet, { duplicates: 0, faulty: 0 })) events[post.kind] += post.items.length;
    expect(events.single / fleet.reports).toBeCloseTo(0.1, 1);
    expect(events.batch / fleet.reports).toBeCloseTo(0.4, 1);
    expect(events.report / fleet.reports).toBeCloseTo(0.5, 1);
  });

  it('expects of each fault its code, and of a contradiction that the later is refused', () => {
    const fleet = createFleet(shape);
    const codes = new Map<string, number>();
    for (const post of planPosts(fleet, { duplicates: 0.1, faulty: 0.1 })) {
      for (const { code } of expectedReceipt(post.items).rejected)
        codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect([...codes.keys()].toSorted()).toEqual([
      ...['conflicting_duplicate', 'event_too_large', 'in_future', 'invalid_event', 'invalid_quantity'],
      ...['too_old', 'unknown_type'],
    ]);
  });
});

describe('the fleet', () => {
  const fleet = createFleet(shape);
  const all = Array.from({ length: fleet.ordinals }, (_, ordinal) => fleet.event(ordinal));

  it('gives every event an identity of its own', () => {
    const identities = all.map((event) => JSON.stringify([event.accountId, event.deviceId, event.id]));
    expect(new Set(identities).size).toBe(all.length);
  });

  it('writes the instant that it counts, within the horizon and not ahead', () => {
    for (const { time, occurredAt } of all) {
      const read = Date.parse(time);
      expect(Math.floor(read / 1_000)).toBe(Math.floor(occurredAt / 1_000));
      expect(occurredAt).toBeLessThan(until);
      expect(occurredAt).toBeGreaterThan(until - 34 * 86_400_000);
    }
    expect(all.some(({ time }) => time.endsWith('+05:30'))).toBe(true);
    expect(all.some(({ occurredAt }) => occurredAt < until - 5 * 86_400_000)).toBe(true);
  });

  it('names every ordinal of an account', () => {
    const listed = Array.from({ length: shape.accounts }, (_, account) => [...fleet.ordinalsOf(account)]);
    expect(listed.flat().toSorted((a, b) => a - b)).toEqual(all.map((_, ordinal) => ordinal));
    for (const [account, ordinals] of listed.entries()) {
      for (const ordinal of ordinals) expect(all[ordinal]!.account).toBe(account);
    }
  });

  it('reports sums that no double holds', () => {
    const large = createFleet({ ...shape, accounts: 200 });
    const events = Array.from({ length: large.reports }, (_, ordinal) => large.event(ordinal));
    expect(events.filter(({ quantity }) => quantity > 2 ** 52).length).toBeGreaterThan(3);
    expect(events.every(({ quantity }) => Number.isSafeInteger(quantity) && quantity >= 0)).toBe(true);
  });
});
