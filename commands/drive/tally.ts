import type { Fleet } from './fleet.ts';
import { createLatencies, type Latencies } from './latencies.ts';
import type { Post, PostKind } from './plan.ts';

/** Something that is not as it was promised, named so that it can be looked up. */
export interface Difference {
  accountId: string;
  /** Absent where the whole window, or the whole answer, differs. */
  deviceId?: string;
  /** Start of the window, or what of an answer differs. */
  at: string;
  what: 'value' | 'events' | 'window' | 'receipt' | 'answer';
  expected: string;
  found: string;
}

/** So many are named; the others are counted. */
export const differencesMax = 50;

/** A bounded list of differences that knows how many there were. */
export interface Differences {
  readonly named: Difference[];
  readonly count: number;
  add(...found: Difference[]): void;
}

export function createDifferences(): Differences {
  const named: Difference[] = [];
  let count = 0;
  return {
    named,
    get count() {
      return count;
    },
    add(...found) {
      count += found.length;
      named.push(...found.slice(0, Math.max(0, differencesMax - named.length)));
    },
  };
}

/** What was sent and what was answered. `acknowledged` is the ground truth: one byte an ordinal of the fleet. */
export interface Tally {
  acknowledged: Uint8Array;
  /** Acknowledged posts; each counts once, however often it had to be tried. */
  posts: Record<PostKind, number>;
  gzipPosts: number;
  /** Events in acknowledged posts. */
  sent: number;
  accepted: number;
  repeatedInPost: number;
  rejected: Map<string, number>;
  /** Tries that were not acknowledged, by their cause. */
  retries: Map<string, number>;
  postLatency: Latencies;
  receiptDifferences: Differences;
}

export const createTally = (fleet: Fleet): Tally => ({
  acknowledged: new Uint8Array(fleet.ordinals),
  posts: { single: 0, batch: 0, report: 0 },
  gzipPosts: 0,
  sent: 0,
  accepted: 0,
  repeatedInPost: 0,
  rejected: new Map(),
  retries: new Map(),
  postLatency: createLatencies(),
  receiptDifferences: createDifferences(),
});

export const increase = (counts: Map<string, number>, key: string, by = 1): void => {
  counts.set(key, (counts.get(key) ?? 0) + by);
};

/** The contract's Receipt, as far as it is compared. */
export interface Receipt {
  received: number;
  accepted: number;
  duplicates: number;
  rejected: { index: number; code: string }[];
}

/** Enters an acknowledged post: what its receipt does not reject is stored, and counts from here on. */
export function enterReceipt(tally: Tally, post: Post, receipt: Receipt): void {
  tally.posts[post.kind]++;
  if (post.gzip) tally.gzipPosts++;
  tally.sent += receipt.received;
  tally.accepted += receipt.accepted;
  tally.repeatedInPost += receipt.duplicates;
  const rejected = new Set(receipt.rejected.map(({ index }) => index));
  for (const { code } of receipt.rejected) increase(tally.rejected, code);
  for (const [index, item] of post.items.entries()) {
    if (item.fault === undefined && !rejected.has(index)) tally.acknowledged[item.ordinal] = 1;
  }
}
