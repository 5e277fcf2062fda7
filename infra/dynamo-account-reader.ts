import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AccountReader } from './account-reader.ts';
import type { Clock } from './clock.ts';
import { environment } from './config.ts';
import { currentConfig } from './config-cache.ts';
import { dynamoAccountStore } from './dynamo-account-store.ts';
import { dynamoConfigHistory } from './dynamo-config-history.ts';
import { dynamoCycleStore } from './dynamo-cycle-store.ts';
import { dynamoNotableAccounts } from './dynamo-notable-accounts.ts';
import { systemRandom } from './random.ts';
import { dynamoUsageReader } from './usage-reader.ts';

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
