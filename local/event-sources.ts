import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { DrivenClock } from './clock/driven-clock.ts';
import { invokeJson } from './lambda/invoke-json.ts';
import type { LambdaRuntime } from './lambda/lambda-runtime.ts';
import { inFlight } from './mappings/in-flight.ts';
import { startQueueMapping } from './mappings/queue-mapping.ts';
import { startStreamMapping } from './mappings/stream-mapping.ts';
import type { LocalClients } from './resources/local-clients.ts';
import { StackFault } from './stack-fault.ts';
import type { ResolvedResource, ResolvedStack } from './template/resolved-stack.ts';

interface EventSource {
  /** Takes no more, and resolves when the invocations that run are done. */
  stop(): Promise<void>;
}

export interface EventSources extends EventSource {
  /** Resolves when the consumers have done what they can do now, or take too long over it. */
  settled(): Promise<void>;
}

interface Surroundings {
  clients: LocalClients;
  lambda: LambdaRuntime;
  clock: DrivenClock;
  /** Folder in which the mappings remember how far they are. */
  folder: string;
  batchWindowSeconds: number;
  log: (line: string) => void;
}

type Start = (mapping: ResolvedResource, stack: ResolvedStack, around: Surroundings) => EventSource;

/** By the service of the source's ARN. */
const starters: Record<string, Start> = { kinesis: startStream, sqs: startQueue };

/** Plays every event source mapping of the template. */
export function playEventSources(stack: ResolvedStack, around: Surroundings): EventSources {
  const calls = inFlight();
  const watched = { ...around, lambda: { ...around.lambda, invoke: calls.watch(around.lambda.invoke) } };
  const running = stack.ofType('AWS::Lambda::EventSourceMapping').map((mapping) => {
    const service = String(mapping.properties.EventSourceArn).split(':')[2] ?? '';
    const start = starters[service];
    if (!start) throw new StackFault(`${mapping.logicalId}: the local stack plays no mapping of ${service}.`);
    return start(mapping, stack, watched);
  });
  return {
    settled: calls.settled,
    async stop() {
      await Promise.all(running.map((one) => one.stop()));
    },
  };
}

function startStream(mapping: ResolvedResource, stack: ResolvedStack, around: Surroundings): EventSource {
  const { clients, clock, folder, log } = around;
  const properties = withWindow(mapping, around);
  return startStreamMapping({
    mapping: properties,
    kinesis: clients.kinesis,
    streamName: sourceOf(mapping, stack, 'AWS::Kinesis::Stream').physicalId,
    invoke: invokeJson(around.lambda, String(mapping.properties.FunctionName)),
    destination: async ({ bucket, key, body, contentType }) => {
      await clients.s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }),
      );
    },
    clock,
    checkpointDir: join(folder, mapping.logicalId),
    log,
  });
}

function startQueue(mapping: ResolvedResource, stack: ResolvedStack, around: Surroundings): EventSource {
  const { clients, clock, log } = around;
  return startQueueMapping({
    mapping: mapping.properties,
    sqs: clients.sqs,
    queueUrl: sourceOf(mapping, stack, 'AWS::SQS::Queue').physicalId,
    invoke: invokeJson(around.lambda, String(mapping.properties.FunctionName)),
    clock,
    log,
  });
}

/** The stream consumers' window is the stack's, so that what was sent is soon seen. */
const withWindow = ({ properties }: ResolvedResource, { batchWindowSeconds }: Surroundings) => ({
  ...properties,
  MaximumBatchingWindowInSeconds: batchWindowSeconds,
});

function sourceOf(mapping: ResolvedResource, stack: ResolvedStack, type: string): ResolvedResource {
  const arn = mapping.properties.EventSourceArn;
  const source = stack.ofType(type).find(({ logicalId }) => stack.attribute(logicalId, 'Arn') === arn);
  if (!source)
    throw new StackFault(`${mapping.logicalId} has a source that the template does not make: ${arn}.`);
  return source;
}
