/** An emulator's own thread: it tells the stack's time, starts the emulator, and closes it when told to stop. */
import { Server } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { installClock } from '../clock/offset-clock.ts';
import { codeOf, reasonOf } from '../stack-fault.ts';
import type { EmulatorName, EmulatorReport, EmulatorTask } from './emulator.ts';

interface Running {
  port: number;
  stop(): Promise<void>;
}

const task = workerData as EmulatorTask;

/** Imported only here, once the clock is in place: what they keep of Date is the stack's. */
const starters: Record<EmulatorName, () => Promise<Running>> = {
  dynamodb: async () => (await import('./dynamodb.ts')).startDynamodb(task),
  queues: async () => (await import('./queues.ts')).startQueues(task),
  kinesis: async () => (await import('./streams.ts')).startStreams(task),
};

/** Emulators are for this machine alone, whatever address they would choose. */
function listenOnLoopbackOnly(): void {
  const listen = Server.prototype.listen;
  Server.prototype.listen = function (this: Server, ...options: unknown[]) {
    const [first] = options;
    if (typeof first === 'object' && first !== null) Object.assign(first, { host: '127.0.0.1' });
    return Reflect.apply(listen, this, options);
  } as typeof listen;
}

const report = (message: EmulatorReport): void => parentPort?.postMessage(message);

installClock(task.clock);
listenOnLoopbackOnly();
try {
  const running = await starters[task.name]();
  parentPort?.on('message', async () => {
    await running.stop();
    process.exit(0);
  });
  report({ port: running.port });
} catch (error) {
  report({ code: codeOf(error), reason: reasonOf(error) });
}
