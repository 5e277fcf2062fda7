import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import { CommandFault } from './command-fault.ts';

/** The stack that a command is about: deployed, or on this machine. */
export interface StackTarget {
  /** Names of what a command makes begin with it. It holds no `_`. */
  name: string;
  /** What every AWS client of this stack is made with. */
  client(service: string): ClientConfig;
  /** The physical name, URL or ARN of a resource of the template. */
  resource(logicalId: string): string;
  /** The stack's time, epoch milliseconds. */
  clock: () => number;
}

export interface ClientConfig {
  region?: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

export interface TargetOptions {
  stage?: string | undefined;
  region?: string | undefined;
  'data-dir'?: string | undefined;
}

/** For `parseArgs`: how every command is told its stack. */
export const targetOptions = {
  stage: { type: 'string' },
  region: { type: 'string' },
  'data-dir': { type: 'string' },
} as const;

export const targetHelp = `Which stack:
  --data-dir DIR       the one on this machine that keeps its data there (default .tidegate)
  --stage S            the one deployed as tidegate-S, with the credentials of your AWS profile
  --region R           where that is, if not in your profile's region`;

/** What names begin with on this machine. */
export const localStackName = 'tidegate-local';

/** A stack on this machine answers in an instant or not at all. */
const answerMsMax = 5_000;

/** Finds the stack; throws a CommandFault that says what to do where there is none. */
export async function findStack(options: TargetOptions): Promise<StackTarget> {
  if (options.stage === undefined) {
    if (options.region) throw new CommandFault('--region goes with --stage: it says where that is deployed.');
    return localStack(options['data-dir'] ?? process.env.TIDEGATE_DATA_DIR ?? '.tidegate');
  }
  if (options['data-dir'])
    throw new CommandFault('Give --stage or --data-dir, not both: they name two stacks.');
  return deployedStack(options.stage, options.region);
}

interface LocalStack {
  control: string;
  aws: { region: string; endpoints: Record<string, string> };
  resources: Record<string, string>;
}

async function localStack(dataDir: string): Promise<StackTarget> {
  const howToStart = 'start it with npm start, or name another with --data-dir or --stage';
  const file = join(dataDir, 'local.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandFault(`No local stack runs on ${dataDir} (${file}: ${error.code}); ${howToStart}.`);
  });
  const { control, aws, resources } = parseLocal(text, file);
  const aheadMs = await clockAhead(control).catch((error: Error) => {
    throw new CommandFault(
      `The local stack of ${dataDir} does not answer (${error.message}); ${howToStart}.`,
    );
  });
  return {
    name: localStackName,
    client: (service) => ({
      region: aws.region,
      ...(aws.endpoints[service] && { endpoint: aws.endpoints[service] }),
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
    resource: namedIn(resources, `the local stack of ${dataDir}`),
    clock: () => Date.now() + aheadMs,
  };
}

function parseLocal(text: string, file: string): LocalStack {
  try {
    return JSON.parse(text) as LocalStack;
  } catch {
    throw new CommandFault(`${file} is damaged; start the local stack again: it writes it anew.`);
  }
}

/** The local stack has a clock of its own, which may have been moved on. */
async function clockAhead(control: string): Promise<number> {
  const response = await fetch(`${control}/clock`, { signal: AbortSignal.timeout(answerMsMax) });
  const { now } = (await response.json()) as { now: string };
  return Date.parse(now) - Date.now();
}

async function deployedStack(stage: string, region: string | undefined): Promise<StackTarget> {
  const name = `tidegate-${stage}`;
  const config: ClientConfig = region === undefined ? {} : { region };
  const client = new CloudFormationClient(config);
  const resources: Record<string, string> = {};
  try {
    for await (const page of paginateListStackResources({ client }, { StackName: name })) {
      for (const { LogicalResourceId, PhysicalResourceId } of page.StackResourceSummaries ?? []) {
        if (LogicalResourceId && PhysicalResourceId) resources[LogicalResourceId] = PhysicalResourceId;
      }
    }
  } catch (error) {
    throw new CommandFault(
      `The stack ${name} cannot be read (${(error as Error).message}); check --stage and --region, and that your AWS profile may list its resources.`,
    );
  }
  return {
    name,
    client: () => config,
    resource: namedIn(resources, `the stack ${name}`),
    clock: () => Date.now(),
  };
}

const namedIn = (resources: Record<string, string>, stack: string) => (logicalId: string) => {
  const physical = resources[logicalId];
  if (!physical)
    throw new CommandFault(`${logicalId} is not in ${stack}; deploy or start the present version first.`);
  return physical;
};
