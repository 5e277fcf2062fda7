import type { Part, Table } from '../report.ts';
import { type Bill, bill, prices } from './prices.ts';

const devices = [1_000, 100_000, 10_000_000];
const devicesPerAccount = 2;
const secondsPerMonth = 730 * 3_600;
/** Bytes of one event as a line of a stream record, ids of 36 characters (measured by `fold`). */
const lineBytes = 310;
const invocationBytesMax = 6 * 1024 * 1024;
/** Base64, and what an invocation says of a record of some events. */
const invocationBytesPerLine = lineBytes * (4 / 3) + 40;
const lanesPerShard = 10;
const shardBytesPerSecond = 1024 * 1024;
/** On-demand streams keep room for twice the peak; four shards are the least. */
const onDemandRoom = 2;
const shardsMin = 4;

/** What the measured figures come to at scale, by AWS's list prices. */
export const capacity: Part = async () => [load(), cost()];

interface Size {
  eventsPerSecond: number;
  shards: number;
  effectiveWindow: number;
  invocationsPerSecond: number;
  writesPerEvent: number;
}

/** An account's window is written once a batch; its registry item once an hour. */
function sizeOf(count: number, windowSeconds: number): Size {
  const eventsPerSecond = count / 60;
  const bytesPerSecond = eventsPerSecond * lineBytes;
  const shards = Math.max(shardsMin, Math.ceil((bytesPerSecond * onDemandRoom) / shardBytesPerSecond));
  const lanes = shards * lanesPerShard;
  const secondsTo6Megabytes = invocationBytesMax / ((eventsPerSecond / lanes) * invocationBytesPerLine);
  const effectiveWindow = Math.min(windowSeconds, secondsTo6Megabytes);
  const eventsPerWrite = Math.max(1, (devicesPerAccount * effectiveWindow) / 60);
  return {
    eventsPerSecond,
    shards,
    effectiveWindow,
    invocationsPerSecond: lanes / effectiveWindow,
    writesPerEvent: 1 / eventsPerWrite + 1 / (devicesPerAccount * 60),
  };
}

function load(): Table {
  const rows = devices.flatMap((count) =>
    [60, 300].map((windowSeconds) => {
      const size = sizeOf(count, windowSeconds);
      return [
        count,
        windowSeconds,
        size.eventsPerSecond,
        size.shards,
        size.effectiveWindow,
        Math.ceil(size.shards * lanesPerShard * busyShare(size)),
        size.writesPerEvent,
        Math.round(size.writesPerEvent * size.eventsPerSecond),
      ];
    }),
  );
  return {
    title: 'Capacity: an event a minute a device, two devices an account',
    columns: [
      'devices',
      'batch window s',
      'events/s',
      'shards',
      'effective window s',
      'busy Lambdas',
      'write units an event',
      'write units/s',
    ],
    rows,
    notes: [
      'Shards: on-demand, with room for twice the load, four at least. Effective window: 6 MB of invocation JSON may close a batch before its time.',
      'Write units an event as measured (`npm run bench -- cost`, W1); the roll-up apart.',
    ],
  };
}

/** Milliseconds that a batch takes: a put of 5 ms a window, 16 at a time, and the fold of its events. */
function batchMs(size: Size): number {
  const events = size.eventsPerSecond / size.invocationsPerSecond;
  const windows = events / Math.max(1, (devicesPerAccount * size.effectiveWindow) / 60);
  return 20 + (windows * 5) / 16 + events * 0.005;
}

const busyShare = (size: Size): number => Math.min(1, batchMs(size) / 1_000 / size.effectiveWindow);

function cost(): Table {
  const rows = devices.flatMap((count) => {
    const size = sizeOf(count, 300);
    const events = size.eventsPerSecond * secondsPerMonth;
    const designs: [string, Bill][] = [
      ['Tidegate, reports of 1,000 events', tidegate(size, events, 1_000)],
      ['Tidegate, an event a post', tidegate(size, events, 1)],
      ['naive (a), an event a post, no stream', naive(events)],
      ['hourly batch of a VPN provider, reports', hourly(size, events)],
    ];
    return designs.map(([name, spent]) => [count, name, ...bill(spent)]);
  });
  return {
    title: 'Capacity: US dollars a month',
    columns: ['devices', 'design', 'gateway', 'Lambda', 'Kinesis', 'DynamoDB', 'stream processor', 'sum'],
    rows,
    notes: [
      `List prices of us-east-1, ${prices.asOf}, without discounts, free tiers, logs and taxes; gateway prices by tier.`,
      'Naive (a): four writes an event and a read for each twentieth. Hourly batch: a write a device and an account an hour, a cut-off that may be an hour late, and Flink’s processing units.',
    ],
  };
}

function tidegate(size: Size, events: number, eventsPerPost: number): Bill {
  const posts = events / eventsPerPost;
  // A report of 1,000 events makes 64 records of about 16 events; a single event is billed as one kilobyte.
  const billedBytes =
    eventsPerPost === 1 ? 1_024 : 64 * Math.ceil((1_000 / 64) * (lineBytes / 1_024)) * 1.024;
  const ingestMs = eventsPerPost === 1 ? 15 : 45;
  const batches = size.invocationsPerSecond * secondsPerMonth;
  return {
    posts,
    lambdaRequests: posts + batches,
    gigabyteSeconds: (posts * ingestMs) / 1_000 / 2 + (batches * batchMs(size)) / 1_000,
    streamHours: 730,
    streamGigabytes: (events * billedBytes) / 1e9,
    writes: events * size.writesPerEvent,
    reads: events * size.writesPerEvent * 0.5,
    processingUnits: 0,
  };
}

const naive = (events: number): Bill => ({
  posts: events,
  lambdaRequests: events,
  gigabyteSeconds: (events * 40) / 1_000 / 2,
  streamHours: 0,
  streamGigabytes: 0,
  writes: events * 4.05,
  reads: events * 0.05,
  processingUnits: 0,
});

/** One processing unit of Flink takes about 1 MB/s here; one more orchestrates. */
function hourly(size: Size, events: number): Bill {
  const ours = tidegate(size, events, 1_000);
  const writes = events / 60 + events / (60 * devicesPerAccount);
  const units = 1 + Math.ceil((size.eventsPerSecond * lineBytes) / 1e6);
  return { ...ours, writes, reads: 0, processingUnits: units * 730 };
}
