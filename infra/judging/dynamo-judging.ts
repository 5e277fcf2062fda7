import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { JudgeTenantPorts } from '../../domain/judging/judge-tenant.ts';
import { type TellAnomalyPorts, tellAnomaly, tellHealth } from '../../domain/judging/tell-anomaly.ts';
import type { Clock } from '../clock.ts';
import { environment } from '../config.ts';
import { type Random, systemRandom } from '../random.ts';
import { dynamoTrafficReader, reopenedIntervals } from '../traffic/dynamo-traffic.ts';
import { dynamoAnomalyStore } from './dynamo-anomaly-store.ts';
import { dynamoJudgingStore } from './dynamo-judging-store.ts';
import { dynamoSeriesTweaks } from './dynamo-series-tweaks.ts';
import { dynamoTenantWatches } from './dynamo-tenant-watches.ts';
import { sqsAnomalyQueue } from './sqs-anomaly-queue.ts';

/** Where series are judged from and to, but for the traffic itself. */
export function judgingPorts(
  { dynamodb, sqs }: { dynamodb: DynamoDBClient; sqs: SQSClient },
  { table, queueUrl }: { table: string; queueUrl: string },
  { clock, random }: { clock: Clock; random: Random },
) {
  return {
    store: dynamoJudgingStore(dynamodb, table, { clock }),
    anomalies: dynamoAnomalyStore(dynamodb, table),
    tweaks: dynamoSeriesTweaks(dynamodb, table),
    watches: dynamoTenantWatches(dynamodb, table),
    queue: sqsAnomalyQueue(sqs, queueUrl, { random }),
  };
}

/** The ports of judging. Needs TRAFFIC_TABLE, ANOMALY_QUEUE_URL, and what the reader of traffic needs. */
export function dynamoJudging(dynamodb: DynamoDBClient, sqs: SQSClient, clock: Clock): JudgeTenantPorts {
  const names = { table: environment.trafficTable(), queueUrl: environment.anomalyQueueUrl() };
  return {
    ...judgingPorts({ dynamodb, sqs }, names, { clock, random: systemRandom }),
    traffic: dynamoTrafficReader(dynamodb, clock),
    reopened: reopenedIntervals(dynamodb),
  };
}

/** What is told of anomalies and of the data. Needs TRAFFIC_TABLE. */
export function dynamoTelling(client: DynamoDBClient, tell: TellAnomalyPorts['tell']) {
  const table = environment.trafficTable();
  const anomalies = dynamoAnomalyStore(client, table);
  return {
    tellAnomaly: tellAnomaly({ anomalies, tweaks: dynamoSeriesTweaks(client, table), tell }),
    tellHealth: tellHealth({ watches: dynamoTenantWatches(client, table), tell }),
  };
}
