import { dynamoStoredWindows } from '../../../commands/reconcile/windows.ts';
import { hourMs } from '../../../domain/metering/window.ts';
import { dynamoIntervalCounts } from '../../../infra/traffic/dynamo-interval-counts.ts';
import type { LocalJson } from '../../../local/local-json.ts';
import type { LocalClients } from '../../../local/resources/local-clients.ts';
import { accountOf } from './bulk-events.ts';
import { eventually, type Patience } from './eventually.ts';
import { tenantClient } from './tenant-client.ts';

export const markerMeters = [{ name: 'markers', eventType: 'bulk.marker', aggregation: 'count' }];
export const markerSeries = [
  { name: 'markers', eventType: 'bulk.marker', aggregation: 'count', interval: 'PT1H' },
];

export interface MarkedStack {
  local: LocalJson;
  clients: LocalClients;
  seed: number;
  accounts: number;
  /** The stack's time, epoch milliseconds. */
  now: number;
}

/**
 * Resolves when both consumers have done all that is on the stream of these accounts. An account has one order: what
 * is sent of it now is counted after everything before. `round` is how often this was called, from 1.
 */
export async function untilCounted(
  { local, clients, seed, accounts, now }: MarkedStack,
  round: number,
  patience: Patience,
): Promise<void> {
  const names = Array.from({ length: accounts }, (_, ordinal) => accountOf(seed, ordinal, accounts));
  const time = new Date(now).toISOString();
  const head = { specversion: '1.0', source: 'marker', type: 'bulk.marker', time };
  const events = names.map((subject) => ({ ...head, id: `${subject}-${round}`, subject }));
  const { status, body } = await tenantClient(local, 'T001').post(events);
  if (body.accepted !== accounts)
    throw new Error(`The markers were answered ${status}: ${JSON.stringify(body)}`);
  const { UsageTable = '', TrafficTable = '' } = local.resources;
  const windows = dynamoStoredWindows(clients.dynamodb, UsageTable, Date.now);
  const hour = Math.floor(now / hourMs);
  const wanted = { accounts: names, meters: ['markers'], span: { from: hour, to: hour + 1 } };
  const intervals = dynamoIntervalCounts(clients.dynamodb, TrafficTable, Date.now);
  const counted = async () => {
    const sums = await windows.sums('T001', wanted, () => {});
    const counts = await intervals.read('T001', 'markers', hour * hourMs, (hour + 1) * hourMs);
    const usage = sums.reduce((total, window) => total + window.events, 0);
    const traffic = [...counts.values()].reduce((total, amount) => total + Number(amount), 0);
    return { usage, traffic };
  };
  const all = round * accounts;
  const isDone = (found: { usage: number; traffic: number }) => found.usage >= all && found.traffic >= all;
  await eventually(counted, isDone, { pollMs: 500, ...patience });
}
