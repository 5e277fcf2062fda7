/**
 * A CloudEvents 1.0 event in JSON: `source` is the device, `subject` the account, `id` the producer's
 * idempotency key. Other attributes are data and travel with it.
 */
export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source: string;
  subject?: string;
  type: string;
  time: string;
  dataversion?: number | string;
  data?: Record<string, unknown>;
  [attribute: string]: unknown;
}
