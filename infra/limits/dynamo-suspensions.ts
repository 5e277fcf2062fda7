import type { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../clock.ts';
import { systemRandom } from '../random.ts';
import { type CurrentSuspensions, currentSuspensions } from './current-suspensions.ts';
import { dynamoAccountStore } from './dynamo-account-store.ts';
import { dynamoSuspendedAccounts } from './dynamo-suspended-accounts.ts';
import { recentOwnLimits } from './recent-own-limits.ts';

/** Who is suspended, as AccountsTable has it. */
export function dynamoSuspensions(
  client: DynamoDBClient,
  table: string,
  { clock, logger }: { clock: Clock; logger: Pick<Logger, 'warn'> },
): CurrentSuspensions {
  const accounts = dynamoAccountStore(client, table, { random: systemRandom });
  return currentSuspensions({
    accounts,
    hasOwnLimits: recentOwnLimits(accounts, clock),
    suspended: dynamoSuspendedAccounts(client, table),
    clock,
    logger,
  });
}
