/** Sets the plan and the own limits of an account, and holds it to them at once. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { AccountRegister } from '../domain/limits/account-register.ts';
import type { AccountStore } from '../domain/limits/account-store.ts';
import type { LimitQueue } from '../domain/limits/limit-queue.ts';
import { putAccount } from '../domain/limits/put-account.ts';
import type { SettleAccount } from '../domain/limits/settle-account.ts';
import { isToBeTold, lookAfter } from '../domain/limits/tell-account.ts';
import { accountBodyBytesMax, accountPutProblem, decodeAccountChange } from '../events/account-put.ts';
import { putProblem } from '../events/config-put.ts';
import { dynamoClient, sqsClient } from '../infra/clients.ts';
import { systemClock } from '../infra/clock.ts';
import { environment } from '../infra/config.ts';
import { accountAnswer } from '../infra/http/accounts.ts';
import { type ApiResponse, apiHandler } from '../infra/http/api-handler.ts';
import { type ApiRequest, inflate } from '../infra/http/api-request.ts';
import type { AccountReader } from '../infra/limits/account-reader.ts';
import { dynamoAccountReader } from '../infra/limits/dynamo-account-reader.ts';
import { dynamoAccountRegister } from '../infra/limits/dynamo-account-register.ts';
import { dynamoSettleAccount, limitPorts, limitQueue } from '../infra/limits/dynamo-limits.ts';
import { type LimitEvaluation, limitEvaluation } from '../infra/limits/limit-evaluation.ts';
import { createLogger } from '../infra/logger.ts';
import { sqsJobQueue } from '../infra/metering/sqs-job-queue.ts';
import { systemRandom } from '../infra/random.ts';

export interface Ports {
  reader: AccountReader;
  accounts: Pick<AccountStore, 'find' | 'put' | 'noteOwnLimits'>;
  register: AccountRegister;
  evaluation: Pick<LimitEvaluation, 'announce'>;
  settle: SettleAccount;
  queue: LimitQueue;
  logger: Logger;
}

export const createHandler = (ports: Ports) =>
  apiHandler(
    {
      'PUT /v1/tenants/{tenantId}/accounts/{accountId}': {
        scopes: ['manage'],
        handle: (request, { tenantId }) => put(ports, tenantId, request),
      },
    },
    { logger: ports.logger, clock: ports.reader.clock },
  );

export const handler = createHandler(adapters());

async function put(ports: Ports, tenantId: string, { path, body }: ApiRequest): Promise<ApiResponse> {
  const { reader, accounts, register, evaluation, settle, queue, logger } = ports;
  const { accountId } = path as { accountId: string };
  const config = await reader.configs.getFresh(tenantId);
  if (!config) throw putProblem({ ok: false, code: 'not_found' });
  const change = decodeAccountChange(accountId, inflate(body, accountBodyBytesMax), config);
  await register.register(tenantId, accountId);
  const { announce } = evaluation;
  const result = await putAccount({ accounts, announce }, tenantId, accountId, change);
  logger.info('account put', result.ok ? { rev: result.account.rev } : { refused: result.code });
  if (!result.ok) throw accountPutProblem(result);
  const now = reader.clock();
  const settled = await settle(tenantId, accountId, { now });
  if (settled && isToBeTold(settled)) await queue.sendAll([lookAfter(settled, now)]);
  return accountAnswer(reader, { tenantId, config: settled?.config ?? config, now }, accountId);
}

function adapters(): Ports {
  const client = dynamoClient();
  const sqs = sqsClient();
  const ports = limitPorts(client, systemClock);
  return {
    reader: dynamoAccountReader(client, systemClock),
    accounts: ports.accounts,
    register: dynamoAccountRegister(client, environment.usageTable()),
    evaluation: limitEvaluation(sqsJobQueue(sqs, environment.evaluationQueueUrl(), { random: systemRandom })),
    settle: dynamoSettleAccount(ports),
    queue: limitQueue(sqs),
    logger: createLogger(),
  };
}
