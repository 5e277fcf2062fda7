/**
 * The only reader of the environment. serverless.yml gives each function just the names that it needs, so a
 * name is looked up when it is used, and a missing one says where it belongs.
 */
export const environment = {
  usageTable: () => required('USAGE_TABLE'),
  tenantsTable: () => required('TENANTS_TABLE'),
  accountsTable: () => required('ACCOUNTS_TABLE'),
  trafficTable: () => required('TRAFFIC_TABLE'),
  eventStream: () => required('EVENT_STREAM'),
  quarantineBucket: () => required('QUARANTINE_BUCKET'),
  lakeBucket: () => required('LAKE_BUCKET'),
  failedBatchesBucket: () => required('FAILED_BATCHES_BUCKET'),
  rollUpQueueUrl: () => required('ROLL_UP_QUEUE_URL'),
  limitQueueUrl: () => required('LIMIT_QUEUE_URL'),
  evaluationQueueUrl: () => required('EVALUATION_QUEUE_URL'),
  detectionQueueUrl: () => required('DETECTION_QUEUE_URL'),
  anomalyQueueUrl: () => required('ANOMALY_QUEUE_URL'),
  /** Where the console is, for links in notifications; without a slash at its end. */
  consoleUrl: () => required('CONSOLE_URL'),
  /** How long the event stream keeps a record. */
  streamRetentionMs: () => positive('STREAM_RETENTION_HOURS') * 3_600_000,
  /** How long after an interval's end its events may be stored and still be in time. */
  allowedLatenessMs: () => positive('ALLOWED_LATENESS_SECONDS') * 1_000,
  region: () => required('AWS_REGION'),
  /** Which hosts an issuer of tokens may have. */
  issuerNetwork: () => oneOf('ISSUER_NETWORK', ['public', 'any'] as const),
  /** Set by whoever runs against something other than AWS; the SDKs read their own variables themselves. */
  s3Endpoint: (): string | undefined => process.env.AWS_ENDPOINT_URL_S3,
  serviceName: () => process.env.POWERTOOLS_SERVICE_NAME ?? 'tidegate',
};

function required(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`The environment lacks ${name}: serverless.yml sets it for each function that needs it.`);
  return value;
}

function positive(name: string): number {
  const value = Number(required(name));
  if (!(value > 0)) throw new Error(`The environment's ${name} must be a number above 0.`);
  return value;
}

function oneOf<T extends string>(name: string, values: readonly T[]): T {
  const value = required(name);
  const found = values.find((one) => one === value);
  if (!found) throw new Error(`The environment's ${name} must be ${values.join(' or ')}.`);
  return found;
}
