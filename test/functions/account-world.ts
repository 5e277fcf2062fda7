import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { memoryAccountStore } from '../../domain/limits/memory-account-store.ts';
import { memoryCycleStore } from '../../domain/limits/memory-cycle-store.ts';
import { memoryLimitQueue } from '../../domain/limits/memory-limit-queue.ts';
import { memoryNotableAccounts } from '../../domain/limits/memory-notable-accounts.ts';
import { memorySuspendedAccounts } from '../../domain/limits/memory-suspended-accounts.ts';
import { notingAccounts } from '../../domain/limits/notable-accounts.ts';
import { settleAccount } from '../../domain/limits/settle-account.ts';
import { utcDayOf } from '../../domain/metering/account-registry.ts';
import { usageReadBounds } from '../../domain/metering/days/day-usage.ts';
import { memoryDayStore, memoryTenantDayStore } from '../../domain/metering/days/memory-day-store.ts';
import { memoryAccountRegistry } from '../../domain/metering/memory-account-registry.ts';
import { hourMs, hourOf } from '../../domain/metering/window.ts';
import type { Grant } from '../../domain/tenancy/grant.ts';
import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import { emptyConfig, type Limit, type TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { toAuthorizerContext } from '../../infra/http/api-request.ts';
import { currentConfig } from '../../infra/tenancy/config-cache.ts';
import { memoryWindows } from '../domain/metering/day-world.ts';

export const limitOf = (perCycle: number, more: Partial<Limit> = {}): Limit => ({
  meter: 'bytes',
  perCycle,
  onReached: 'suspend',
  nearPercent: [80],
  ...more,
});

const retentionMs = 168 * hourMs;
const bounds = { ...usageReadBounds, retentionMs };

/** A tenant T001 with accounts, usage and limits, over doubles. */
export async function accountWorld(config: Partial<TenantConfig>) {
  const time = { now: Date.parse('2026-11-21T10:20:00Z') };
  const clock = () => time.now;
  const history = memoryConfigHistory();
  await history.appendOnce('T001', {
    ...emptyConfig,
    meters: [
      { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', scale: 0 },
      { name: 'hours', eventType: 'vpn.usage', aggregation: 'sum', field: 'hours', scale: 1 },
    ],
    ...config,
  });
  const windows = memoryWindows();
  const registry = memoryAccountRegistry();
  const accounts = memoryAccountStore();
  const cycles = memoryCycleStore(clock);
  const suspended = memorySuspendedAccounts();
  const notable = memoryNotableAccounts();
  const queue = memoryLimitQueue();
  const configs = currentConfig(history, clock);
  const usage = { windows, registry, days: memoryDayStore(), tenantDays: memoryTenantDayStore() };
  const settle = notingAccounts(
    settleAccount(
      { ...usage, configs, accounts, cycles, suspended, pause: async () => {} },
      { ...bounds, triesMax: 5 },
    ),
    notable,
  );
  return {
    time,
    clock,
    history,
    accounts,
    cycles,
    notable,
    queue,
    settle,
    register: {
      register: (tenantId: string, accountId: string) =>
        registry.mark(tenantId, accountId, [utcDayOf(hourOf(time.now))], time.now),
    },
    reader: { ...usage, configs, accounts, cycles, notable, bounds, clock },
    /** Usage of an account at a time, by default now. */
    async use(accountId: string, value: number, { meter = 'bytes', at = time.now } = {}) {
      const hour = hourOf(at);
      await registry.mark('T001', accountId, [utcDayOf(hour)], time.now);
      windows.add({ tenantId: 'T001', accountId, meter, hour }, 'phone-7', value);
    },
  };
}

export type AccountWorld = Awaited<ReturnType<typeof accountWorld>>;

/** A request as the gateway hands it on. */
export function accountRequest(
  operation: string,
  path: Record<string, string>,
  { query, grant, body }: { query?: Record<string, string>; grant?: Partial<Grant>; body?: unknown } = {},
): [APIGatewayProxyEvent, Context] {
  const [httpMethod = '', resource = ''] = operation.split(' ');
  const segment = (name: string) => encodeURIComponent({ tenantId: 'T001', ...path }[name] as string);
  const event = {
    httpMethod,
    resource,
    path: resource.replace(/\{(\w+)\}/g, (_, name: string) => segment(name)),
    headers: {},
    queryStringParameters: query ?? null,
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: {
      requestId: 'r',
      authorizer: toAuthorizerContext({ tenantId: 'T001', scopes: ['read'], ...grant }),
    },
  } as unknown as APIGatewayProxyEvent;
  return [event, { getRemainingTimeInMillis: () => 29_000 } as Context];
}
