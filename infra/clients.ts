import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Connections are kept between invocations; a request that hangs is given up well before a Lambda's time. */
const requestHandler = () =>
  new NodeHttpHandler({
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    throwOnRequestTimeout: true,
    httpsAgent: { keepAlive: true, maxSockets: 64 },
  });

export const dynamoClient = (): DynamoDBClient =>
  new DynamoDBClient({ requestHandler: requestHandler(), maxAttempts: 4 });

/** HTTP/1.1: the SDK's default for Kinesis is HTTP/2, which no emulator speaks. */
export const kinesisClient = (): KinesisClient =>
  new KinesisClient({ requestHandler: requestHandler(), maxAttempts: 1 });

export const snsClient = (): SNSClient => new SNSClient({ requestHandler: requestHandler(), maxAttempts: 4 });

export const sqsClient = (): SQSClient => new SQSClient({ requestHandler: requestHandler(), maxAttempts: 4 });
