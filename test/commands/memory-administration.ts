import type { GatewayKeys } from '../../commands/gateway-keys.ts';
import type { Administration } from '../../commands/tenant-administration.ts';
import { type TopicDirectory, topicKinds } from '../../commands/topic-directory.ts';
import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import { memoryTenantDirectory } from '../../domain/tenancy/memory-tenant-directory.ts';
import type { Rate } from '../../domain/tenancy/tenant-directory.ts';

/** The double of GatewayKeys; `rates` says what it would let through. */
export function memoryGatewayKeys(): GatewayKeys & { rates: Map<string, Rate> } {
  const values = new Map<string, string>();
  const rates = new Map<string, Rate>();
  return {
    rates,
    async ensure(tenantId, rate, value) {
      if (!values.has(tenantId)) values.set(tenantId, value);
      const kept = values.get(tenantId) as string;
      rates.set(kept, rate);
      return kept;
    },
    async remove(tenantId) {
      const value = values.get(tenantId);
      if (value === undefined) return 0;
      values.delete(tenantId);
      rates.delete(value);
      return 1;
    },
  };
}

/** The double of a TopicDirectory. */
export const memoryTopicDirectory = (): TopicDirectory => ({
  ensure: async (tenantId) =>
    Object.fromEntries(topicKinds.map((kind) => [kind, `arn:aws:sns:x:1:stack_${tenantId}_${kind}`])),
  remove: async () => topicKinds.length,
});

export const now = Date.parse('2026-11-21T10:00:00Z');

/** What an operator administers with, in memory; every draw of lots is another. */
export function memoryAdministration() {
  let drawn = 0;
  const subscribed: string[][] = [];
  const gatewayKeys = memoryGatewayKeys();
  const administration: Administration = {
    directory: memoryTenantDirectory(),
    history: memoryConfigHistory(),
    gatewayKeys,
    topics: memoryTopicDirectory(),
    subscriptions: {
      async subscribe(...subscription) {
        subscribed.push(subscription);
        return subscription[1] === 'email' ? 'unconfirmed' : 'subscribed';
      },
    },
    clock: () => now,
    randomBytes: (count) => Uint8Array.from({ length: count }, () => (drawn++ * 7919) % 251),
  };
  return { administration, gatewayKeys, subscribed };
}
