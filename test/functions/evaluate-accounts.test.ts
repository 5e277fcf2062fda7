import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newAccount } from '../../domain/limits/account-state.ts';
import { memoryLimitQueue } from '../../domain/limits/memory-limit-queue.ts';
import type { SettledAccount, SettleOptions } from '../../domain/limits/settle-account.ts';
import { accountPartition } from '../../domain/metering/account-partition.ts';
import { memoryAccountRegistry } from '../../domain/metering/memory-account-registry.ts';
import { emptyConfig } from '../../domain/tenancy/tenant-config.ts';
import { encodeJob, type Job } from '../../events/job.ts';

vi.hoisted(() => {
  // The module makes its real adapters when it is loaded; they are not used here.
  Object.assign(process.env, {
    USAGE_TABLE: 'usage',
    TENANTS_TABLE: 'tenants',
    ACCOUNTS_TABLE: 'accounts',
    LIMIT_QUEUE_URL: 'https://queue.example/limits.fifo',
    STREAM_RETENTION_HOURS: '168',
    AWS_REGION: 'eu-central-1',
    POWERTOOLS_DEV: 'true',
  });
});
const { createHandler } = await import('../../functions/evaluate-accounts.ts');

const now = Date.parse('2026-11-21T10:30:00Z');
const batchOf = (...jobs: (Job | string)[]): SQSEvent => ({
  Records: jobs.map((job, index) => ({
    messageId: `message-${index}`,
    body: typeof job === 'string' ? job : encodeJob(job),
  })) as SQSRecord[],
});

describe('evaluate-accounts', () => {
  let settled: { accountId: string; options: SettleOptions }[];
  let failing: string | undefined;
  let queue: ReturnType<typeof memoryLimitQueue>;
  let invoke: (event: SQSEvent) => Promise<unknown>;

  beforeEach(async () => {
    for (const level of ['info', 'error'] as const) vi.spyOn(console, level).mockImplementation(() => {});
    settled = [];
    failing = undefined;
    queue = memoryLimitQueue();
    const registry = memoryAccountRegistry();
    for (let index = 0; index < 40; index++) await registry.mark('T001', `acct-${index}`, [1], now);
    const handler = createHandler({
      registry,
      queue,
      settle: async (tenantId, accountId, options): Promise<SettledAccount> => {
        if (accountId === failing) throw new Error('The table is throttled.');
        settled.push({ accountId, options });
        const account = newAccount(tenantId, accountId);
        const notice = {
          kind: 'account.resumed',
          meter: 'bytes',
          at: now,
          reason: 'limit_raised',
          until: 1,
          limitRev: 1,
        } as const;
        const untold = accountId.endsWith('7') ? [notice] : [];
        return { config: emptyConfig, account: { ...account, untold }, standings: [], pastCycles: [] };
      },
      clock: () => now,
      logger: new Logger({ serviceName: 'evaluate-accounts' }),
    });
    invoke = (event) => handler(event, {} as Context);
  });
  afterEach(() => vi.restoreAllMocks());

  it('evaluates one account, its usage summed anew', async () => {
    await invoke(batchOf({ job: 'evaluate-accounts', tenantId: 'T001', accountId: 'acct-1' }));
    expect(settled).toEqual([{ accountId: 'acct-1', options: { now, isRebuilt: true } }]);
    expect(queue.messages).toEqual([]);
  });

  it('evaluates a partition, and has told what there is to tell', async () => {
    const partition = accountPartition('acct-7');
    await invoke(batchOf({ job: 'evaluate-accounts', tenantId: 'T001', partition }));
    expect(settled.length).toBeGreaterThan(0);
    expect(settled.every(({ accountId }) => accountPartition(accountId) === partition)).toBe(true);
    expect(queue.messages.map(({ accountId }) => accountId)).toContain('acct-7');
    expect(queue.messages.every(({ kind, accountId }) => kind === 'look' && accountId.endsWith('7'))).toBe(
      true,
    );
  });

  it('hands back a job of which an account failed, after all others are done', async () => {
    const partition = accountPartition('acct-7');
    await invoke(batchOf({ job: 'evaluate-accounts', tenantId: 'T001', partition }));
    const all = settled.length;
    failing = settled[0]?.accountId;
    settled = [];
    const answer = await invoke(batchOf({ job: 'evaluate-accounts', tenantId: 'T001', partition }, '{}'));
    expect(answer).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }, { itemIdentifier: 'message-1' }],
    });
    expect(settled).toHaveLength(all - 1);
  });
});
