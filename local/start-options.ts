export const defaultPort = 4000;
export const defaultDataDir = '.tidegate';
/** Of the stream's consumers: what was sent is soon seen. Lambda takes at most 300. */
export const defaultBatchWindowSeconds = 1;
export const batchWindowSecondsMax = 300;
/** Of the lake's delivery: its files are small, but soon there. Firehose takes at most 900. */
export const defaultLakeBufferSeconds = 3;
export const lakeBufferSecondsMax = 900;

export interface StartOptions {
  /** Of the API; 0: any that is free, the former one of the data folder if it can be had. */
  port?: number;
  dataDir?: string;
  /** Empties the data folder first. */
  fresh?: boolean;
  /** Batching window of the stream's consumers. */
  batchWindowSeconds?: number;
  /** How long the lake's delivery gathers events. */
  lakeBufferSeconds?: number;
  /** Where the stack's clock starts, epoch milliseconds; on data that have seen a later time it goes on from there. */
  now?: number;
  /** Told what goes on, a line each. */
  report?: (line: string) => void;
  /** Told what functions write to their logs. */
  echoLogs?: (text: string) => void;
  /** Gives the start up. */
  signal?: AbortSignal;
}
