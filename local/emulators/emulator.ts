import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ClockOffset } from '../clock/offset-clock.ts';
import { knownFolderFault } from '../data-folder.ts';
import { StackFault } from '../stack-fault.ts';

/** The emulators of a stack, each in a thread of its own, so that one can be stopped while the others go on. */
export const emulatorNames = ['dynamodb', 'queues', 'kinesis'] as const;
export type EmulatorName = (typeof emulatorNames)[number];

/** What an emulator's thread is told. */
export interface EmulatorTask {
  name: EmulatorName;
  /** 0: any that is free. */
  port: number;
  folder: string;
  clock: ClockOffset;
  region: string;
  accountId: string;
}

/** What its thread answers: once it listens, or once it knows that it cannot. */
export type EmulatorReport = { port: number } | { code: string | undefined; reason: string };

export interface Emulator {
  name: EmulatorName;
  /** http://127.0.0.1:port; the same for as long as the stack runs. */
  readonly url: string;
  readonly port: number;
  /** Ends it: in order, or at once as if it had died. */
  stop(how: 'in order' | 'at once'): Promise<void>;
  /** Starts it again on its port and data after a stop. */
  start(): Promise<void>;
}

/** Time for an emulator to close its files in order. */
const stopMsMax = 10_000;

/**
 * Starts an emulator on the port that it had before if that is free, else on any. `died` is called when it
 * ends without having been asked to.
 */
export async function startEmulator(
  task: EmulatorTask,
  died: (fault: StackFault) => void,
): Promise<Emulator> {
  let running: { worker: Worker; ended: Promise<unknown> } | undefined;
  let port = task.port;

  const launch = async (onPort: number): Promise<EmulatorReport> => {
    const worker = new Worker(new URL('./emulator-thread.ts', import.meta.url), {
      workerData: { ...task, port: onPort },
      name: task.name,
      stdout: true,
      stderr: true,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    let error: unknown;
    let report: EmulatorReport | undefined;
    worker.on('error', (thrown) => {
      error = thrown;
    });
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const reported = new Promise<void>((resolve) =>
      worker.once('message', (message: EmulatorReport) => {
        report = message;
        resolve();
      }),
    );
    await Promise.race([reported, ended]);
    if (!report || !('port' in report)) {
      await worker.terminate();
      return report ?? { code: undefined, reason: String(error ?? 'it ended at once') };
    }
    running = { worker, ended };
    void ended.then(() => {
      if (running?.worker !== worker) return;
      running = undefined;
      died(deathOf(task, error));
    });
    return report;
  };

  const start = async (mayMove: boolean) => {
    if (running) return;
    const first = await launch(port);
    const isTaken = 'reason' in first && first.code === 'EADDRINUSE' && port !== 0;
    const report = isTaken && mayMove ? await launch(0) : first;
    if ('reason' in report)
      throw new StackFault(`The ${task.name} emulator does not start: ${report.reason}.`);
    port = report.port;
  };

  await start(true);
  return {
    name: task.name,
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    get port() {
      return port;
    },
    start: () => start(false),
    async stop(how) {
      const stopping = running;
      running = undefined;
      if (!stopping) return;
      if (how === 'in order') {
        stopping.worker.postMessage('stop');
        const timer = setTimeout(() => void stopping.worker.terminate(), stopMsMax);
        await stopping.ended;
        clearTimeout(timer);
      }
      await stopping.worker.terminate();
    },
  };
}

/** Some end themselves when their disk takes no more; then that is what the person must hear. */
const deathOf = ({ name, folder }: EmulatorTask, error: unknown): StackFault =>
  knownFolderFault(dirname(folder), error) ??
  new StackFault(`The ${name} emulator has died: ${String(error ?? 'it ended by itself')}.`);
