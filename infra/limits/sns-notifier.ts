import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Notifier } from '../../domain/notification/notification.ts';
import type { TenantDirectory } from '../../domain/tenancy/tenant-directory.ts';
import { encodeNotification } from '../../events/notification.ts';
import { expiringCache } from '../authorizer/expiring-cache.ts';
import type { Clock } from '../clock.ts';

/** A tenant's topics are made with it and stay. */
const topicsTtlMs = 60_000;
const tenantsMax = 1_000;

export interface SnsNotifierOptions {
  tenants: Pick<TenantDirectory, 'find'>;
  clock: Clock;
  /** Without a slash at its end. */
  consoleUrl: string;
}

/** Publishes to the tenant's topic: JSON to queues and functions, sentences to mail, a short one to phones. */
export function snsNotifier(client: SNSClient, { tenants, clock, consoleUrl }: SnsNotifierOptions): Notifier {
  const known = expiringCache<Record<string, string>>({
    clock,
    load: async (tenantId) => (await tenants.find(tenantId))?.topics,
    foundMs: topicsTtlMs,
    absentMs: 0,
    entriesMax: tenantsMax,
  });
  return {
    async tell({ topic, notification }) {
      const TopicArn = (await known(notification.tenantId))?.[topic];
      // A tenant that is gone, or has no such topic, has no subscribers.
      if (TopicArn === undefined) return;
      const { subject, json, email, sms, attributes } = encodeNotification(notification, consoleUrl);
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [
          name,
          { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) },
        ]),
      );
      await client.send(
        new PublishCommand({
          TopicArn,
          Subject: subject,
          MessageStructure: 'json',
          Message: JSON.stringify({ default: json, email, sms }),
          MessageAttributes,
        }),
      );
    },
  };
}
