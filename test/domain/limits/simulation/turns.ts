import type { Lots } from '../../metering/simulation/lots.ts';
import type { Process, Scheduler } from '../../metering/simulation/scheduler.ts';

/** What may go wrong at every call of a port, each with its probability. */
export interface PortFaults {
  crash: number;
  /** It is refused, or takes place and the answer is lost. */
  refused: number;
  lost: number;
}

export interface Surroundings {
  lots: Lots;
  scheduler: Scheduler;
  faults: PortFaults;
  onCrash: (process: Process) => void;
}

/**
 * The port as one process has it: each call takes a turn before and after, and the process may die, be refused
 * or lose the answer there. Methods named in `sync` are plain functions.
 */
export function turned<Port extends object>(
  port: Port,
  process: Process,
  around: Surroundings,
  sync: string[] = [],
): Port {
  const { lots, scheduler, faults } = around;
  const mayDie = async () => {
    if (!lots.chance(faults.crash)) return;
    process.isAlive = false;
    around.onCrash(process);
    await scheduler.turn(process);
  };
  return new Proxy(port, {
    get(target, name, receiver) {
      const method = Reflect.get(target, name, receiver);
      if (typeof method !== 'function' || sync.includes(String(name))) return method;
      return async (...given: unknown[]) => {
        await scheduler.turn(process);
        if (lots.chance(faults.refused)) throw new Error('throttled');
        await mayDie();
        const answer = await method.apply(target, given);
        await mayDie();
        await scheduler.turn(process);
        if (lots.chance(faults.lost)) throw new Error('timed out');
        return answer;
      };
    },
  });
}
