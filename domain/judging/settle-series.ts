import type { Anomaly } from './anomaly.ts';
import type { AnomalyMessage, AnomalyQueue } from './anomaly-queue.ts';
import type { AnomalyStore } from './anomaly-store.ts';
import { isSettled, type JudgingStore, type SeriesKey, type SeriesState } from './series-state.ts';

export interface SettlePorts {
  store: Pick<JudgingStore, 'putPages' | 'keep'>;
  anomalies: Pick<AnomalyStore, 'putJudged' | 'withdraw'>;
  queue: AnomalyQueue;
}

/**
 * Stores what follows from a state and asks for what is to be told. The state stands already: whoever comes next
 * does it again, so a death in between leaves nothing undone, and doing it twice changes nothing.
 */
export async function settle(
  { store, anomalies, queue }: SettlePorts,
  key: SeriesKey,
  { rev, epoch, unsettled }: SeriesState,
): Promise<void> {
  if (isSettled(unsettled)) return;
  const fence = { rev, epoch };
  await Promise.all([
    unsettled.pages.length > 0 && store.putPages(key, unsettled.pages, fence),
    unsettled.kept.length > 0 && store.keep(key, unsettled.kept, fence),
    unsettled.anomalies.length > 0 && anomalies.putJudged(key.tenantId, unsettled.anomalies, rev),
  ]);
  for (const id of unsettled.withdrawn) await anomalies.withdraw(key.tenantId, id, rev);
  const messages = [
    ...unsettled.anomalies.flatMap((anomaly) => messagesOf(key, anomaly)),
    ...unsettled.withdrawn.map((id) => messageOf(key, id, 'ended')),
  ];
  if (messages.length > 0) await queue.sendAll(messages);
}

function messagesOf(key: SeriesKey, { id, isDue, end }: Anomaly): AnomalyMessage[] {
  if (!isDue) return [];
  return [messageOf(key, id, 'detected'), ...(end === undefined ? [] : [messageOf(key, id, 'ended')])];
}

const messageOf = (
  { tenantId, series }: SeriesKey,
  anomalyId: string,
  cause: 'detected' | 'ended',
): AnomalyMessage => ({ kind: 'anomaly', tenantId, series, anomalyId, cause });
