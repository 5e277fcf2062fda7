/** A reason to look whether something is to be told of an anomaly, or of a tenant's data. */
export type AnomalyMessage =
  | { kind: 'anomaly'; tenantId: string; series: string; anomalyId: string; cause: 'detected' | 'ended' }
  | { kind: 'health'; tenantId: string; cause: string };

/** The same for every copy of a message: what is sent again within a few minutes is dropped. */
export const anomalyMessageKey = (message: AnomalyMessage): string =>
  message.kind === 'anomaly'
    ? JSON.stringify([message.tenantId, message.anomalyId, message.cause])
    : JSON.stringify([message.tenantId, message.cause]);

/**
 * Holds what may have to be told until it was.
 *
 * Promise: once `sendAll` has resolved, every message is worked on at least once, those of one series one after the
 * other. Sending one again is harmless.
 */
export interface AnomalyQueue {
  sendAll(messages: readonly AnomalyMessage[]): Promise<void>;
}
