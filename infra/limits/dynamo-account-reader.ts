import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../clock.ts';
import { environment } from '../config.ts';
import { dynamoUsageReader } from '../metering/usage-reader.ts';
import { systemRandom } from '../random.ts';
import { currentConfig } from '../tenancy/config-cache.ts';
import { dynamoConfigHistory } from '../tenancy/dynamo-config-history.ts';
import type { AccountReader } from './account-reader.ts';
import { dynamoAccountStore } from './dynamo-account-store.ts';
import { dynamoCycleStore } from './dynamo-cycle-store.ts';
import { dynamoNotableAccounts } from './dynamo-notable-accounts.ts';

/** The reader over the tables that the environment names. */
export function dynamoAccountReader(client: DynamoDBClient, clock: Clock): AccountReader {
  const usage = environment.usageTable();
  const accounts = environment.accountsTable();
  return {
    ...dynamoUsageReader(client, usage, {
      configs: currentConfig(dynamoConfigHistory(client, environment.tenantsTable()), clock),
      clock,
      retentionMs: environment.streamRetentionMs(),
    }),
    accounts: dynamoAccountStore(client, accounts, { random: systemRandom }),
    cycles: dynamoCycleStore(client, usage, { clock, random: systemRandom }),
    notable: dynamoNotableAccounts(client, accounts),
  };
}
