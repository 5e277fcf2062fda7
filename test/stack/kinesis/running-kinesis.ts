import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import {
  type KinesisOptions,
  type RunningKinesis,
  startKinesis,
} from '../../../local/kinesis/start-kinesis.ts';

/** A client as the product's own, without retries, so that a test sees every answer. */
export const clientOf = (endpoint: string): KinesisClient =>
  new KinesisClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler({ connectionTimeout: 20_000, requestTimeout: 60_000 }),
    maxAttempts: 1,
  });

export interface KinesisUnderTest {
  client: KinesisClient;
  kinesis: RunningKinesis;
  dataDir: string;
  /** Stops it and starts it again on the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function kinesisUnderTest(options: Partial<KinesisOptions> = {}): Promise<KinesisUnderTest> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'kinesis-'));
  const start = () => startKinesis({ port: 0, dataDir, ...options });
  const kinesis = await start();
  const under: KinesisUnderTest = {
    client: clientOf(kinesis.endpoint),
    kinesis,
    dataDir,
    async restart() {
      under.client.destroy();
      await under.kinesis.close();
      under.kinesis = await start();
      under.client = clientOf(under.kinesis.endpoint);
    },
    async stop() {
      under.client.destroy();
      await under.kinesis.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return under;
}
