import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { QuarantineArchive } from '../domain/quarantine/quarantine-archive.ts';
import { s3QuarantineArchive } from '../infra/quarantine/s3-quarantine-archive.ts';
import { systemRandom } from '../infra/random.ts';
import { type S3Objects, s3Objects } from '../infra/s3-objects.ts';
import { type ConfigRevisions, configRevisions } from '../infra/tenancy/config-revisions.ts';
import { dynamoConfigHistory } from '../infra/tenancy/dynamo-config-history.ts';
import { CommandFault } from './command-fault.ts';
import type { StackTarget } from './stack-target.ts';

/** What the commands that look after stored events work with. */
export interface StackClients {
  dynamodb: DynamoDBClient;
  kinesis: KinesisClient;
  /** The objects of a bucket of the template. */
  bucket(logicalId: string): Promise<S3Objects>;
  quarantine(): Promise<QuarantineArchive>;
  configs: ConfigRevisions;
  /** How long the stream keeps a record. */
  retentionMs(): Promise<number>;
  close(): void;
}

export function stackClients(stack: StackTarget): StackClients {
  const dynamodb = new DynamoDBClient({ ...stack.client('dynamodb'), maxAttempts: 8 });
  // HTTP/1.1: the SDK's default for Kinesis is HTTP/2, which no emulator speaks.
  const requestHandler = new NodeHttpHandler({ requestTimeout: 10_000, throwOnRequestTimeout: true });
  const kinesis = new KinesisClient({ ...stack.client('kinesis'), requestHandler, maxAttempts: 8 });

  async function bucket(logicalId: string): Promise<S3Objects> {
    const region = await dynamodb.config.region();
    const { endpoint } = stack.client('s3');
    const { credentials } = dynamodb.config;
    return s3Objects(
      { bucket: stack.resource(logicalId), region, endpoint, credentials },
      { random: systemRandom },
    );
  }

  return {
    dynamodb,
    kinesis,
    bucket,
    quarantine: async () => s3QuarantineArchive(await bucket('QuarantineBucket')),
    configs: configRevisions(dynamoConfigHistory(dynamodb, stack.resource('TenantsTable'))),
    async retentionMs() {
      const ask = new DescribeStreamSummaryCommand({ StreamName: stack.resource('EventStream') });
      const { StreamDescriptionSummary: summary } = await kinesis.send(ask);
      if (!summary?.RetentionPeriodHours)
        throw new CommandFault('The stream does not say how long it keeps records.');
      return summary.RetentionPeriodHours * 3_600_000;
    },
    close() {
      dynamodb.destroy();
      kinesis.destroy();
    },
  };
}
