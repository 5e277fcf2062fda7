import type { StackTime } from '../clock/kept-clock.ts';
import type { Closers } from '../closers.ts';
import type { DataFolder } from '../data-folder.ts';
import type { StackFault } from '../stack-fault.ts';
import { type Emulator, type EmulatorName, emulatorNames, startEmulator } from './emulator.ts';

export type Emulators = Record<EmulatorName, Emulator>;

/** Ports of the former start, by what listens there. */
export type Ports = Partial<Record<EmulatorName | 'api' | 'control', number>>;

interface Surroundings {
  region: string;
  accountId: string;
  folder: DataFolder;
  time: StackTime;
  ports: Ports;
  closing: Closers;
}

/** Starts every emulator on its former port and data. Where one fails, the others are left to `closing`. */
export async function startEmulators(
  around: Surroundings,
  died: (fault: StackFault) => void,
): Promise<Emulators> {
  const { region, accountId, folder, time, ports, closing } = around;
  const started = await Promise.allSettled(
    emulatorNames.map(async (name): Promise<[EmulatorName, Emulator]> => {
      const task = {
        name,
        port: ports[name] ?? 0,
        folder: folder.subfolder(name),
        clock: time.offset,
        region,
        accountId,
      };
      const emulator = await startEmulator(task, died);
      closing.add(() => emulator.stop('in order'));
      return [name, emulator];
    }),
  );
  const emulators = started.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  return Object.fromEntries(emulators) as Emulators;
}
