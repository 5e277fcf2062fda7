import type { DemoTenant } from '../local-json.ts';
import type { StackHandle } from '../start.ts';
import { demoConfigurations } from './demo-configurations.ts';
import { type DemoEvent, shopOrders, vpnUsage } from './demo-events.ts';
import { loadDemoHistory } from './demo-history.ts';
import { demoProgress } from './demo-progress.ts';
import { tenantApi } from './tenant-api.ts';

/** What the data folder remembers of the demo: a demo that was cut off is sent again as it was. */
interface DemoState {
  /** Its last event's time, epoch milliseconds. */
  until: number;
  isComplete: boolean;
}

const file = 'demo.json';
const batchEvents = 250;
const sendersMax = 4;

const samples: Record<string, (until: number) => DemoEvent[]> = { T001: vpnUsage, T002: shopOrders };

/**
 * Plays the demo over HTTP on data that are new, or goes on with one that was cut off: the events are the same
 * again, and what was counted is not counted twice.
 */
export async function playDemo(
  stack: StackHandle,
  { say, isQuiet, signal }: { say: (line: string) => void; isQuiet: boolean; signal: AbortSignal },
): Promise<void> {
  const { folder, localJson, clock } = stack;
  const state =
    folder.read<DemoState>(file) ?? (folder.isNew ? { until: clock.now(), isComplete: false } : undefined);
  if (!state || state.isComplete) return;
  folder.write(file, state);

  const parts = localJson.tenants.map((tenant) => ({
    tenant,
    events: samples[tenant.tenantId]?.(state.until) ?? [],
  }));
  const total = parts.reduce((sum, { events }) => sum + events.length, 0);
  const progress = demoProgress(total, isQuiet ? undefined : say);
  try {
    await Promise.all(parts.map((part) => playTenant(localJson.api, part, progress.add, signal)));
  } finally {
    progress.stop();
  }
  const tenantIds = localJson.tenants.map(({ tenantId }) => tenantId);
  await Promise.all([
    stack.invoke('fan-out-jobs', { job: 'roll-up-days' }),
    loadDemoHistory(stack.dataDir, tenantIds, state.until),
  ]);
  folder.write(file, { ...state, isComplete: true });
  const repeated = parts.reduce((sum, { events }) => sum + Math.min(batchEvents, events.length), 0);
  say(`Demo: ${total.toLocaleString('en')} events sent, ${repeated} of them twice; each was counted once.`);
}

interface Part {
  tenant: DemoTenant;
  events: DemoEvent[];
}

async function playTenant(
  api: string,
  { tenant, events }: Part,
  sent: (count: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { tenantId } = tenant;
  const calls = tenantApi(api, tenant, signal);
  await calls.putConfig(demoConfigurations[tenantId] ?? {});
  const batches: DemoEvent[][] = [];
  for (let at = 0; at < events.length; at += batchEvents) batches.push(events.slice(at, at + batchEvents));
  // The last one again, as a device does that did not see its answer.
  const waiting = [...batches, ...batches.slice(-1)].entries();
  const send = async () => {
    for (const [index, batch] of waiting) {
      await calls.postEvents(batch);
      if (index < batches.length) sent(batch.length);
    }
  };
  await Promise.all(Array.from({ length: sendersMax }, send));
  await untilCounted(calls.countedEvents, tenantId === 'T001' ? 'bytes' : 'orders', events, signal);
}

const pollMs = 200;
const visibleMsMax = 60_000;

async function untilCounted(
  counted: (account: string, meter: string, from: string) => Promise<number>,
  meter: string,
  events: DemoEvent[],
  signal: AbortSignal,
): Promise<void> {
  const expected = new Map<string, number>();
  for (const { subject } of events) expected.set(subject, (expected.get(subject) ?? 0) + 1);
  const from = events.map(({ time }) => time).toSorted()[0] ?? '';
  const giveUpAt = performance.now() + visibleMsMax;
  for (const [account, count] of expected) {
    while ((await counted(account, meter, from)) < count) {
      signal.throwIfAborted();
      if (performance.now() > giveUpAt)
        throw new Error(`the events of ${account} are not all counted after a minute.`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }
}
