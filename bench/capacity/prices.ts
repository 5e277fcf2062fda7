/** AWS's list prices in US dollars, us-east-1, as published. */
export const prices = {
  asOf: 'as listed in 2025',
  /** REST API calls, a million, by tier: up to so many calls a month. */
  gatewayTiers: [
    { upTo: 333e6, perMillion: 3.5 },
    { upTo: 1_000e6, perMillion: 2.8 },
    { upTo: 20_000e6, perMillion: 2.38 },
    { upTo: Number.POSITIVE_INFINITY, perMillion: 1.51 },
  ],
  lambdaPerMillion: 0.2,
  /** arm64. */
  lambdaPerGigabyteSecond: 0.0000133334,
  streamHour: 0.04,
  streamGigabyteIn: 0.08,
  streamGigabyteOut: 0.04,
  writesPerMillion: 0.625,
  readsPerMillion: 0.125,
  flinkUnitHour: 0.11,
};

/** What a month takes of each service. */
export interface Bill {
  posts: number;
  lambdaRequests: number;
  gigabyteSeconds: number;
  streamHours: number;
  streamGigabytes: number;
  writes: number;
  reads: number;
  /** Hours of Flink's processing units. */
  processingUnits: number;
}

/** Dollars by service: gateway, Lambda, Kinesis, DynamoDB, stream processor, and their sum. */
export function bill(taken: Bill): number[] {
  const lambda =
    (taken.lambdaRequests / 1e6) * prices.lambdaPerMillion +
    taken.gigabyteSeconds * prices.lambdaPerGigabyteSecond;
  const stream =
    taken.streamHours * prices.streamHour +
    taken.streamGigabytes * (prices.streamGigabyteIn + prices.streamGigabyteOut);
  const table = (taken.writes / 1e6) * prices.writesPerMillion + (taken.reads / 1e6) * prices.readsPerMillion;
  const services = [
    gateway(taken.posts),
    lambda,
    stream,
    table,
    taken.processingUnits * prices.flinkUnitHour,
  ];
  return [...services, services.reduce((sum, dollars) => sum + dollars, 0)].map(Math.round);
}

function gateway(calls: number): number {
  let dollars = 0;
  let from = 0;
  for (const { upTo, perMillion } of prices.gatewayTiers) {
    dollars += (Math.max(0, Math.min(calls, upTo) - from) / 1e6) * perMillion;
    from = upTo;
  }
  return dollars;
}
