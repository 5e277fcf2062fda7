import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './support/packaged-stack.ts';

const run = promisify(execFile);

let dataDir: string;
let control: Server;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tidegate-data-'));
  control = createServer((_, response) => response.end('{"now":"2031-05-06T07:08:09.000Z"}'));
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
  await new Promise((resolve) => control.close(resolve));
});

async function invokeLocal(...args: string[]): Promise<{ code: number; output: string }> {
  const tool = join(root, 'node_modules/serverless/bin/serverless.js');
  const env = { PATH: process.env.PATH, HOME: dataDir, TIDEGATE_DATA_DIR: dataDir };
  const command = [tool, 'invoke', 'local', ...args];
  const done = await run(process.execPath, command, { cwd: root, env }).catch((error) => error);
  return { code: done.code ?? 0, output: `${done.stdout}${done.stderr}` };
}

const sampleOf = (name: string): string[] => ['-f', name, '-p', `events/samples/${name}.json`];

describe('serverless invoke local', () => {
  it('without a running stack ends in a sentence that says so', async () => {
    const { code, output } = await invokeLocal(...sampleOf('describe-api'));
    expect(code).toBe(1);
    expect(output).toMatch(/The local stack is not running \(.*\); start it with `npm start` and try again/);
    expect(output).not.toMatch(/\n\s+at /);
  });

  it('runs the bundle, by the clock of the stack', async () => {
    const { port } = control.address() as AddressInfo;
    const local = {
      control: `http://127.0.0.1:${port}`,
      console: 'http://127.0.0.1:4000/console/',
      tenants: [],
      aws: { region: 'eu-central-1', endpoints: {} },
      resources: {},
    };
    await writeFile(join(dataDir, 'local.json'), JSON.stringify(local));
    const { code, output } = await invokeLocal(...sampleOf('describe-api'));
    expect(output).toContain('"statusCode": 200');
    expect(output).toContain('"timestamp":"2031-05-06T07:08:');
    expect(code).toBe(0);
  });

  it('says which placeholder of a sample it does not know', async () => {
    const sample = join(dataDir, 'sample.json');
    await writeFile(sample, '{ "when": "{{yesterday}}" }');
    const { code, output } = await invokeLocal('-f', 'describe-api', '-p', sample);
    expect(code).toBe(1);
    expect(output).toContain('The sample has {{yesterday}}, of which nothing is known');
  });
});
