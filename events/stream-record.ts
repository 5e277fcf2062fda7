import type { CloudEvent } from './cloud-event.ts';

/** Names of the stream's consumers, as a replay may name them in `for`. */
export type Consumer = 'record-usage' | 'count-traffic' | 'lake';

/** One accepted event on the stream (contract/messages). `config` is the revision that ingest applied. */
export interface EventLine {
  tenantId: string;
  receivedAt: string;
  config: number;
  event: CloudEvent;
  /** Present on a replay: the consumers that it is for; the others pass it over. */
  for?: Consumer[];
}

/** Proves that its shard is read. */
export interface HeartbeatLine {
  heartbeat: string;
  shardId: string;
}

/** A stream record is newline-delimited JSON within these bounds, so that Firehose can de-aggregate it. */
export const recordLinesMax = 500;
export const recordBytesMax = 200 * 1024;
