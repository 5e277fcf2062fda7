import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { invokeJson } from '../lambda/invoke-json.ts';
import type { LambdaRuntime } from '../lambda/lambda-runtime.ts';
import type { LocalClients } from '../resources/local-clients.ts';
import type { StackClock } from '../stack-clock.ts';
import type { ResolvedStack } from '../template/resolved-stack.ts';
import { deliverySettings } from './delivery-settings.ts';
import { type RunningDelivery, startDeliveryStream } from './delivery-stream.ts';

interface Surroundings {
  clients: LocalClients;
  lambda: LambdaRuntime;
  clock: StackClock;
  /** Folder in which the delivery streams remember how far they are. */
  folder: string;
  bufferSeconds: number;
  log: (line: string) => void;
}

/** Plays every delivery stream of the template. Its buffer's time is the stack's, so that what was sent is soon seen. */
export function playDeliveries(stack: ResolvedStack, around: Surroundings): RunningDelivery {
  const { clients, lambda, clock, folder, bufferSeconds, log } = around;
  const running = stack.ofType('AWS::KinesisFirehose::DeliveryStream').map((resource) => {
    const settings = deliverySettings(resource, stack);
    return startDeliveryStream({
      settings,
      bufferMs: bufferSeconds * 1_000,
      kinesis: clients.kinesis,
      invoke: invokeJson(lambda, settings.transform.functionArn),
      put: async (bucket, { key, body }) => {
        await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
      },
      clock,
      checkpointDir: join(folder, resource.logicalId),
      log,
    });
  });
  return {
    async stop() {
      await Promise.all(running.map((one) => one.stop()));
    },
  };
}
