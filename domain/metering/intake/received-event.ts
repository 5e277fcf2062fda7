/** An event as it was received, its attributes decoded and within their bounds. */
export interface ReceivedEvent {
  id: string;
  /** CloudEvents `source`. */
  deviceId: string;
  /** CloudEvents `subject`; events that no meter counts may have none. */
  accountId?: string;
  type: string;
  /** Epoch milliseconds. */
  occurredAt: number;
  /** CloudEvents `dataversion`, 1 where absent. */
  version: number;
  data: Record<string, unknown>;
}
