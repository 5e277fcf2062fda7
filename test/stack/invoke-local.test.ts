import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionNames } from '../../infra/bundle.js';
import { demoConfigurations } from '../../local/demo/demo-configurations.ts';
import { type StackHandle, start } from '../../local/start.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

let dataDir: string;
let stack: StackHandle;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'tidegate-data-'));
  stack = await start({ port: 0, dataDir });
  const { tenants } = stack.localJson;
  const key = tenants.find(({ tenantId }) => tenantId === 'T001')?.keys.manage;
  const answer = await fetch(`${stack.api}/v1/tenants/T001/config`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(demoConfigurations.T001),
  });
  expect(answer.status).toBe(200);
});
afterAll(async () => {
  await stack?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** As a person does, with nothing of AWS at hand. */
async function invokeSample(name: string): Promise<{ code: number; output: string }> {
  const tool = join(root, 'node_modules/serverless/bin/serverless.js');
  const args = [tool, 'invoke', 'local', '-f', name, '-p', `events/samples/${name}.json`];
  const env = { PATH: process.env.PATH, HOME: dataDir, TIDEGATE_DATA_DIR: dataDir };
  const done = await run(process.execPath, args, { cwd: root, env }).catch((error) => error);
  return { code: done.code ?? 0, output: `${done.stdout}${done.stderr}` };
}

/** What the sample of each function comes to, in this order: what was counted is asked for afterwards. */
const outcomes: { name: string; says: string[] }[] = [
  { name: 'describe-api', says: ['"statusCode": 200'] },
  { name: 'serve-console', says: ['"statusCode": 200', '<!doctype html>'] },
  { name: 'authorize-tenant', says: ['"usageIdentifierKey"', '/GET/v1/tenants/T001/*'] },
  { name: 'configure-tenant', says: ['"statusCode": 200', String.raw`\"name\":\"orders\"`] },
  { name: 'ingest-events', says: ['"statusCode": 202', String.raw`\"accepted\":3`] },
  { name: 'record-usage', says: ['"batchItemFailures": []'] },
  { name: 'count-traffic', says: ['"batchItemFailures": []'] },
  { name: 'transform-lake-records', says: ['"result": "Ok"', '"table": "vpn_usage"', '"result": "Dropped"'] },
  { name: 'put-heartbeats', says: [] },
  { name: 'query-usage', says: ['"statusCode": 200', String.raw`\"deviceId\":\"laptop-3\"`] },
  { name: 'check-access', says: ['"statusCode": 200', String.raw`\"allowed\":true`] },
  { name: 'configure-account', says: ['"statusCode": 200', String.raw`\"accountId\":\"acct-42\"`] },
  { name: 'enforce-limit', says: ['"batchItemFailures": []'] },
  { name: 'evaluate-accounts', says: ['"batchItemFailures": []'] },
  { name: 'announce-resumptions', says: [] },
  { name: 'file-failed-batches', says: [] },
  { name: 'fan-out-jobs', says: [] },
  { name: 'detect-anomalies', says: ['"batchItemFailures": []'] },
  { name: 'notify-anomaly', says: ['"batchItemFailures": []'] },
  { name: 'query-traffic', says: ['"statusCode": 200', String.raw`\"name\":\"orders\"`] },
  { name: 'tune-series', says: ['"statusCode": 200', String.raw`\"severityThreshold\":80`] },
  { name: 'roll-up-days', says: ['"batchItemFailures": []'] },
];

describe('serverless invoke local, on the running stack,', () => {
  it('has a sample of every function', async () => {
    expect(outcomes.map(({ name }) => name).toSorted()).toEqual(await functionNames());
  });

  it.each(outcomes)('runs $name', async ({ name, says }) => {
    const { code, output } = await invokeSample(name);
    for (const words of says) expect(output).toContain(words);
    expect(output).not.toContain('errorMessage');
    expect(code).toBe(0);
  });
});
