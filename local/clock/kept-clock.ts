import type { DataFolder } from '../data-folder.ts';
import { type DrivenClock, drivenClock } from './driven-clock.ts';
import { type ClockOffset, createOffset, machineNow } from './offset-clock.ts';

interface KeptClock {
  offsetMs: number;
  /** The latest time that the data has seen. */
  seen: number;
}

export interface StackTime {
  offset: ClockOffset;
  clock: DrivenClock;
  /** Where the time asked for was before the data's own, and the data's holds. */
  goesOnFrom: number | undefined;
  close(): void;
}

const file = 'clock.json';
/** How often the time is noted; after a kill and a machine's clock set back, the data may see this much again. */
const noteEveryMs = 5_000;

/**
 * The clock of the data folder: it goes on from where it was when the stack last ran, or from `now` where that
 * is later. It never goes back on the same data, whatever the machine's clock does.
 */
export function keptClock(folder: DataFolder, now?: number): StackTime {
  const kept = folder.read<KeptClock>(file);
  const wanted = now === undefined ? (kept?.offsetMs ?? 0) : now - machineNow();
  const least = kept === undefined ? Number.NEGATIVE_INFINITY : kept.seen - machineNow();
  const offset = createOffset(Math.max(wanted, least));
  const save = (offsetMs: number) => folder.write(file, { offsetMs, seen: machineNow() + offsetMs });
  save(Number(offset[0]));
  const clock = drivenClock(offset, save);

  let seen = clock.now();
  const noting = setInterval(() => {
    // While the clock is moved on, where it will be is kept already.
    if (clock.passing()) return;
    // The machine's clock was set back: ours stands in for what it lost.
    if (clock.now() < seen) Atomics.add(offset, 0, BigInt(Math.ceil(seen - clock.now())));
    seen = clock.now();
    try {
      save(Number(offset[0]));
    } catch {
      // A full disk is told by those who store data; the next note may succeed.
    }
  }, noteEveryMs).unref();

  return {
    offset,
    clock,
    goesOnFrom: now !== undefined && least > wanted ? clock.now() : undefined,
    close() {
      clearInterval(noting);
      clock.close();
      save(Number(offset[0]));
    },
  };
}
