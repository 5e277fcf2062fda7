import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { functionNames } from '../../infra/bundle.js';
import {
  functionId,
  type PackagedStack,
  packageStack,
  propertiesOf,
  root,
} from './support/packaged-stack.ts';
import { unzip } from './support/zip.ts';

const run = promisify(execFile);

/** A bundle that is larger holds something that it should not: see which with esbuild's metafile. */
const bundleBytesMax = 500_000;

let stack: PackagedStack;
const names = await functionNames();
const folders: string[] = [];

beforeAll(async () => {
  stack = await packageStack();
});
afterAll(async () => {
  await stack?.remove();
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

const archiveOf = async (name: string) => unzip(await readFile(join(stack.folder, `${name}.zip`)));

/** What Lambda would set: the function's own variables, with names where the template refers to resources. */
function environmentOf(name: string): Record<string, string> {
  const { Variables } = propertiesOf(stack, functionId(name)).Environment;
  const own = Object.entries(Variables as Record<string, unknown>).map(([variable, value]) => [
    variable,
    typeof value === 'string' ? value : 'a-resource',
  ]);
  return { ...Object.fromEntries(own), AWS_REGION: 'eu-central-1', AWS_LAMBDA_FUNCTION_NAME: name };
}

describe('one Lambda, one file, one name', () => {
  it('files, functions of serverless.yml and samples are the same', async () => {
    const { functions } = parse(await readFile(join(root, 'serverless.yml'), 'utf8'), {
      logLevel: 'error',
    });
    const samples = await readdir(join(root, 'events/samples'));
    expect(Object.keys(functions).toSorted()).toEqual(names);
    expect(samples.filter((file) => file.endsWith('.json')).toSorted()).toEqual(
      names.map((name) => `${name}.json`),
    );
  });

  it.each(names)('%s runs on Node 24 and arm64', (name) => {
    const { Runtime, Architectures, Handler } = propertiesOf(stack, functionId(name));
    expect({ Runtime, Architectures, Handler }).toEqual({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: `dist/${name}.handler`,
    });
  });
});

describe('an archive', () => {
  it.each(names)('of %s holds its bundle and nothing else', async (name) => {
    const files = await archiveOf(name);
    const own = [...files.keys()].filter(
      (path) => name !== 'serve-console' || !path.startsWith('dist/console/'),
    );
    expect(new Set(own)).toEqual(new Set([`dist/${name}.js`, 'dist/package.json']));
  });

  it.each(names)('of %s is small', async (name) => {
    const bytes = (await archiveOf(name)).get(`dist/${name}.js`)?.length ?? 0;
    console.log(`${name}: ${Math.round(bytes / 1_000)} kB`);
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(bundleBytesMax);
  });
});

describe('a bare Node 24, with its own variables alone,', () => {
  it.each(names)('loads %s', async (name) => {
    expect(Number(process.versions.node.split('.')[0])).toBe(24);
    const folder = await mkdtemp(join(tmpdir(), 'tidegate-lambda-'));
    folders.push(folder);
    for (const [path, content] of await archiveOf(name)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
    }
    // Of what fails only the words: Node would print the line too, which is the whole bundle.
    const load = `console.log(typeof require('./dist/${name}.js').handler)`;
    const script = `try { ${load} } catch (error) { console.log(error.message) }`;
    const { stdout } = await run(process.execPath, ['-e', script], { cwd: folder, env: environmentOf(name) });
    expect(stdout.trim()).toBe('function');
  });
});

describe('a function without a file', () => {
  it('ends the packaging in a sentence', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tidegate-service-'));
    folders.push(folder);
    const service = `service: tidegate
frameworkVersion: "4"
plugins: [./plugin.cjs]
provider: { name: aws, runtime: nodejs24.x }
functions:
  foretell-usage: { handler: dist/foretell-usage.handler }
`;
    const plugin = join(root, 'infra/deployment/plugin.cjs');
    await writeFile(join(folder, 'plugin.cjs'), `module.exports = require(${JSON.stringify(plugin)});`);
    await writeFile(join(folder, 'serverless.yml'), service);
    const tool = join(root, 'node_modules/serverless/bin/serverless.js');
    const failed = await run(process.execPath, [tool, 'package'], { cwd: folder }).catch((error) => error);
    expect(`${failed.stdout}${failed.stderr}`).toContain(
      'serverless.yml has foretell-usage, but there is no functions/foretell-usage.ts.',
    );
  });
});
