import { memoryEventStream } from '../../../domain/metering/memory-event-stream.ts';
import { eventStreamContract } from './event-stream-contract.ts';

eventStreamContract(async () => {
  const stream = memoryEventStream();
  return { stream, stored: async () => stream.records };
});
