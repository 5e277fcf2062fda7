import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { expect, it, vi } from 'vitest';
import { memoryLimitQueue } from '../../domain/limits/memory-limit-queue.ts';
import { memorySuspendedAccounts } from '../../domain/limits/memory-suspended-accounts.ts';
import { memoryTenantDirectory } from '../../domain/tenancy/memory-tenant-directory.ts';

vi.hoisted(() => {
  // The module makes its real adapters when it is loaded; they are not used here.
  Object.assign(process.env, {
    TENANTS_TABLE: 'tenants',
    ACCOUNTS_TABLE: 'accounts',
    LIMIT_QUEUE_URL: 'https://queue.example/limits.fifo',
    AWS_REGION: 'eu-central-1',
    POWERTOOLS_DEV: 'true',
  });
});
const { createHandler } = await import('../../functions/announce-resumptions.ts');

it('announce-resumptions has every account looked at whose suspension has ended, of every tenant', async () => {
  vi.spyOn(console, 'info').mockImplementation(() => {});
  const until = Date.parse('2026-12-01T00:00:00Z');
  const tenants = memoryTenantDirectory();
  const suspended = memorySuspendedAccounts();
  for (const tenantId of ['T001', 'T002']) {
    await tenants.createOnce({
      tenantId,
      createdAt: 1,
      gatewayKey: 'k',
      rate: 'standard',
      topics: {},
      issuers: [],
    });
    for (let index = 0; index < 12; index++) {
      await suspended.add(tenantId, { accountId: `acct-${index}`, until, rev: 1 });
    }
    await suspended.add(tenantId, { accountId: 'later', until: until + 86_400_000, rev: 1 });
  }
  const queue = memoryLimitQueue();
  let now = until - 1;
  const handler = createHandler({
    tenants,
    suspended,
    queue,
    clock: () => now,
    logger: new Logger({ serviceName: 'announce-resumptions' }),
  });

  await handler({}, {} as Context);
  expect(queue.messages).toEqual([]);
  now = until;
  await handler({}, {} as Context);
  expect(queue.messages).toHaveLength(24);
  expect(queue.messages[0]).toMatchObject({ kind: 'look', endedAt: until });
  // Until it is dealt with it is sent again, as the same message.
  await handler({}, {} as Context);
  expect(queue.messages).toHaveLength(24);
  vi.restoreAllMocks();
});
