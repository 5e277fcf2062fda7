import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AccountRegistry, registryPartitions } from '../../domain/metering/account-registry.ts';
import { eachAtOnce } from '../../domain/metering/at-once.ts';
import {
  type Hour,
  type HourSpan,
  hourMs,
  type WindowKey,
  type WindowReader,
} from '../../domain/metering/window.ts';
import type { EventHashKeys } from '../../domain/metering/windows/event-hash-keys.ts';
import { EventIdHash } from '../../domain/metering/windows/event-id-hash.ts';
import { isWhole, windowTotals } from '../../domain/metering/windows/read-window.ts';
import { eachId, type WindowPage } from '../../domain/metering/windows/window-page.ts';
import type { WindowStore } from '../../domain/metering/windows/window-store.ts';
import type { WindowSum } from '../../domain/reconciliation/window-look.ts';
import { dynamoAccountRegistry } from '../../infra/metering/dynamo-account-registry.ts';
import { dynamoEventHashKeys } from '../../infra/metering/dynamo-event-hash-keys.ts';
import { dynamoWindowStore } from '../../infra/metering/dynamo-window-store.ts';
import { systemRandom } from '../../infra/random.ts';

/** A window with the hashes of the events that it has counted. */
export interface OpenWindow {
  events: number;
  value: bigint;
  ids: Set<string>;
  /** What its parts contradict each other in. */
  faults: string[];
  hash: (source: string, id: string) => string;
}

export interface StoredWindows {
  accounts(tenantId: string): Promise<Set<string>>;
  /** Sums of the windows of these accounts and meters; `onAccount` is called after each account. */
  sums(
    tenantId: string,
    wanted: { accounts: readonly string[]; meters: readonly string[]; span: HourSpan },
    onAccount: () => void,
  ): Promise<(WindowSum & { faults: string[] })[]>;
  /** Whole, with all its pages; undefined where there is none. */
  open(window: WindowKey): Promise<OpenWindow | undefined>;
}

const accountsAtOnce = 16;
const triesMax = 10;

/** What windows are read with. */
export interface WindowPorts {
  registry: Pick<AccountRegistry, 'walk'>;
  store: Pick<WindowStore, 'readPagesFrom'> & WindowReader;
  hashKeys: Pick<EventHashKeys, 'at'>;
}

export function dynamoStoredWindows(
  client: DynamoDBClient,
  table: string,
  clock: () => number,
): StoredWindows {
  const noKey = () => {
    throw new Error('The usage table has no key to hash events with, and yet windows.');
  };
  return storedWindows({
    registry: dynamoAccountRegistry(client, table),
    store: dynamoWindowStore(client, table, { clock, random: systemRandom }),
    hashKeys: dynamoEventHashKeys(client, table, noKey),
  });
}

export function storedWindows({ registry, store, hashKeys }: WindowPorts): StoredWindows {
  const hashes = new Map<number, EventIdHash>();

  async function hashOf(version: number): Promise<OpenWindow['hash']> {
    const hash = hashes.get(version) ?? new EventIdHash(await hashKeys.at(version));
    hashes.set(version, hash);
    return (source, id) => {
      hash.forgetDevices();
      hash.hash(hash.device(source), id);
      return hex(hash.low, hash.high);
    };
  }

  async function readPages(window: WindowKey): Promise<WindowPage[]> {
    for (let tries = 0; tries < triesMax; tries += 1) {
      const pages = await store.readPagesFrom(window, 0, 'consistent');
      if (isWhole(pages, 0)) return pages;
    }
    throw new Error(`The pages of a window of ${window.accountId} were not whole after ${triesMax} reads.`);
  }

  return {
    async accounts(tenantId) {
      const accounts = new Set<string>();
      for (let partition = 0; partition < registryPartitions; partition += 1)
        for await (const { accountId } of registry.walk(tenantId, partition)) accounts.add(accountId);
      return accounts;
    },
    async sums(tenantId, { accounts, meters, span }, onAccount) {
      const sums: (WindowSum & { faults: string[] })[] = [];
      await eachAtOnce(accounts, accountsAtOnce, async (accountId) => {
        for (const meter of meters) {
          const windows = await store.readWindows({ tenantId, accountId, meter }, span);
          for (const [hour, { events, value, devices }] of windows) {
            const faults = deviceFaults({ events, value, devices });
            sums.push({ window: { tenantId, accountId, meter, hour }, events, value, faults });
          }
        }
        onAccount();
      });
      return sums;
    },
    async open(window) {
      const pages = await readPages(window);
      const version = pages[0]?.keyVersion;
      if (version === undefined) return undefined;
      const ids = new Set<string>();
      let named = 0;
      for (const page of pages) {
        eachId(page.ids, (low, high) => ids.add(hex(low, high)));
        named += page.ids.length / 8;
      }
      const totals = windowTotals(pages);
      const faults = deviceFaults(totals);
      if (named !== ids.size) faults.push(`it names ${named - ids.size} events twice`);
      return { events: totals.events, value: totals.value, ids, faults, hash: await hashOf(version) };
    },
  };
}

function deviceFaults({ events, value, devices }: ReturnType<typeof windowTotals>): string[] {
  const faults: string[] = [];
  const sum = devices.reduce((total, device) => total + device.value, 0n);
  const count = devices.reduce((total, device) => total + device.events, 0);
  if (sum !== value) faults.push('its devices do not add up to its total');
  if (count !== events) faults.push('the events of its devices do not add up to its events');
  return faults;
}

const hex = (low: number, high: number): string =>
  (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');

/** Whole hours that the span touches. */
export const hoursOf = ({ from, to }: { from: number; to: number }): HourSpan => ({
  from: Math.floor(from / hourMs) as Hour,
  to: Math.ceil(to / hourMs),
});
