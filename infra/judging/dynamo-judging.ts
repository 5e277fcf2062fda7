import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { JudgeTenantPorts } from '../../domain/judging/judge-tenant.ts';
import { type TellAnomalyPorts, tellAnomaly, tellHealth } from '../../domain/judging/tell-anomaly.ts';
import type { Clock } from '../clock.ts';
import { environment } from '../config.ts';
import { systemRandom } from '../random.ts';
import { dynamoTrafficReader, reopenedIntervals } from '../traffic/dynamo-traffic.ts';
import { dynamoAnomalyStore } from './dynamo-anomaly-store.ts';
import { dynamoJudgingStore } from './dynamo-judging-store.ts';
import { dynamoSeriesTweaks } from './dynamo-series-tweaks.ts';
import { dynamoTenantWatches } from './dynamo-tenant-watches.ts';
import { sqsAnomalyQueue } from './sqs-anomaly-queue.ts';

/** The ports of judging. Needs TRAFFIC_TABLE, ANOMALY_QUEUE_URL, and what the reader of traffic needs. */
export function dynamoJudging(client: DynamoDBClient, sqs: SQSClient, clock: Clock): JudgeTenantPorts {
  const table = environment.trafficTable();
  return {
    traffic: dynamoTrafficReader(client, clock),
    reopened: reopenedIntervals(client),
    store: dynamoJudgingStore(client, table, { clock }),
    anomalies: dynamoAnomalyStore(client, table),
    tweaks: dynamoSeriesTweaks(client, table),
    watches: dynamoTenantWatches(client, table),
    queue: sqsAnomalyQueue(sqs, environment.anomalyQueueUrl(), { random: systemRandom }),
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
