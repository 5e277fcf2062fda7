import { drawUuid, seeded } from '../seeded.ts';

/** What devices report over one hour. */
export interface Workload {
  name: string;
  what: string;
  accounts: number;
  devicesPerAccount: number;
  /** Seconds between two events of a device. */
  everySeconds: number;
  /** Share of events that their producer sends once more. */
  duplicates: number;
  /** Share of batches that the stream delivers twice. */
  redelivered: number;
}

export interface WorkloadEvent {
  accountId: string;
  deviceId: string;
  eventId: string;
  /** Seconds since the hour began, at which it reaches the stream. */
  arrivesAt: number;
  bytes: number;
}

export interface WorkloadRun {
  /** In order of arrival, duplicates among them. */
  events: WorkloadEvent[];
  /** What must have been counted in the end: account -> device -> sum. */
  truth: Map<string, Map<string, { value: number; events: number }>>;
  distinct: number;
}

export const workloads: Workload[] = [
  {
    name: 'W1',
    what: '2,000 accounts of 2 devices, an event a minute a device, 5 % sent twice, 1 % of batches delivered twice',
    accounts: 2_000,
    devicesPerAccount: 2,
    everySeconds: 60,
    duplicates: 0.05,
    redelivered: 0.01,
  },
  {
    name: 'W2',
    what: 'one account of 1,000 devices, an event a minute a device',
    accounts: 1,
    devicesPerAccount: 1_000,
    everySeconds: 60,
    duplicates: 0,
    redelivered: 0,
  },
  {
    name: 'W3',
    what: 'ten accounts of one device, an event a second',
    accounts: 10,
    devicesPerAccount: 1,
    everySeconds: 1,
    duplicates: 0,
    redelivered: 0,
  },
];

/** The same workload with a share of its accounts (or, where it has few, of its devices). */
export function sampled(workload: Workload, share: number): Workload {
  const accounts = Math.max(1, Math.round(workload.accounts * share));
  const devicesPerAccount =
    workload.accounts === 1
      ? Math.max(1, Math.round(workload.devicesPerAccount * share))
      : workload.devicesPerAccount;
  return { ...workload, accounts, devicesPerAccount };
}

/** Plays one hour of the workload. A producer sends a duplicate up to two minutes after the first. */
export function play(workload: Workload, seed: number): WorkloadRun {
  const random = seeded(seed);
  const events: WorkloadEvent[] = [];
  const truth: WorkloadRun['truth'] = new Map();
  let distinct = 0;
  for (let account = 0; account < workload.accounts; account++) {
    const accountId = drawUuid(random);
    const devices = new Map<string, { value: number; events: number }>();
    truth.set(accountId, devices);
    for (let device = 0; device < workload.devicesPerAccount; device++) {
      const deviceId = drawUuid(random);
      const sum = { value: 0, events: 0 };
      devices.set(deviceId, sum);
      for (let at = random() * workload.everySeconds; at < 3_600; at += workload.everySeconds) {
        const event = {
          accountId,
          deviceId,
          eventId: drawUuid(random),
          arrivesAt: at,
          bytes: 1 + Math.floor(random() * 1e7),
        };
        events.push(event);
        if (random() < workload.duplicates) events.push({ ...event, arrivesAt: at + random() * 120 });
        sum.value += event.bytes;
        sum.events += 1;
        distinct += 1;
      }
    }
  }
  events.sort((one, other) => one.arrivesAt - other.arrivesAt);
  return { events, truth, distinct };
}
