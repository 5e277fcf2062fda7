import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeServiceFolder } from '../../../infra/deployment/service-folder.ts';

const run = promisify(execFile);

export const root = fileURLToPath(new URL('../../..', import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: a template is as deep as CloudFormation, and tests look into it anywhere.
export type Properties = Record<string, any>;

export interface Resource {
  Type: string;
  Properties: Properties;
  DependsOn?: string | string[];
}

export interface PackagedStack {
  /** What the deployment tool made: the template and one zip a Lambda. */
  folder: string;
  resources: Record<string, Resource>;
  outputs: Record<string, { Value: unknown }>;
  remove(): Promise<void>;
}

/**
 * Packages the service as an operator does, into a folder of its own, with nothing of this machine's AWS settings:
 * it must not need any.
 */
export async function packageStack(...options: string[]): Promise<PackagedStack> {
  const service = await mkdtemp(join(tmpdir(), 'tidegate-package-'));
  const folder = join(service, 'package');
  await makeServiceFolder(service);
  const tool = join(root, 'node_modules/serverless/bin/serverless.js');
  const args = [tool, 'package', '--stage', 'test', '--package', folder, ...options];
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS|SLS|SERVERLESS)_/.test(name));
  const env = {
    ...Object.fromEntries(own),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    SLS_NOTIFICATIONS_MODE: 'off',
  };
  await run(process.execPath, args, { cwd: service, env }).catch((error) => {
    throw new Error(`serverless package failed:\n${error.stdout}${error.stderr}`);
  });
  const text = await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
  const { Resources: resources, Outputs: outputs } = JSON.parse(text);
  return { folder, resources, outputs, remove: () => rm(service, { recursive: true, force: true }) };
}

export const ofType = ({ resources }: PackagedStack, type: string): [string, Resource][] =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);

export const propertiesOf = ({ resources }: PackagedStack, logicalId: string): Properties => {
  const resource = resources[logicalId];
  if (!resource) throw new Error(`The template has no ${logicalId}.`);
  return resource.Properties;
};

/** The deployment tool's logical id of a function: `record-usage` is RecordDashusageLambdaFunction. */
export const functionId = (name: string): string =>
  `${name[0]?.toUpperCase()}${name.slice(1).replaceAll('-', 'Dash')}LambdaFunction`;
