import { type AnomalyMessage, type AnomalyQueue, anomalyMessageKey } from './anomaly-queue.ts';

/** The double of an AnomalyQueue: what waits is in `waiting`, none of it twice. */
export function memoryAnomalyQueue(): AnomalyQueue & { waiting: AnomalyMessage[] } {
  const waiting: AnomalyMessage[] = [];
  return {
    waiting,
    async sendAll(messages) {
      const keys = new Set(waiting.map(anomalyMessageKey));
      waiting.push(...messages.filter((message) => !keys.has(anomalyMessageKey(message))));
    },
  };
}
