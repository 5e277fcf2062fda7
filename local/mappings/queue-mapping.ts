import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { StackClock } from '../stack-clock.ts';
import { type Invoke, invokeBatch } from './invocation.ts';
import { type MappingProperties, type QueueSettings, queueSettings } from './mapping-settings.ts';
import { closed, processed } from './queue-batch.ts';
import { type QueueRecord, queueEvent, queueRecord } from './queue-event.ts';
import type { RunningMapping } from './stream-mapping.ts';
import { pause, wakeUp } from './wake-up.ts';

export interface QueueMappingOptions {
  /** Properties of the template's `AWS::Lambda::EventSourceMapping`, references resolved. */
  mapping: MappingProperties;
  sqs: SQSClient;
  queueUrl: string;
  invoke: Invoke;
  clock: StackClock;
  log: (line: string) => void;
}

/** SQS hands out and deletes at most ten messages a call. */
const callMessagesMax = 10;
/** How long a receive waits for a message; an idle queue costs one call in this time, a stop takes no longer. */
const longPollSeconds = 1;
const idlePollMs = 100;
const retryMs = 250;
const deleteTriesMax = 3;

/**
 * Plays an event source mapping of a queue. One poller gathers batches and up to MaximumConcurrency run at
 * once. In a FIFO queue a group whose messages are out is not handed out again, which keeps its order.
 */
export function startQueueMapping(options: QueueMappingOptions): RunningMapping {
  const settings = queueSettings(options.mapping);
  const stopping = new AbortController();
  const played = settings.enabled ? playQueue(options, settings, stopping.signal) : Promise.resolve();
  return {
    async stop() {
      stopping.abort();
      await played;
    },
  };
}

async function playQueue(
  options: QueueMappingOptions,
  settings: QueueSettings,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = options;
  const changed = wakeUp();
  signal.addEventListener('abort', changed.notify);
  const running = new Set<Promise<void>>();
  let gathering: QueueRecord[] = [];
  let receiving = false;

  const receive = async (): Promise<void> => {
    receiving = true;
    const received = await receiveSome(options, settings, signal);
    receiving = false;
    gathering = gathering.concat(received);
    changed.notify();
  };

  const run = async (batch: QueueRecord[]): Promise<void> => {
    await processBatch(options, settings, batch);
    changed.notify();
  };

  while (!signal.aborted) {
    if (running.size >= settings.concurrencyMax) {
      await changed.wait();
      continue;
    }
    const ready = closed(gathering, settings, clock.now());
    if (ready) {
      gathering = ready.rest;
      const invocation = run(ready.batch).finally(() => running.delete(invocation));
      running.add(invocation);
      continue;
    }
    if (!receiving) void receive();
    const [oldest] = gathering;
    if (oldest) await changed.waitUntil(clock, oldest.receivedAt + settings.windowMs);
    else await changed.wait();
  }
  while (receiving) await changed.wait();
  await Promise.all(running);
  await handBack(options, gathering);
}

/** One call; an empty list where there is nothing, or where the queue cannot be asked just now. */
async function receiveSome(
  { sqs, queueUrl, clock, log }: QueueMappingOptions,
  settings: QueueSettings,
  signal: AbortSignal,
): Promise<QueueRecord[]> {
  const began = performance.now();
  try {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(callMessagesMax, settings.batchSize),
        WaitTimeSeconds: longPollSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    const restMs = idlePollMs - (performance.now() - began);
    if (Messages.length === 0 && restMs > 0) await pause(clock, restMs, signal);
    return Messages.map((message) => queueRecord(message, settings, clock.now()));
  } catch (error) {
    log(`receiving from ${queueUrl} fails, trying again: ${(error as Error).message}`);
    await pause(clock, retryMs, signal);
    return [];
  }
}

async function processBatch(
  options: QueueMappingOptions,
  settings: QueueSettings,
  batch: QueueRecord[],
): Promise<void> {
  const { invoke, log } = options;
  const identifiers = batch.map(({ event }) => event.messageId);
  const outcome = await invokeBatch(invoke, queueEvent(batch), identifiers, settings.reportsItemFailures);
  if (outcome.kind === 'failed' || outcome.kind === 'not-invoked') {
    log(`${settings.functionName} failed with ${batch.length} messages: ${outcome.reason}`);
  }
  await deleteAll(options, processed(batch, outcome));
}

const inCalls = (records: QueueRecord[]): QueueRecord[][] =>
  Array.from({ length: Math.ceil(records.length / callMessagesMax) }, (_, call) =>
    records.slice(call * callMessagesMax, (call + 1) * callMessagesMax),
  );

const entriesOf = (records: QueueRecord[]) =>
  records.map(({ event }, index) => ({ Id: String(index), ReceiptHandle: event.receiptHandle }));

/** A message that cannot be deleted comes again, which a function must bear with in any case. */
async function deleteAll({ sqs, queueUrl, log }: QueueMappingOptions, records: QueueRecord[]): Promise<void> {
  for (const call of inCalls(records)) {
    let left = call;
    for (let tries = 1; left.length > 0; tries += 1) {
      try {
        const { Failed = [] } = await sqs.send(
          new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entriesOf(left) }),
        );
        left = Failed.map(({ Id }) => left[Number(Id)]!);
      } catch (error) {
        if (tries === deleteTriesMax)
          log(`messages of ${queueUrl} cannot be deleted: ${(error as Error).message}`);
      }
      if (tries === deleteTriesMax) break;
    }
  }
}

/** Messages that were received but never given to the function are seen at once by whoever comes next. */
async function handBack({ sqs, queueUrl, log }: QueueMappingOptions, records: QueueRecord[]): Promise<void> {
  for (const call of inCalls(records)) {
    const Entries = entriesOf(call).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
    try {
      await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
    } catch (error) {
      log(`messages of ${queueUrl} are seen again only after their timeout: ${(error as Error).message}`);
    }
  }
}
