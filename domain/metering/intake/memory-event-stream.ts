import { type EventStream, type PartitionedRecord, StreamUnavailable } from './event-stream.ts';

/** The double of an EventStream: what was appended stands in `records`, in order. */
export interface MemoryEventStream extends EventStream {
  readonly records: PartitionedRecord[];
}

export function memoryEventStream(): MemoryEventStream {
  const stored: PartitionedRecord[] = [];
  return {
    records: stored,
    async appendAll(records, timeLeftMs) {
      if (records.length > 0 && timeLeftMs() <= 0) {
        const count = { records: records.length, notStored: records.length, lastCause: 'no time was left' };
        throw new StreamUnavailable(count);
      }
      stored.push(...records.map(({ partitionKey, data }) => ({ partitionKey, data: data.slice() })));
    },
  };
}
