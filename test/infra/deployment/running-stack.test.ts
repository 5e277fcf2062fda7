import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const { environmentOf, findRunningStack, resolveReferences, revisionInForce } = createRequire(
  import.meta.url,
)('../../../infra/deployment/running-stack.cjs');

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

function folderWith(text?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-data-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  if (text !== undefined) writeFileSync(join(folder, 'local.json'), text);
  return folder;
}

/** A stack's control and API, as far as they are asked. */
async function serve(
  answers: Record<string, unknown>,
): Promise<{ url: string; asked: (string | undefined)[] }> {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    const body = answers[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe('the running stack', () => {
  it('is found by its local.json, with the time of its clock', async () => {
    const { url } = await serve({ '/clock': { now: '2026-12-24T18:00:00.000Z' } });
    const folder = folderWith(JSON.stringify({ control: url, resources: { A: 'a' } }));
    expect(await findRunningStack('/elsewhere', folder)).toEqual({
      control: url,
      resources: { A: 'a' },
      now: Date.parse('2026-12-24T18:00:00Z'),
    });
  });

  it('that was never started is said to be, with what to do', async () => {
    await expect(findRunningStack('/elsewhere', folderWith())).rejects.toThrow(
      /^The local stack is not running \(.*local\.json cannot be read: ENOENT\); start it with `npm start` and try again.*\.$/,
    );
  });

  it('that has ended is said to have, with what to do', async () => {
    const { url } = await serve({});
    for (const clean of cleanups.splice(0)) await clean();
    await expect(
      findRunningStack('/elsewhere', folderWith(JSON.stringify({ control: url }))),
    ).rejects.toThrow(
      /^The local stack does not answer at http:\/\/127\.0\.0\.1:\d+ \(.*\); start it with `npm start` and try again.*\.$/,
    );
  });

  it('tells the revision of a demo tenant', async () => {
    const { url, asked } = await serve({ '/v1/tenants/T001/config': { revision: 3 } });
    const stack = { api: url, tenants: [{ tenantId: 'T001', keys: { read: 'tg_r' } }] };
    expect(await revisionInForce(stack, 'T001')).toBe(3);
    expect(asked).toEqual(['Bearer tg_r']);
    await expect(revisionInForce(stack, 'T009')).rejects.toThrow('The local stack has no key of T009');
  });
});

describe('the environment of a Lambda', () => {
  it('points its clients at the running stack', () => {
    const endpoints = { dynamodb: 'http://127.0.0.1:1', apigateway: 'http://127.0.0.1:2' };
    expect(
      environmentOf({
        aws: { region: 'eu-central-1', endpoints },
        console: 'http://127.0.0.1:4000/console/',
      }),
    ).toEqual({
      CONSOLE_URL: 'http://127.0.0.1:4000/console',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_API_GATEWAY: 'http://127.0.0.1:2',
      AWS_REGION: 'eu-central-1',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
  });

  it('names the resources of the running stack', () => {
    const environment = { USAGE_TABLE: { Ref: 'UsageTable' }, HOURS: '168' };
    expect(resolveReferences(environment, { UsageTable: 'u' })).toEqual({ USAGE_TABLE: 'u', HOURS: '168' });
    expect(() => resolveReferences(environment, {})).toThrow(
      'USAGE_TABLE refers to {"Ref":"UsageTable"}, which the local stack does not know.',
    );
  });
});
