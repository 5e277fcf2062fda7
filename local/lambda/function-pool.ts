import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { FunctionLog } from './function-log.ts';
import { type FunctionTask, failure, type InvocationResult, type Outcome } from './function-task.ts';

/** The threads of one Lambda. */
export interface FunctionPool {
  /** Waits for a thread that is free. Never rejects: what goes wrong is a function error. */
  invoke(payload: string): Promise<InvocationResult>;
  /** Ends its threads at once, whatever they are doing; answers how many were at work. */
  kill(): Promise<number>;
  close(): Promise<void>;
}

/** Lambda's bound on the payload of a synchronous invocation and of its answer: 6 MB. */
export const payloadBytesMax = 6 * 1024 * 1024;

/** Each thread has a heap of its own: what is short-lived must not fill the machine before it is collected. */
const youngGenerationMb = 16;

interface Thread {
  worker: Worker;
  /** Settles the invocation under way; undefined where there is none. */
  finish: ((outcome: Outcome) => void) | undefined;
}

/** At most `threadsMax` threads, each started when it is first needed and replaced when it has died. */
export function functionPool(task: FunctionTask, threadsMax: number, log: FunctionLog): FunctionPool {
  const threads = new Set<Thread>();
  const waiting: ((thread: Thread) => void)[] = [];
  let isClosed = false;

  const startThread = (): Thread => {
    const worker = new Worker(new URL('./function-thread.ts', import.meta.url), {
      workerData: task,
      name: task.name,
      env: task.environment,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: task.memoryMb, maxYoungGenerationSizeMb: youngGenerationMb },
      execArgv: [],
    });
    const thread: Thread = { worker, finish: undefined };
    threads.add(thread);
    worker.stdout.on('data', log.write);
    worker.stderr.on('data', log.write);
    worker.on('message', (outcome: Outcome) => thread.finish?.(outcome));
    worker.on('error', (error) => {
      log.write(`${error.stack ?? error}\n`);
      threads.delete(thread);
      thread.finish?.(failure('Runtime.UnhandledError', String(error)));
    });
    worker.on('exit', () => {
      threads.delete(thread);
      thread.finish?.(failure('Runtime.ExitError', 'Runtime exited without providing a reason'));
      giveOut();
    });
    return thread;
  };

  /** It leaves the pool first, so that nobody is given a thread that dies. */
  const end = (thread: Thread): Promise<number> => {
    threads.delete(thread);
    return thread.worker.terminate();
  };

  const giveOut = () => {
    while (waiting.length > 0 && !isClosed) {
      const idle = [...threads].find((thread) => thread.finish === undefined);
      const thread = idle ?? (threads.size < threadsMax ? startThread() : undefined);
      if (!thread) return;
      waiting.shift()?.(thread);
    }
  };

  const run = (thread: Thread, payload: string): Promise<InvocationResult> =>
    new Promise((resolve) => {
      const requestId = randomUUID();
      const timer = setTimeout(() => {
        const seconds = (task.timeoutMs / 1000).toFixed(2);
        void end(thread);
        thread.finish?.(
          failure(
            'Sandbox.Timedout',
            `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
          ),
        );
      }, task.timeoutMs);
      thread.finish = (outcome) => {
        clearTimeout(timer);
        thread.finish = undefined;
        const result = { requestId, ...bounded(outcome) };
        if (result.functionError) log.write(`${requestId} failed: ${result.payload}\n`);
        resolve(result);
        giveOut();
      };
      thread.worker.postMessage({ requestId, payload });
    });

  return {
    invoke(payload) {
      const refuse = (type: string, message: string) =>
        Promise.resolve({ requestId: randomUUID(), ...failure(type, message) });
      if (isClosed) return refuse('Runtime.Closed', 'The stack is stopping.');
      const bytes = Buffer.byteLength(payload);
      if (bytes > payloadBytesMax) return refuse('RequestTooLargeException', tooLarge('Request', bytes));
      return new Promise((resolve) => {
        waiting.push((thread) => resolve(run(thread, payload)));
        giveOut();
      });
    },
    async kill() {
      const killed = [...threads];
      const busy = killed.filter((thread) => thread.finish !== undefined).length;
      await Promise.all(killed.map(end));
      return busy;
    },
    async close() {
      isClosed = true;
      await Promise.all([...threads].map(end));
    },
  };
}

const tooLarge = (what: string, bytes: number): string =>
  `${what} must be smaller than ${payloadBytesMax} bytes for the InvokeFunction operation; it has ${bytes}.`;

function bounded(outcome: Outcome): Outcome {
  const bytes = Buffer.byteLength(outcome.payload);
  return bytes > payloadBytesMax
    ? failure('Function.ResponseSizeTooLarge', tooLarge('Response', bytes))
    : outcome;
}
