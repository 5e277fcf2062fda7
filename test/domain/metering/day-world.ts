import { sumWindows } from '../../../domain/metering/days/day.ts';
import type { Hour, WindowKey, WindowReader, WindowTotals } from '../../../domain/metering/window.ts';

/** Windows that a test writes to as it likes: what they hold is the truth. */
export interface MemoryWindows extends WindowReader {
  add(window: WindowKey, deviceId: string, value: number): void;
  /** Replaces what the window holds. */
  put(window: WindowKey, totals: WindowTotals): void;
  has(window: WindowKey): boolean;
  truth(account: Omit<WindowKey, 'hour'>, isIn: (hour: Hour) => boolean): WindowTotals;
}

export function memoryWindows(): MemoryWindows {
  const accounts = new Map<string, Map<Hour, WindowTotals>>();
  const hoursOf = ({ tenantId, accountId, meter }: Omit<WindowKey, 'hour'>): Map<Hour, WindowTotals> => {
    const key = JSON.stringify([tenantId, accountId, meter]);
    const hours = accounts.get(key) ?? new Map<Hour, WindowTotals>();
    accounts.set(key, hours);
    return hours;
  };
  return {
    add(window, deviceId, value) {
      const added = {
        value: BigInt(value),
        events: 1,
        devices: [{ deviceId, value: BigInt(value), events: 1 }],
      };
      const former = hoursOf(window).get(window.hour);
      hoursOf(window).set(window.hour, sumWindows(former ? [structuredClone(former), added] : [added]));
    },
    put(window, totals) {
      hoursOf(window).set(window.hour, totals);
    },
    has: (window) => hoursOf(window).has(window.hour),
    truth: (account, isIn) =>
      structuredClone(
        sumWindows(
          [...hoursOf(account)].filter(([hour]) => isIn(hour)).map(([, totals]) => structuredClone(totals)),
        ),
      ),
    async readWindows(account, { from, to }) {
      const inSpan = [...hoursOf(account)].filter(([hour]) => hour >= from && hour < to);
      return new Map(
        inSpan.toSorted(([a], [b]) => a - b).map(([hour, totals]) => [hour, structuredClone(totals)]),
      );
    },
  };
}

/** Thrown into a process that is to die. */
export class Death extends Error {}

type Fate = 'dies before' | 'dies after' | 'goes on';

/** A process that runs in turns: each call of a port that it wraps waits for its turn. */
export class Process {
  /** Its chance to be passed over when its turn is drawn. */
  readonly slowness: number;
  readonly #turns: Turns;

  constructor(turns: Turns, slowness: number) {
    this.#turns = turns;
    this.slowness = slowness;
  }

  wrap<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function') return method;
        const call = (args: unknown[]) => method.apply(target, args) as unknown;
        return name === 'walk'
          ? (...args: unknown[]) => this.#walk(call(args) as AsyncIterable<unknown>)
          : (...args: unknown[]) => this.#turns.take(this, async () => call(args));
      },
    });
  }

  async *#walk(items: AsyncIterable<unknown>): AsyncIterable<unknown> {
    for await (const item of items) {
      await this.#turns.take(this, async () => undefined);
      yield item;
    }
  }
}

/** Runs processes one call of a port at a time, in an order drawn by `random`; some die before or after a call. */
export class Turns {
  readonly #random: () => number;
  #waiting: { process: Process; go: (fate: Fate) => void }[] = [];
  readonly #alive = new Set<Process>();
  #fault: unknown;

  constructor(random: () => number) {
    this.#random = random;
  }

  get alive(): number {
    return this.#alive.size;
  }

  take<Result>(process: Process, call: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const go = (fate: Fate) => {
        const done = fate === 'dies before' ? Promise.reject(new Death()) : call();
        done.then((result) => (fate === 'dies after' ? reject(new Death()) : resolve(result)), reject);
      };
      this.#waiting.push({ process, go });
    });
  }

  /** Starts a process; it ends when it is done or dies. Any other fault of it is thrown by the next step. */
  start(run: (process: Process) => Promise<unknown>): Process {
    const process = new Process(this, this.#random() < 0.3 ? 0.99 : 0);
    this.#alive.add(process);
    run(process)
      .catch((error: unknown) => {
        if (!(error instanceof Death)) this.#fault = error;
      })
      .finally(() => this.#alive.delete(process));
    return process;
  }

  /** Perhaps a turn of one process, drawn by chance; false when none is left. */
  async step(deathRate: number): Promise<boolean> {
    await whatIsDue();
    if (this.#fault) throw this.#fault;
    if (this.#waiting.length === 0) {
      if (this.alive > 0) throw new Error('A process waits for something that is no turn.');
      return false;
    }
    const at = Math.floor(this.#random() * this.#waiting.length);
    if (this.#random() < this.#waiting[at]!.process.slowness) return true;
    const [next] = this.#waiting.splice(at, 1);
    const lot = this.#random();
    next!.go(lot < deathRate / 2 ? 'dies before' : lot < deathRate ? 'dies after' : 'goes on');
    return true;
  }

  /** Ends these processes where they stand. */
  async kill(isToDie: (process: Process) => boolean): Promise<void> {
    await whatIsDue();
    const dying = this.#waiting.filter(({ process }) => isToDie(process));
    this.#waiting = this.#waiting.filter(({ process }) => !isToDie(process));
    for (const { go } of dying) go('dies before');
    await whatIsDue();
  }
}

/** Resolves once everything has run that is due without waiting for a timer or the network. */
const whatIsDue = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
