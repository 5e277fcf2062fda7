import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeServiceFolder } from '../../infra/deployment/service-folder.ts';
import { codeOf, StackFault } from '../stack-fault.ts';
import type { Template } from './template.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** What the deployment tool would deploy from this checkout. */
export interface PackagedStack {
  template: Template;
  /** Folder of the Lambdas' bundles, `<name>.js` each. */
  bundles: string;
}

/** What the package is made from: a change of any of it makes another package. */
const inputs = ['serverless.yml', 'package-lock.json', 'infra', 'functions', 'events', 'domain', 'console'];

/** Packages of former states of the sources are kept up to this many. */
const packagesMax = 4;

/** Time for the deployment tool and the bundler, on a slow machine. */
const packagingMsMax = 120_000;

/**
 * Has the deployment tool compile the template and bundles the functions, or takes what an earlier start made
 * from the same sources. Throws a StackFault with the tool's own words where it fails.
 */
export async function packageStack(
  report: (line: string) => void,
  signal?: AbortSignal,
): Promise<PackagedStack> {
  const cache = cacheFolder();
  const folder = join(cache, hashOf(inputs.map((input) => join(root, input))));
  if (!existsSync(folder)) {
    report('packaging the functions');
    await makePackage(cache, folder, signal);
    forgetOld(cache);
  }
  const file = join(folder, 'package', 'cloudformation-template-update-stack.json');
  return { template: JSON.parse(readFileSync(file, 'utf8')), bundles: join(folder, 'bundles') };
}

/** Built under a name of its own and renamed when whole, so that a start that is killed leaves no half. */
async function makePackage(cache: string, folder: string, signal?: AbortSignal): Promise<void> {
  const draft = `${folder}.${process.pid}.draft`;
  // Another stack may be packaged at this moment, and each needs a place of its own.
  const service = join(draft, 'service');
  try {
    await makeServiceFolder(service);
    const tool = join(root, 'node_modules/serverless/bin/serverless.js');
    const args = [tool, 'package', '--stage', 'local', '--package', join(draft, 'package')];
    await Promise.all([
      node(args, service, signal),
      node(['--input-type=module', '--eval', bundleScript, join(draft, 'bundles')], root, signal),
    ]);
    rmSync(service, { recursive: true, force: true });
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    const isThere = codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST';
    if (!isThere) throw packagingFault(error, cache);
  }
}

const bundleScript = `
  import { mkdirSync } from 'node:fs';
  const { bundleFunctions } = await import(${JSON.stringify(new URL('../../infra/bundle.js', import.meta.url).href)});
  mkdirSync(process.argv[1], { recursive: true });
  await bundleFunctions(process.argv[1]);
`;

/** Without the person's own AWS settings: what runs here must not depend on them, nor reach their account. */
const node = (args: string[], cwd: string, signal: AbortSignal | undefined) =>
  run(process.execPath, args, {
    cwd,
    ...(signal && { signal }),
    timeout: packagingMsMax,
    maxBuffer: 16 * 1024 * 1024,
    env: {
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(AWS|SLS|SERVERLESS)_/.test(name)),
      ),
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      SLS_NOTIFICATIONS_MODE: 'off',
      SLS_TELEMETRY_DISABLED: '1',
      NODE_OPTIONS: '',
    },
  });

function packagingFault(error: unknown, cache: string): StackFault {
  if (codeOf(error) === 'ENOSPC')
    return new StackFault(`The disk that holds ${cache} is full: free some space.`);
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  const words = `${stdout}${stderr}`.trim() || String(error);
  return new StackFault(`The functions cannot be packaged, so the stack does not start:\n${words}`, {
    cause: error,
  });
}

/** Beside the installed packages, or where those cannot be written, in the system's folder for such things. */
function cacheFolder(): string {
  for (const folder of [
    join(root, 'node_modules/.cache/tidegate'),
    join(tmpdir(), `tidegate-${process.getuid?.()}`),
  ]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.W_OK);
      return folder;
    } catch {
      // The next one is tried.
    }
  }
  throw new StackFault(
    `Neither node_modules/.cache nor ${tmpdir()} can be written, so nothing can be packaged.`,
  );
}

function hashOf(paths: string[]): string {
  const hash = createHash('sha256').update(process.version);
  const add = (path: string) => {
    const isFolder = statSync(path).isDirectory();
    hash.update(`${path.slice(root.length)}\0${isFolder}\0`);
    if (!isFolder) hash.update(createHash('sha256').update(readFileSync(path)).digest());
    else for (const name of readdirSync(path).sort()) add(join(path, name));
  };
  for (const path of paths) add(path);
  return hash.digest('hex').slice(0, 24);
}

function forgetOld(cache: string): void {
  const byAge = readdirSync(cache)
    .filter((name) => !name.endsWith('.draft'))
    .map((name) => ({ name, madeAt: statSync(join(cache, name)).mtimeMs }))
    .sort((left, right) => right.madeAt - left.madeAt);
  for (const { name } of byAge.slice(packagesMax))
    rmSync(join(cache, name), { recursive: true, force: true });
}
