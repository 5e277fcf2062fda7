/** A Lambda's execution environment: one thread, one invocation at a time, kept warm between them. */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { installClock } from '../clock/offset-clock.ts';
import { type FunctionTask, failure, type Invocation, type Outcome } from './function-task.ts';

type Handler = (event: unknown, context: object) => unknown;

const task = workerData as FunctionTask;
installClock(task.clock);

/** A bundle that cannot be loaded fails every invocation with the reason, as Lambda's runtime does. */
function load(): Handler | Outcome {
  try {
    const handler = createRequire(task.bundle)(task.bundle)[task.exportName];
    if (typeof handler === 'function') return handler;
    return failure('Runtime.HandlerNotFound', `${task.bundle} does not export ${task.exportName}`);
  } catch (error) {
    return failed(error, 'Runtime.ImportModuleError');
  }
}

const loaded = load();

parentPort?.on('message', async (invocation: Invocation) => {
  parentPort?.postMessage(typeof loaded === 'function' ? await invoke(loaded, invocation) : loaded);
});

async function invoke(handler: Handler, { requestId, payload }: Invocation): Promise<Outcome> {
  const endsAt = performance.now() + task.timeoutMs;
  try {
    const answer = await handler(JSON.parse(payload), contextOf(requestId, endsAt));
    return { payload: JSON.stringify(answer) ?? 'null' };
  } catch (error) {
    return failed(error, 'Error');
  }
}

function failed(error: unknown, type: string): Outcome {
  if (!(error instanceof Error)) return failure(type, String(error));
  return failure(type === 'Error' ? error.name : type, error.message, (error.stack ?? '').split('\n'));
}

const contextOf = (requestId: string, endsAt: number) => ({
  functionName: task.name,
  functionVersion: '$LATEST',
  invokedFunctionArn: task.arn,
  memoryLimitInMB: String(task.memoryMb),
  awsRequestId: requestId,
  logGroupName: `/aws/lambda/${task.name}`,
  logStreamName: 'local',
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, Math.round(endsAt - performance.now())),
});
