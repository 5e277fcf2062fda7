/** The properties of a compiled `AWS::Lambda::EventSourceMapping`, its references resolved. */
export interface MappingProperties {
  EventSourceArn?: unknown;
  FunctionName?: unknown;
  Enabled?: unknown;
  BatchSize?: unknown;
  MaximumBatchingWindowInSeconds?: unknown;
  ParallelizationFactor?: unknown;
  BisectBatchOnFunctionError?: unknown;
  FunctionResponseTypes?: unknown;
  MaximumRetryAttempts?: unknown;
  MaximumRecordAgeInSeconds?: unknown;
  DestinationConfig?: unknown;
  StartingPosition?: unknown;
  StartingPositionTimestamp?: unknown;
  ScalingConfig?: unknown;
}

interface Source {
  enabled: boolean;
  functionName: string;
  sourceArn: string;
  region: string;
  batchSize: number;
  windowMs: number;
  reportsItemFailures: boolean;
}

export interface StreamSettings extends Source {
  parallelization: number;
  bisect: boolean;
  /** Infinity retries until the function succeeds or the records are too old. */
  retriesMax: number;
  recordAgeMaxMs: number;
  /** Bucket for batches that are given up. */
  failureBucket?: string;
  startingPosition: 'TRIM_HORIZON' | 'LATEST' | { atMs: number };
}

export interface QueueSettings extends Source {
  fifo: boolean;
  concurrencyMax: number;
}

const secondMs = 1_000;
/** Lambda starts with five batches of a queue at once; here it stays with them. */
const queueConcurrency = 5;

/** A number of the template, which may write it as text; what it cannot be is said by name. */
function bounded(name: string, value: unknown, fallback: number, min: number, max: number): number {
  const number = value === undefined ? fallback : Number(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new Error(
    `The event source mapping's ${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`,
  );
}

const isTrue = (value: unknown): boolean => value === true || value === 'true';

function resolvedText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(
    `The event source mapping's ${name} must be resolved to text, not ${JSON.stringify(value)}`,
  );
}

function source(mapping: MappingProperties, defaults: { batchSize: number; batchSizeMax: number }): Source {
  const sourceArn = resolvedText('EventSourceArn', mapping.EventSourceArn);
  const types: unknown = mapping.FunctionResponseTypes ?? [];
  const windowSeconds = bounded(
    'MaximumBatchingWindowInSeconds',
    mapping.MaximumBatchingWindowInSeconds,
    0,
    0,
    300,
  );
  return {
    enabled: mapping.Enabled === undefined || isTrue(mapping.Enabled),
    functionName: resolvedText('FunctionName', mapping.FunctionName),
    sourceArn,
    region: sourceArn.split(':')[3] ?? '',
    batchSize: bounded('BatchSize', mapping.BatchSize, defaults.batchSize, 1, defaults.batchSizeMax),
    windowMs: windowSeconds * secondMs,
    reportsItemFailures: Array.isArray(types) && types.includes('ReportBatchItemFailures'),
  };
}

/** -1 stands for "without end". */
const orInfinity = (value: number): number => (value === -1 ? Number.POSITIVE_INFINITY : value);

function startingPosition(mapping: MappingProperties): StreamSettings['startingPosition'] {
  const position = mapping.StartingPosition;
  if (position === 'TRIM_HORIZON' || position === 'LATEST') return position;
  if (position === 'AT_TIMESTAMP') return { atMs: Number(mapping.StartingPositionTimestamp) * secondMs };
  throw new Error(
    `The event source mapping's StartingPosition must be TRIM_HORIZON, LATEST or AT_TIMESTAMP, not ${JSON.stringify(position)}`,
  );
}

function failureBucket(config: unknown): string | undefined {
  const destination = (config as { OnFailure?: { Destination?: unknown } } | undefined)?.OnFailure
    ?.Destination;
  if (destination === undefined) return undefined;
  const bucket = /^arn:aws[a-z-]*:s3:::(.+)$/.exec(String(destination))?.[1];
  if (bucket) return bucket;
  throw new Error(
    `The event source mapping's OnFailure destination must be the ARN of a bucket, not ${JSON.stringify(destination)}`,
  );
}

/** Bounds and defaults of "Lambda parameters for Amazon Kinesis Data Streams event source mappings". */
export function streamSettings(mapping: MappingProperties): StreamSettings {
  const bucket = failureBucket(mapping.DestinationConfig);
  const ageSeconds = bounded('MaximumRecordAgeInSeconds', mapping.MaximumRecordAgeInSeconds, -1, -1, 604_800);
  return {
    ...source(mapping, { batchSize: 100, batchSizeMax: 10_000 }),
    parallelization: bounded('ParallelizationFactor', mapping.ParallelizationFactor, 1, 1, 10),
    bisect: isTrue(mapping.BisectBatchOnFunctionError),
    retriesMax: orInfinity(bounded('MaximumRetryAttempts', mapping.MaximumRetryAttempts, -1, -1, 10_000)),
    recordAgeMaxMs: orInfinity(ageSeconds) * secondMs,
    ...(bucket && { failureBucket: bucket }),
    startingPosition: startingPosition(mapping),
  };
}

/** Bounds and defaults of "Lambda parameters for Amazon SQS event source mappings". */
export function queueSettings(mapping: MappingProperties): QueueSettings {
  const common = source(mapping, { batchSize: 10, batchSizeMax: 10_000 });
  const fifo = common.sourceArn.endsWith('.fifo');
  if (fifo && (common.batchSize > 10 || common.windowMs > 0)) {
    throw new Error(
      'The event source mapping of a FIFO queue has a BatchSize of at most 10 and no batching window',
    );
  }
  if (common.batchSize > 10 && common.windowMs === 0) {
    throw new Error(
      'The event source mapping of a queue needs a MaximumBatchingWindowInSeconds of at least 1 for a BatchSize above 10',
    );
  }
  const scaling = mapping.ScalingConfig as { MaximumConcurrency?: unknown } | undefined;
  return {
    ...common,
    fifo,
    concurrencyMax: bounded('MaximumConcurrency', scaling?.MaximumConcurrency, queueConcurrency, 2, 1_000),
  };
}
