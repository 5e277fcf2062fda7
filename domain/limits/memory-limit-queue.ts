import { type LimitMessage, type LimitQueue, limitMessageKey } from './limit-queue.ts';

/** The double of a LimitQueue: what was sent stands in `messages`, each once. */
export function memoryLimitQueue(): LimitQueue & { messages: LimitMessage[] } {
  const messages: LimitMessage[] = [];
  const known = new Set<string>();
  return {
    messages,
    async sendAll(sent) {
      for (const message of sent) {
        if (!known.has(limitMessageKey(message))) messages.push(structuredClone(message));
        known.add(limitMessageKey(message));
      }
    },
  };
}
