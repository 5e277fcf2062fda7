import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Quarantine } from '../../domain/quarantine/quarantine.ts';
import { environment } from '../config.ts';
import { systemRandom } from '../random.ts';
import { s3Quarantine } from './s3-quarantine.ts';

/** The quarantine that the environment names, by the credentials that a consumer's client has. */
export const consumerQuarantine = ({ config }: DynamoDBClient): Quarantine =>
  s3Quarantine(
    {
      bucket: environment.quarantineBucket(),
      region: environment.region(),
      endpoint: environment.s3Endpoint(),
      credentials: config.credentials,
    },
    { random: systemRandom },
  );
