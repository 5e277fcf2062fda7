import type { Logger } from '@aws-lambda-powertools/logger';
import type middy from '@middy/core';
import type { Context, KinesisStreamEvent } from 'aws-lambda';
import { shardOf } from './stream/read-batch.ts';

/** Every line of an invocation carries its batch: the shard, and the first sequence number. */
export function batchLog<Answer>(
  logger: Logger,
): middy.MiddlewareObj<KinesisStreamEvent, Answer, Error, Context> {
  return {
    before: ({ event, context }) => {
      logger.addContext(context);
      const first = event.Records[0];
      if (first) logger.appendKeys({ batchId: `${shardOf(first.eventID)}:${first.kinesis.sequenceNumber}` });
    },
    after: () => {
      logger.resetKeys();
    },
    onError: ({ error }) => {
      logger.error('batch failed', error as Error);
      logger.resetKeys();
    },
  };
}
