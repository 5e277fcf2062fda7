import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** The AWS clients of the stack itself, pointed at its emulators. */
export interface LocalClients {
  dynamodb: DynamoDBClient;
  kinesis: KinesisClient;
  sqs: SQSClient;
  sns: SNSClient;
  s3: S3Client;
  close(): void;
}

/** By the names that `local.json` and the SDKs use. */
export interface Endpoints {
  dynamodb: string;
  kinesis: string;
  sqs: string;
  sns: string;
  s3: string;
  apigateway: string;
}

export function localClients(region: string, endpoints: Endpoints): LocalClients {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  // HTTP/1.1 for Kinesis too; enough sockets that one consumer that waits for records holds up no other.
  const requestHandler = new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: 256 } });
  const at = (endpoint: string) => ({ region, endpoint, credentials, requestHandler });
  const clients = {
    dynamodb: new DynamoDBClient(at(endpoints.dynamodb)),
    kinesis: new KinesisClient(at(endpoints.kinesis)),
    sqs: new SQSClient(at(endpoints.sqs)),
    sns: new SNSClient(at(endpoints.sns)),
    s3: new S3Client({ ...at(endpoints.s3), forcePathStyle: true }),
  };
  return {
    ...clients,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** The variables by which the SDKs find their endpoints by themselves. */
export const endpointVariables = (endpoints: Endpoints): Record<string, string> => ({
  AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
  AWS_ENDPOINT_URL_KINESIS: endpoints.kinesis,
  AWS_ENDPOINT_URL_SQS: endpoints.sqs,
  AWS_ENDPOINT_URL_SNS: endpoints.sns,
  AWS_ENDPOINT_URL_S3: endpoints.s3,
});
