import type { Anomaly, AnomalyRecord, AnomalyStatus } from './anomaly.ts';

export interface AnomalyQuery {
  /** Anomalies that began in [from, to). */
  from?: number;
  to?: number;
  /** Those that come after this one in the list, newest first. */
  after?: string;
  limit: number;
}

/**
 * The anomalies of every tenant. Judging, people and telling each write their own part of one.
 *
 * Promise: what a resolved write stored the next read sees; writing it again changes nothing.
 */
export interface AnomalyStore {
  /** Stores what was judged of them, unless it was judged by a later state already. */
  putJudged(tenantId: string, anomalies: readonly Anomaly[], rev: number): Promise<void>;
  /** Marks that late events have shown it to be none; nothing where there is no such anomaly. */
  withdraw(tenantId: string, id: string, rev: number): Promise<void>;
  find(tenantId: string, id: string): Promise<AnomalyRecord | undefined>;
  /** Newest first, withdrawn ones too. */
  list(tenantId: string, query: AnomalyQuery): Promise<AnomalyRecord[]>;
  /** Answers whether there is such an anomaly. */
  setStatus(tenantId: string, id: string, status: AnomalyStatus, note: string | undefined): Promise<boolean>;
  /** Notes that its beginning or its end was told; the first time stays. */
  markTold(tenantId: string, id: string, what: 'detected' | 'ended', at: number): Promise<void>;
}
