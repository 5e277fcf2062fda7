import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type CountTraffic, countTraffic, countTrafficBounds } from '../../domain/traffic/count-traffic.ts';
import type { DuplicateCounts } from '../../domain/traffic/duplicate-counts.ts';
import { trafficReader } from '../../domain/traffic/read-traffic.ts';
import type { ShardHeartbeats } from '../../domain/traffic/shard-heartbeats.ts';
import type { ReopenedIntervals, TrafficReader } from '../../domain/traffic/traffic-reader.ts';
import type { Clock } from '../clock.ts';
import { environment } from '../config.ts';
import { systemRandom } from '../random.ts';
import { dynamoDuplicateCounts } from './dynamo-duplicate-counts.ts';
import { dynamoIntervalCounts } from './dynamo-interval-counts.ts';
import { dynamoReopenedIntervals } from './dynamo-reopened-intervals.ts';
import { dynamoShardHeartbeats } from './dynamo-shard-heartbeats.ts';

/** The ports of traffic over the table that the environment names. Needs TRAFFIC_TABLE, and what each says. */
export const reopenedIntervals = (client: DynamoDBClient): ReopenedIntervals =>
  dynamoReopenedIntervals(client, environment.trafficTable(), { random: systemRandom });

/** Needs STREAM_RETENTION_HOURS. */
export const shardHeartbeats = (client: DynamoDBClient, clock: Clock): ShardHeartbeats =>
  dynamoShardHeartbeats(client, environment.trafficTable(), {
    clock,
    retentionMs: environment.streamRetentionMs(),
  });

/** Needs STREAM_RETENTION_HOURS. */
export const duplicateCounts = (client: DynamoDBClient): DuplicateCounts =>
  dynamoDuplicateCounts(client, environment.trafficTable(), {
    retentionMs: environment.streamRetentionMs(),
  });

/** Needs STREAM_RETENTION_HOURS and ALLOWED_LATENESS_SECONDS. */
export const dynamoTrafficReader = (client: DynamoDBClient, clock: Clock): TrafficReader =>
  trafficReader(
    {
      counts: dynamoIntervalCounts(client, environment.trafficTable(), clock),
      heartbeats: shardHeartbeats(client, clock),
      duplicates: duplicateCounts(client),
      clock,
    },
    environment.allowedLatenessMs(),
  );

/** Needs STREAM_RETENTION_HOURS and ALLOWED_LATENESS_SECONDS. */
export const dynamoCountTraffic = (client: DynamoDBClient, clock: Clock): CountTraffic =>
  countTraffic(
    {
      counts: dynamoIntervalCounts(client, environment.trafficTable(), clock),
      heartbeats: shardHeartbeats(client, clock),
      reopened: reopenedIntervals(client),
    },
    {
      ...countTrafficBounds,
      retentionMs: environment.streamRetentionMs(),
      allowedLatenessMs: environment.allowedLatenessMs(),
    },
  );
