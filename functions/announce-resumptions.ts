/** Has every account looked at whose suspension has ended with its cycle, so that its end is told. */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { LimitMessage, LimitQueue } from '../domain/limits/limit-queue.ts';
import type { SuspendedAccounts } from '../domain/limits/suspended-accounts.ts';
import { eachAtOnce } from '../domain/metering/at-once.ts';
import type { TenantDirectory } from '../domain/tenancy/tenant-directory.ts';
import { dynamoClient, sqsClient } from '../infra/clients.ts';
import { type Clock, systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { limitQueue } from '../infra/limits/dynamo-limits.ts';
import { dynamoSuspendedAccounts } from '../infra/limits/dynamo-suspended-accounts.ts';
import { createLogger } from '../infra/logger.ts';
import { dynamoTenantDirectory } from '../infra/tenancy/dynamo-tenant-directory.ts';

export interface Ports {
  tenants: Pick<TenantDirectory, 'list'>;
  suspended: Pick<SuspendedAccounts, 'ended'>;
  queue: LimitQueue;
  clock: Clock;
  logger: Logger;
}

const tenantsAtOnce = 32;
const messagesPerCall = 10;

export const createHandler = (ports: Ports) =>
  middy<unknown, void>().handler(async (_event, context) => {
    ports.logger.addContext(context);
    const tenantIds: string[] = [];
    for await (const { tenantId } of ports.tenants.list()) tenantIds.push(tenantId);
    let ended = 0;
    await eachAtOnce(tenantIds, tenantsAtOnce, async (tenantId) => {
      ended += await announce(ports, tenantId);
    });
    ports.logger.info('resumptions announced', { tenants: tenantIds.length, ended });
  });

const client = dynamoClient();
export const handler = createHandler({
  tenants: dynamoTenantDirectory(client, environment.tenantsTable()),
  suspended: dynamoSuspendedAccounts(client, environment.accountsTable()),
  queue: limitQueue(sqsClient()),
  clock: systemClock,
  logger: createLogger(),
});

/** What is not told by the next time is sent again; the queue takes it for the same message. */
async function announce({ suspended, queue, clock }: Ports, tenantId: string): Promise<number> {
  let waiting: LimitMessage[] = [];
  let sent = 0;
  const send = async () => {
    await queue.sendAll(waiting);
    sent += waiting.length;
    waiting = [];
  };
  for await (const { accountId, until: endedAt } of suspended.ended(tenantId, clock())) {
    waiting.push({ kind: 'look', tenantId, accountId, cause: `ended ${endedAt}`, endedAt });
    if (waiting.length === messagesPerCall) await send();
  }
  if (waiting.length > 0) await send();
  return sent;
}
