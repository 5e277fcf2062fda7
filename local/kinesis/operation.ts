import type { Faults } from './injected-faults.ts';
import type { Input } from './request-input.ts';
import type { IteratorCodec } from './shard-iterator.ts';
import type { StreamStore } from './stream-store.ts';
import type { WriteLimits } from './write-limits.ts';

/** What every operation works on. */
export interface Kinesis {
  store: StreamStore;
  iterators: IteratorCodec;
  limits: WriteLimits;
  faults(): Faults;
  now(): number;
}

/** What a call brings beside its members. */
export interface Call {
  /** How long the caller lets GetRecords wait for a record, in milliseconds; an extension, 0 without it. */
  waitMs: number;
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal;
}

/** Answers the members of the response; undefined where the operation has none. */
export type Operation = (kinesis: Kinesis, input: Input, call: Call) => unknown;

/** Timestamps travel as seconds since the epoch. */
export const seconds = (ms: number): number => ms / 1_000;
