import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { trafficReader } from '../../domain/traffic/read-traffic.ts';
import { judgingPorts } from '../../infra/judging/dynamo-judging.ts';
import { sqsJobQueue } from '../../infra/metering/sqs-job-queue.ts';
import { systemRandom } from '../../infra/random.ts';
import { dynamoConfigHistory } from '../../infra/tenancy/dynamo-config-history.ts';
import { dynamoDuplicateCounts } from '../../infra/traffic/dynamo-duplicate-counts.ts';
import { dynamoIntervalCounts } from '../../infra/traffic/dynamo-interval-counts.ts';
import { dynamoShardHeartbeats } from '../../infra/traffic/dynamo-shard-heartbeats.ts';
import type { StackTarget } from '../stack-target.ts';
import type { LoadPorts } from './load-history.ts';

/** Goes into what others write: here counts are only read. */
const retentionMs = 168 * 3_600_000;

/** What loading history works with. */
export function connectLoading(stack: StackTarget): { ports: LoadPorts; close(): void } {
  const requestHandler = new NodeHttpHandler({ requestTimeout: 20_000, throwOnRequestTimeout: true });
  const dynamodb = new DynamoDBClient({ ...stack.client('dynamodb'), requestHandler, maxAttempts: 8 });
  const sqs = new SQSClient(stack.client('sqs'));
  const { clock } = stack;
  const table = stack.resource('TrafficTable');
  const traffic = trafficReader(
    {
      counts: dynamoIntervalCounts(dynamodb, table, clock),
      heartbeats: dynamoShardHeartbeats(dynamodb, table, { clock, retentionMs }),
      duplicates: dynamoDuplicateCounts(dynamodb, table, { retentionMs }),
      clock,
    },
    0,
  );
  const names = { table, queueUrl: stack.resource('AnomalyQueue') };
  return {
    ports: {
      ...judgingPorts({ dynamodb, sqs }, names, { clock, random: systemRandom }),
      traffic,
      detections: sqsJobQueue(sqs, stack.resource('DetectionQueue'), { random: systemRandom }),
      history: dynamoConfigHistory(dynamodb, stack.resource('TenantsTable')),
    },
    close() {
      dynamodb.destroy();
      sqs.destroy();
    },
  };
}
