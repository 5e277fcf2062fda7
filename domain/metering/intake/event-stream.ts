/** What is put on the stream at once. */
export interface PartitionedRecord {
  partitionKey: string;
  data: Uint8Array;
}

/**
 * The stream that every consumer reads.
 *
 * Promise: once `appendAll` has resolved, every record is stored durably. It throws `StreamUnavailable` where the
 * time ran out first; some records may be stored then. Appending again may store a record twice, so whoever reads
 * must count by the events' own ids.
 */
export interface EventStream {
  /** `timeLeftMs` says at any moment how long it may still take. */
  appendAll(records: readonly PartitionedRecord[], timeLeftMs: () => number): Promise<void>;
}

/** The stream did not take every record in time; sending them again is safe. */
export class StreamUnavailable extends Error {
  readonly records: number;
  readonly notStored: number;
  /** What the last refusal was, for the log. */
  readonly lastCause: string;

  constructor(count: { records: number; notStored: number; lastCause: string }) {
    super(`The stream did not take ${count.notStored} of ${count.records} records: ${count.lastCause}.`);
    this.name = 'StreamUnavailable';
    this.records = count.records;
    this.notStored = count.notStored;
    this.lastCause = count.lastCause;
  }
}
