import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryAccountStore } from '../../domain/limits/memory-account-store.ts';
import { memoryCycleStore } from '../../domain/limits/memory-cycle-store.ts';
import { memorySuspendedAccounts } from '../../domain/limits/memory-suspended-accounts.ts';
import { settleAccount } from '../../domain/limits/settle-account.ts';
import { tellAccount } from '../../domain/limits/tell-account.ts';
import { usageReadBounds } from '../../domain/metering/days/day-usage.ts';
import { memoryDayStore } from '../../domain/metering/days/memory-day-store.ts';
import { memoryAccountRegistry } from '../../domain/metering/memory-account-registry.ts';
import { hourMs, hourOf } from '../../domain/metering/window.ts';
import { memoryEventHashKeys } from '../../domain/metering/windows/memory-event-hash-keys.ts';
import { memoryWindowStore } from '../../domain/metering/windows/memory-window-store.ts';
import { recordUsage, recordUsageBounds } from '../../domain/metering/windows/record-usage.ts';
import type { Notification } from '../../domain/notification/notification.ts';
import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import { reviseConfig } from '../../domain/tenancy/revise-config.ts';
import { emptyConfig, settingsOf } from '../../domain/tenancy/tenant-config.ts';
import { encodeLimitMessage } from '../../events/limit-message.ts';
import { currentConfig } from '../../infra/tenancy/config-cache.ts';

vi.hoisted(() => {
  // The module makes its real adapters when it is loaded; they are not used here.
  Object.assign(process.env, {
    USAGE_TABLE: 'usage',
    TENANTS_TABLE: 'tenants',
    ACCOUNTS_TABLE: 'accounts',
    STREAM_RETENTION_HOURS: '168',
    CONSOLE_URL: 'https://api.example/test/console',
    AWS_REGION: 'eu-central-1',
    POWERTOOLS_DEV: 'true',
  });
});
const { createHandler } = await import('../../functions/enforce-limit.ts');

const now = Date.parse('2026-11-21T10:30:00Z');
const retentionMs = 7 * 86_400_000;
const cycleStart = hourOf(Date.parse('2026-11-01T00:00:00Z'));

const settings = {
  ...settingsOf(emptyConfig),
  meters: [{ name: 'bytes', eventType: 'use', aggregation: 'sum', field: 'bytes', scale: 0 } as const],
  plans: [
    {
      name: 'basic',
      default: true,
      limits: [{ meter: 'bytes', perCycle: 100, onReached: 'suspend' as const, nearPercent: [80] }],
    },
  ],
};

function batchOf(...bodies: [accountId: string, body: string][]): SQSEvent {
  const Records = bodies.map(([accountId, body], index) => ({
    messageId: `message-${index}`,
    body,
    attributes: { MessageGroupId: accountId },
  }));
  return { Records: Records as unknown as SQSRecord[] };
}

const threshold = (accountId: string, percent = 100): [string, string] => [
  accountId,
  encodeLimitMessage({
    kind: 'threshold',
    tenantId: 'T001',
    accountId,
    meter: 'bytes',
    cycleStart,
    threshold: percent,
    limitRev: 2,
  }),
];

describe('enforce-limit', () => {
  const logged: unknown[] = [];
  let told: Notification[];
  let failing: string | undefined;
  let clock: number;
  let world: ReturnType<typeof worldOf>;

  function worldOf() {
    const windows = memoryWindowStore(() => clock);
    const registry = memoryAccountRegistry();
    const history = memoryConfigHistory();
    const ports = {
      windows,
      registry,
      days: memoryDayStore(),
      accounts: memoryAccountStore(),
      cycles: memoryCycleStore(() => clock),
      suspended: memorySuspendedAccounts(),
      configs: currentConfig(history, () => clock),
      pause: async () => {},
    };
    const record = recordUsage(
      {
        store: windows,
        registry,
        hashKeys: memoryEventHashKeys(() => new Uint8Array(16)),
        pause: ports.pause,
      },
      { ...recordUsageBounds, retentionMs },
    );
    const tell = async ({ notification }: { notification: Notification }) => {
      if ('accountId' in notification && notification.accountId === failing)
        throw new Error('SNS is not there.');
      told.push(notification);
    };
    const handler = createHandler({
      settle: settleAccount(ports, { ...usageReadBounds, retentionMs, triesMax: 8 }),
      tell: tellAccount({ ...ports, tell }, { triesMax: 8 }),
      clock: () => clock,
      logger: new Logger({ serviceName: 'enforce-limit', logLevel: 'INFO' }),
    });
    return { ...ports, history, record, invoke: (event: SQSEvent) => handler(event, {} as Context) };
  }

  async function use(accountId: string, quantity: number, at = now): Promise<void> {
    const eventId = `event-${accountId}-${at}-${quantity}`;
    const record = {
      tenantId: 'T001',
      accountId,
      deviceId: 'd',
      eventId,
      meter: 'bytes',
      hour: hourOf(at),
      quantity,
    };
    await world.record([record], clock);
  }

  beforeEach(async () => {
    logged.length = 0;
    told = [];
    failing = undefined;
    clock = now;
    for (const level of ['info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, level).mockImplementation((...texts) => logged.push(...texts));
    }
    world = worldOf();
    await world.history.appendOnce('T001', emptyConfig);
    const revised = reviseConfig(emptyConfig, settings, now);
    if (revised.ok) await world.history.appendOnce('T001', revised.config);
  });
  afterEach(() => vi.restoreAllMocks());

  it('suspends, tells all thresholds and the suspension, and does so once', async () => {
    await use('acct-1', 120);
    const batch = batchOf(threshold('acct-1', 80), threshold('acct-1'));
    expect(await world.invoke(batch)).toEqual({ batchItemFailures: [] });
    expect(await world.invoke(batch)).toEqual({ batchItemFailures: [] });
    expect(told.map(({ kind }) => kind)).toEqual(['limit.near', 'limit.reached', 'account.suspended']);
    expect(told[2]).toMatchObject({ used: 120n, limit: 100n, until: Date.parse('2026-12-01T00:00:00Z') });
    const account = await world.accounts.find('T001', 'acct-1');
    expect(account?.suspensions.bytes).toMatchObject({ suspendedAt: now, limitRev: 2 });
    expect(account?.untold).toEqual([]);
  });

  it('takes a message for a reason to look and no more', async () => {
    await use('acct-1', 10);
    expect(await world.invoke(batchOf(threshold('acct-1')))).toEqual({ batchItemFailures: [] });
    expect(told).toEqual([]);
    expect(await world.accounts.find('T001', 'acct-1')).toBeUndefined();
  });

  it('tells of a past cycle and suspends nobody for it', async () => {
    const inOctober = Date.parse('2026-10-31T23:10:00Z');
    await use('acct-1', 100, inOctober);
    const start = hourOf(Date.parse('2026-10-01T00:00:00Z'));
    const [accountId, text] = threshold('acct-1');
    const body = JSON.stringify({ ...JSON.parse(text), cycleStart: start });
    await world.invoke(batchOf([accountId, body]));
    expect(told.map(({ kind }) => kind)).toEqual(['limit.near', 'limit.reached']);
    expect(told[0]).toMatchObject({ cycle: { start: start * hourMs } });
    expect(await world.accounts.find('T001', 'acct-1')).toBeUndefined();
  });

  it('keeps the messages of an account that it could not tell of, and of no other', async () => {
    await use('acct-1', 100);
    await use('acct-2', 100);
    failing = 'acct-1';
    const batch = batchOf(threshold('acct-1', 80), threshold('acct-2'), threshold('acct-1'));
    expect(await world.invoke(batch)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-0' }, { itemIdentifier: 'message-2' }],
    });
    expect(new Set(told.map((one) => 'accountId' in one && one.accountId))).toEqual(new Set(['acct-2']));
    failing = undefined;
    await world.invoke(batch);
    const ids = told.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(6);
  });

  it('hands back what it cannot read, and goes on with the others', async () => {
    await use('acct-1', 100);
    const answer = await world.invoke(batchOf(['x', 'not json'], threshold('acct-1')));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    expect(told).toHaveLength(3);
  });

  it('tells that a suspension ended with its cycle, and forgets the hint at it', async () => {
    await use('acct-1', 100);
    await world.invoke(batchOf(threshold('acct-1')));
    clock = Date.parse('2026-12-01T00:00:20Z');
    const endedAt = Date.parse('2026-12-01T00:00:00Z');
    const look = { kind: 'look', tenantId: 'T001', accountId: 'acct-1', cause: 'ended', endedAt } as const;
    await world.invoke(batchOf(['acct-1', encodeLimitMessage(look)]));
    await world.invoke(batchOf(['acct-1', encodeLimitMessage(look)]));
    expect(told.slice(3)).toMatchObject([{ kind: 'account.resumed', reason: 'cycle_ended' }]);
    for await (const left of world.suspended.ended('T001', clock)) expect.unreachable(left.accountId);
  });

  it('lets messages of a tenant go that is gone', async () => {
    const [accountId, text] = threshold('acct-1');
    const body = text.replace('T001', 'T999');
    expect(await world.invoke(batchOf([accountId, body]))).toEqual({ batchItemFailures: [] });
  });

  it('logs no account', async () => {
    await use('acct-1', 100);
    failing = 'acct-1';
    await world.invoke(batchOf(threshold('acct-1')));
    expect(logged.join('\n')).toContain('limits not enforced');
    expect(logged.join('\n')).not.toContain('acct-1');
  });
});
