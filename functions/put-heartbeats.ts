/** Puts a heartbeat into every shard of the stream, so that what is counted can be known to be complete. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { PutHeartbeats } from '../domain/traffic/put-heartbeats.ts';
import { putHeartbeats } from '../domain/traffic/put-heartbeats.ts';
import { dynamoClient, kinesisClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { createLogger } from '../infra/logger.ts';
import { systemRandom } from '../infra/random.ts';
import { shardHeartbeats } from '../infra/traffic/dynamo-traffic.ts';
import { kinesisHeartbeatStream } from '../infra/traffic/kinesis-heartbeat-stream.ts';

export interface Ports {
  putHeartbeats: PutHeartbeats;
  clock: Clock;
  logger: Logger;
}

/** Kept back of the Lambda's time for noting what was put. */
const marginMs = 10_000;

export const createHandler = (ports: Ports) =>
  middy<unknown, void>().handler(async (_event, context) => {
    ports.logger.addContext(context);
    const timeLeftMs = () => context.getRemainingTimeInMillis() - marginMs;
    const { shards, missed } = await ports.putHeartbeats(ports.clock(), timeLeftMs);
    ports.logger.info('heartbeats put', { shards, missed: missed.length });
    // The next round comes in any case; failing is what the alarm hears.
    if (missed.length > 0) {
      throw new Error(
        `${missed.length} of ${shards} shards got no heartbeat: ${missed.slice(0, 10).join(', ')}`,
      );
    }
  });

export const handler = createHandler({
  putHeartbeats: putHeartbeats({
    stream: kinesisHeartbeatStream(kinesisClient(), environment.eventStream(), { random: systemRandom }),
    heartbeats: shardHeartbeats(dynamoClient(), systemClock),
  }),
  clock: systemClock,
  logger: createLogger(),
});
