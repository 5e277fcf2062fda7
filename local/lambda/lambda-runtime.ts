import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ClockOffset } from '../clock/offset-clock.ts';
import { StackFault } from '../stack-fault.ts';
import type { ResolvedResource, ResolvedStack } from '../template/resolved-stack.ts';
import { functionLog } from './function-log.ts';
import { type FunctionPool, functionPool } from './function-pool.ts';
import type { FunctionTask, InvocationResult } from './function-task.ts';

/** Plays Lambda: the functions of the template, by the names that the template and its ARNs give them. */
export interface LambdaRuntime {
  /** Synchronous invocation. Never rejects: what goes wrong is a function error. */
  invoke(functionNameOrArn: string, payload: string): Promise<InvocationResult>;
  /** The same by the name of its file, with its answer decoded; rejects where it fails. */
  invokeFile(file: string, event: unknown): Promise<unknown>;
  /** Kills a function's threads in whatever they are doing; answers how many were at work. */
  kill(file: string): Promise<number>;
  close(): Promise<void>;
}

export interface LambdaSurroundings {
  clock: ClockOffset;
  region: string;
  /** Folder of the bundles, `<file>.js` each. */
  bundles: string;
  logs: string;
  /** By the SDKs' own names, as AWS_ENDPOINT_URL_DYNAMODB. */
  endpoints: Record<string, string>;
  echo?: (line: string) => void;
}

/** Threads a function: as many as can run at once, and one that waits for its database. */
const threadsMax = availableParallelism() + 1;

export function lambdaRuntime(stack: ResolvedStack, around: LambdaSurroundings): LambdaRuntime {
  const byName = new Map<string, FunctionPool>();
  const byFile = new Map<string, FunctionPool>();
  for (const resource of stack.ofType('AWS::Lambda::Function')) {
    const arn = stack.attribute(resource.logicalId, 'Arn');
    const { file, task } = taskOf(resource, arn, around);
    const pool = functionPool(task, threadsMax, functionLog(join(around.logs, `${file}.log`), around.echo));
    byName.set(task.name, pool);
    byName.set(arn, pool);
    byFile.set(file, pool);
  }
  const pool = (pools: Map<string, FunctionPool>, name: string): FunctionPool => {
    const found = pools.get(name);
    if (!found)
      throw new StackFault(`The template has no function ${name}; it has ${[...byFile.keys()].join(', ')}.`);
    return found;
  };
  return {
    invoke: async (name, payload) => pool(byName, name).invoke(payload),
    async invokeFile(file, event) {
      const { payload, functionError } = await pool(byFile, file).invoke(JSON.stringify(event));
      const answer = JSON.parse(payload);
      if (functionError) throw new StackFault(`${file} failed: ${answer.errorType}: ${answer.errorMessage}`);
      return answer;
    },
    kill: async (file) => pool(byFile, file).kill(),
    close: async () => {
      await Promise.all([...byFile.values()].map((one) => one.close()));
    },
  };
}

function taskOf({ properties, physicalId }: ResolvedResource, arn: string, around: LambdaSurroundings) {
  const [path = '', exportName = 'handler'] = String(properties.Handler).split('.');
  const file = path.split('/').at(-1) ?? '';
  const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
  const memoryMb = Number(properties.MemorySize ?? 128);
  const task: FunctionTask = {
    name: physicalId,
    arn,
    bundle: join(around.bundles, `${file}.js`),
    exportName,
    memoryMb,
    timeoutMs: Number(properties.Timeout ?? 3) * 1000,
    environment: {
      ...Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, String(value)])),
      ...runtimeVariables(physicalId, memoryMb, around),
    },
    clock: around.clock,
  };
  return { file, task };
}

/** What Lambda's runtime sets itself, and where the SDKs look for their endpoints and credentials. */
const runtimeVariables = (name: string, memoryMb: number, { region, endpoints }: LambdaSurroundings) => ({
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  TZ: ':UTC',
  ...endpoints,
});
