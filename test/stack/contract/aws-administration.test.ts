import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiGatewayKeys } from '../../../commands/gateway-keys.ts';
import { snsTopicDirectory } from '../../../commands/topic-directory.ts';
import { keptClock } from '../../../local/clock/kept-clock.ts';
import { serveControl } from '../../../local/control/control-server.ts';
import { gatewayControl } from '../../../local/control/gateway-control.ts';
import { openDataFolder } from '../../../local/data-folder.ts';
import { gatewayKeys } from '../../../local/gateway/gateway-keys.ts';
import { gatewayKeysContract } from '../../commands/gateway-keys-contract.ts';

const region = 'eu-central-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

describe("apiGatewayKeys, against the local stack's gateway", () => {
  const closing: (() => unknown)[] = [];
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  });

  gatewayKeysContract(async () => {
    const path = await mkdtemp(join(tmpdir(), 'gateway-keys-'));
    const folder = openDataFolder(path);
    const kept = gatewayKeys(folder);
    const time = keptClock(folder, undefined);
    const plans = ['standard', 'high'].map((id) => ({ id, name: id, description: id, throttle: undefined }));
    const server: Server = await serveControl(
      time.clock,
      gatewayControl(kept, plans as never),
      'http://127.0.0.1',
      0,
    );
    const { port } = server.address() as AddressInfo;
    const client = new APIGatewayClient({ region, credentials, endpoint: `http://127.0.0.1:${port}` });
    closing.push(
      () => rm(path, { recursive: true }),
      () => folder.release(),
      () => time.close(),
      () => new Promise((closed) => server.close(closed)),
      () => client.destroy(),
    );
    return {
      keys: apiGatewayKeys(client, 'tidegate-test', { standard: 'standard', high: 'high' }),
      ratesOf: async (value) => (kept.byValue(value)?.plans ?? []) as never,
    };
  });
});

describe('snsTopicDirectory', () => {
  let queues: Awaited<ReturnType<typeof startFauxqs>>;
  let client: SNSClient;
  beforeAll(async () => {
    queues = await startFauxqs({ port: 0, logger: false });
    client = new SNSClient({ region, credentials, endpoint: `http://127.0.0.1:${queues.port}` });
  });
  afterAll(async () => {
    client.destroy();
    await queues.stop();
  });

  it('makes one topic a tenant and kind, once', async () => {
    const topics = snsTopicDirectory(client, 'tidegate-test');
    const first = await topics.ensure('T001');
    expect(Object.keys(first)).toEqual(['accounts', 'anomalies', 'health']);
    expect(first.accounts).toMatch(/:tidegate-test_T001_accounts$/);
    expect(await topics.ensure('T001')).toEqual(first);
    await topics.ensure('T001_accounts');
    await snsTopicDirectory(client, 'tidegate-test-2').ensure('T001');
    const { Topics = [] } = await client.send(new ListTopicsCommand({}));
    expect(new Set(Topics.map(({ TopicArn }) => TopicArn)).size).toBe(9);
  });
});
