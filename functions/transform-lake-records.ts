/** Makes rows of the lake from lines of the stream, each with the partition that it goes to. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { FirehoseTransformationEvent } from 'aws-lambda';
import { type AnsweredRecord, answerRecords } from '../events/firehose-answer.ts';
import { createLogger } from '../infra/logger.ts';

export interface Ports {
  logger: Logger;
}

/** Firehose's contract: every record is answered once, by its id. */
export interface Transformed {
  records: AnsweredRecord[];
}

export const createHandler = ({ logger }: Ports) =>
  middy<FirehoseTransformationEvent, Transformed>()
    .before(({ event, context }) => {
      logger.addContext(context);
      logger.appendKeys({ batchId: event.invocationId });
    })
    .handler((event: FirehoseTransformationEvent) => {
      const { records, ...outcome } = answerRecords(event.records);
      logger.info('records transformed', { ...outcome });
      return { records };
    });

export const handler = createHandler({ logger: createLogger() });
