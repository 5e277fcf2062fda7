import { daysWithinLimits } from '../../../../domain/limits/check-day.ts';
import {
  type CheckLimits,
  checkLimits,
  checkLimitsBounds,
  recordWithinLimits,
} from '../../../../domain/limits/check-limits.ts';
import type { CycleStore } from '../../../../domain/limits/cycle-store.ts';
import type { LimitMessage, LimitQueue } from '../../../../domain/limits/limit-queue.ts';
import { limitMessageKey } from '../../../../domain/limits/limit-queue.ts';
import { memoryAccountStore } from '../../../../domain/limits/memory-account-store.ts';
import { memoryCycleStore } from '../../../../domain/limits/memory-cycle-store.ts';
import { memorySuspendedAccounts } from '../../../../domain/limits/memory-suspended-accounts.ts';
import { settleAccount } from '../../../../domain/limits/settle-account.ts';
import { tellAccount } from '../../../../domain/limits/tell-account.ts';
import { usageReadBounds } from '../../../../domain/metering/days/day-usage.ts';
import { memoryDayStore, memoryTenantDayStore } from '../../../../domain/metering/days/memory-day-store.ts';
import { rollUpBounds, rollUpPartition } from '../../../../domain/metering/days/roll-up.ts';
import { memoryAccountRegistry } from '../../../../domain/metering/memory-account-registry.ts';
import { memoryEventHashKeys } from '../../../../domain/metering/windows/memory-event-hash-keys.ts';
import { memoryWindowStore } from '../../../../domain/metering/windows/memory-window-store.ts';
import { recordUsage, recordUsageBounds } from '../../../../domain/metering/windows/record-usage.ts';
import type { Announcement, Notification } from '../../../../domain/notification/notification.ts';
import { memoryConfigHistory } from '../../../../domain/tenancy/memory-config-history.ts';
import { recentOwnLimits } from '../../../../infra/limits/recent-own-limits.ts';
import { currentConfig } from '../../../../infra/tenancy/config-cache.ts';
import type { Process } from '../../metering/simulation/scheduler.ts';
import { type Surroundings, turned } from './turns.ts';

const retentionMs = 7 * 86_400_000;
const bounds = { ...usageReadBounds, retentionMs };

/** What a wrong program would do, to prove that the simulation finds it. */
export type LimitMutation =
  | 'no-revision'
  | 'mark-before-send'
  | 'mark-before-tell'
  | 'no-second-look'
  | 'stale-configuration'
  | 'no-condition'
  | 'only-counted'
  | 'no-net';

/** Everything that is stored, as doubles, and the queue. */
export class LimitWorld {
  now: number;
  readonly registry = memoryAccountRegistry();
  readonly windows = memoryWindowStore(() => this.now);
  readonly days = memoryDayStore();
  readonly tenantDays = memoryTenantDayStore();
  readonly hashKeys = memoryEventHashKeys(() => new Uint8Array(16).fill(7));
  readonly history = memoryConfigHistory();
  readonly accounts = memoryAccountStore();
  readonly cycles: CycleStore = memoryCycleStore(() => this.now);
  readonly suspended = memorySuspendedAccounts();
  readonly queued: LimitMessage[] = [];
  readonly told = new Map<string, { notification: Notification; count: number }>();
  readonly #recentlySent = new Map<string, number>();
  readonly #mutation: LimitMutation | undefined;

  constructor(startMs: number, mutation: LimitMutation | undefined) {
    this.now = startMs;
    this.#mutation = mutation;
    if (mutation === 'no-condition') {
      const { put, read } = this.cycles;
      this.cycles.put = async (key, item) => {
        const [stored] = await read([key], 'consistent');
        return put(key, { ...item, rev: (stored?.rev ?? 0) + 1 });
      };
    }
  }

  readonly queue: LimitQueue = {
    sendAll: async (messages) => {
      for (const message of messages) {
        const key = limitMessageKey(message);
        const sentAt = this.#recentlySent.get(key) ?? Number.NEGATIVE_INFINITY;
        if (this.now - sentAt < 300_000) continue;
        this.#recentlySent.set(key, this.now);
        this.queued.push(message);
      }
    },
  };

  readonly tell = async ({ notification }: Announcement): Promise<void> => {
    const former = this.told.get(notification.id);
    this.told.set(notification.id, { notification, count: (former?.count ?? 0) + 1 });
  };

  /** The ports as one process has them. */
  portsOf(process: Process, around: Surroundings) {
    const clock = () => this.now;
    const history = turned(this.history, process, around);
    const accounts = turned(this.accounts, process, around);
    const configs = currentConfig(history, clock);
    return {
      configs: this.#mutation === 'stale-configuration' ? { ...configs, getFresh: configs.get } : configs,
      history,
      accounts,
      registry: turned(this.registry, process, around, ['walk']),
      windows: turned(this.windows, process, around, ['billedBytes']),
      days: turned(this.days, process, around),
      cycles: turned(this.cycles, process, around),
      suspended: turned(this.suspended, process, around),
      queue: turned(this.queue, process, around),
      told: turned({ tell: this.tell }, process, around),
      ownLimits: recentOwnLimits(accounts, clock),
      pause: async () => {},
    };
  }

  consumerOf(process: Process, around: Surroundings) {
    const ports = this.portsOf(process, around);
    const record = recordUsage(
      { store: ports.windows, registry: ports.registry, hashKeys: this.hashKeys, pause: ports.pause },
      { ...recordUsageBounds, retentionMs },
    );
    const check = this.#checkOf(ports);
    if (this.#mutation !== 'only-counted') return recordWithinLimits(record, check);
    return recordWithinLimits(record, (touched, now) =>
      check(
        touched.filter(({ counted }) => counted > 0),
        now,
      ),
    );
  }

  #checkOf({ accounts, queue, ...ports }: ReturnType<LimitWorld['portsOf']>): CheckLimits {
    return checkLimits(
      {
        ...ports,
        accounts: { find: accounts.find, findAll: accounts.findAll, hasOwnLimits: ports.ownLimits },
        queue: this.#mutation === 'mark-before-send' ? this.#sendLater(queue) : queue,
      },
      { ...bounds, ...checkLimitsBounds },
    );
  }

  /** Sends when the next call comes: the mark is then made before. */
  #sendLater(queue: LimitQueue): LimitQueue {
    let held: LimitMessage[] = [];
    return {
      async sendAll(messages) {
        const due = held;
        held = [...messages];
        if (due.length > 0) await queue.sendAll(due);
      },
    };
  }

  enforcerOf(process: Process, around: Surroundings) {
    const ports = this.portsOf(process, around);
    const settle = settleAccount(ports, { ...bounds, triesMax: 8 });
    const { told } = ports;
    const tell =
      this.#mutation === 'mark-before-tell'
        ? { ...ports, tell: async (announcement: Announcement) => void told.tell(announcement) }
        : { ...ports, tell: (announcement: Announcement) => told.tell(announcement) };
    return { settle, tell: tellAccount(tell, { triesMax: 8 }), ports };
  }

  rollUpOf(process: Process, around: Surroundings) {
    const ports = this.portsOf(process, around);
    const { windows } = ports;
    const limits = { windows, check: this.#checkOf(ports), isLimited: async () => true, now: () => this.now };
    const days = this.#mutation === 'no-net' ? ports.days : daysWithinLimits(ports.days, limits);
    return rollUpPartition(
      { ...ports, days, tenantDays: turned(this.tenantDays, process, around) },
      { ...rollUpBounds, retentionMs },
    );
  }
}
