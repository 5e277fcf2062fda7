import { memoryEventStream } from '../../../domain/metering/intake/memory-event-stream.ts';
import { eventStreamContract } from './event-stream-contract.ts';

eventStreamContract(async () => {
  const stream = memoryEventStream();
  return { stream, stored: async () => stream.records };
});
