import { datesOf, dayHours, type LocalDate } from '../../calendar/local-day.ts';
import { allMeters, type TenantConfig } from '../../tenancy/tenant-config.ts';
import type { AccountRegistry, RegisteredAccount, UtcDay } from '../account-registry.ts';
import { eachAtOnce } from '../at-once.ts';
import type { StreamRetention } from '../horizon.ts';
import { hourMs, type WindowReader } from '../window.ts';
import { utcDayHours } from './day.ts';
import type { DayStore, PartitionDay, TenantDayStore } from './day-store.ts';
import { type RolledDay, rollUpDay } from './roll-up-day.ts';

export interface RollUpPorts {
  registry: AccountRegistry;
  windows: WindowReader;
  days: DayStore;
  tenantDays: TenantDayStore;
}

export interface RollUpBounds extends StreamRetention {
  /** Accounts taken from the registry at a time, and how many of them are under way at once. */
  accountsPerChunk: number;
  accountsAtOnce: number;
  /** Sums and marks under way at once. */
  writesAtOnce: number;
  /** A day that another roll-up keeps changing is left, marked, for the next one. */
  triesMax: number;
  /** Marks of a day stand for this long after its end: until then, only the first write of a window is marked. */
  markStandsMs: number;
  /** No consumer lives longer than this between its mark and the write that it stands for. */
  consumersMaxMs: number;
}

export const rollUpBounds: Omit<RollUpBounds, 'retentionMs'> = {
  accountsPerChunk: 256,
  accountsAtOnce: 16,
  writesAtOnce: 16,
  triesMax: 4,
  markStandsMs: 26 * hourMs,
  consumersMaxMs: 15 * 60_000,
};

export interface RollUpOutcome {
  accounts: number;
  /** Days of accounts, by what became of them. */
  days: Record<RolledDay, number>;
  tenantDays: number;
  marksCleared: number;
}

/**
 * Rolls up what is marked dirty of one registry partition: writes each day of an account that a marked UTC day
 * touches, whole from its hours; then the tenant's sums of those days; then clears the marks that are done with.
 * May be cut off anywhere and done again, and run twice at once: a mark is cleared only after all that rests on
 * it, only as it was read before the hours were, and only where no write that it stands for can be to come.
 */
export type RollUpPartition = (
  tenantId: string,
  config: TenantConfig,
  partition: number,
  now: number,
) => Promise<RollUpOutcome>;

export function rollUpPartition(ports: RollUpPorts, bounds: RollUpBounds): RollUpPartition {
  return async (tenantId, config, partition, now) => {
    const run = new Run(ports, bounds, { tenantId, config, partition, now });
    for await (const accounts of chunks(ports.registry.walk(tenantId, partition), bounds.accountsPerChunk)) {
      run.outcome.accounts += accounts.length;
      await eachAtOnce(accounts, bounds.accountsAtOnce, (account) => run.rollUpAccount(account));
    }
    await run.sumTenantDays();
    await ports.tenantDays.putAccountCount(tenantId, partition, run.outcome.accounts);
    await run.clearMarks();
    return run.outcome;
  };
}

interface Mark {
  accountId: string;
  day: UtcDay;
  markedAt: number;
  dates: LocalDate[];
}

/** What one call is for. */
interface Task {
  tenantId: string;
  config: TenantConfig;
  partition: number;
  now: number;
}

class Run {
  readonly outcome: RollUpOutcome = {
    accounts: 0,
    days: { written: 0, unchanged: 0, empty: 0, contended: 0, expired: 0 },
    tenantDays: 0,
    marksCleared: 0,
  };
  readonly #ports: RollUpPorts;
  readonly #bounds: RollUpBounds;
  readonly #task: Task;
  readonly #meters: string[];
  /** The tenant's days to sum, by meter and date. */
  readonly #touched = new Map<string, PartitionDay>();
  /** Dates whose sums another roll-up kept changing: their marks stand. */
  readonly #unsummed = new Set<LocalDate>();
  readonly #done: Mark[] = [];

  constructor(ports: RollUpPorts, bounds: RollUpBounds, task: Task) {
    this.#ports = ports;
    this.#bounds = bounds;
    this.#task = task;
    this.#meters = allMeters(task.config).map(({ name }) => name);
  }

  async rollUpAccount({ accountId, dirtyDays }: RegisteredAccount): Promise<void> {
    const marks = [...dirtyDays].map(([day, markedAt]) => ({
      accountId,
      day,
      markedAt,
      dates: datesOf(this.#task.config.zones, utcDayHours(day)),
    }));
    const contended = new Set<LocalDate>();
    for (const date of new Set(marks.flatMap(({ dates }) => dates))) {
      const isDone = await this.#rollUpDate(accountId, date);
      if (!isDone) contended.add(date);
    }
    this.#done.push(
      ...marks.filter((mark) => this.#mayClear(mark) && !mark.dates.some((date) => contended.has(date))),
    );
  }

  /** Every meter of an account's day; false where one of them has to be done again. */
  async #rollUpDate(accountId: string, date: LocalDate): Promise<boolean> {
    const { tenantId, config, partition, now } = this.#task;
    const hours = dayHours(config.zones, date);
    let isDone = true;
    for (const meter of this.#meters) {
      const key = { tenantId, accountId, meter, date };
      const rolled = await rollUpDay(this.#ports, this.#bounds, key, hours, now);
      this.outcome.days[rolled] += 1;
      if (rolled === 'contended') isDone = false;
      // An unchanged day is summed too: whoever wrote it may have been cut off before the sum.
      if (rolled !== 'empty') this.#touched.set(`${date}#${meter}`, { tenantId, meter, date, partition });
    }
    return isDone;
  }

  #mayClear({ day, markedAt }: Mark): boolean {
    const { now } = this.#task;
    const endedAt = utcDayHours(day).to * hourMs;
    return endedAt + this.#bounds.markStandsMs < now && markedAt + this.#bounds.consumersMaxMs < now;
  }

  async sumTenantDays(): Promise<void> {
    await eachAtOnce([...this.#touched.values()], this.#bounds.writesAtOnce, async (day) => {
      const isSummed = await this.#sumTenantDay(day);
      if (isSummed) this.outcome.tenantDays += 1;
      else this.#unsummed.add(day.date);
    });
  }

  async #sumTenantDay(day: PartitionDay): Promise<boolean> {
    const { days, tenantDays } = this.#ports;
    const hours = dayHours(this.#task.config.zones, day.date);
    for (let tries = 0; tries < this.#bounds.triesMax; tries++) {
      // Read before the days are, so that a sum of older days cannot replace one of newer days.
      const revision = await tenantDays.readRevision(day);
      const sum = await days.sumPartition(day);
      const isPut = await tenantDays.putSum(day, { ...sum, hours }, revision);
      if (isPut) return true;
    }
    return false;
  }

  async clearMarks(): Promise<void> {
    const done = this.#done.filter(({ dates }) => !dates.some((date) => this.#unsummed.has(date)));
    await eachAtOnce(done, this.#bounds.writesAtOnce, async ({ accountId, day, markedAt }) => {
      const isCleared = await this.#ports.registry.clearMark(this.#task.tenantId, accountId, day, markedAt);
      if (isCleared) this.outcome.marksCleared += 1;
    });
  }
}

async function* chunks<Item>(items: AsyncIterable<Item>, size: number): AsyncIterable<Item[]> {
  let chunk: Item[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
