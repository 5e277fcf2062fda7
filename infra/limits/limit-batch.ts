import type { SQSRecord } from 'aws-lambda';
import type { PastCycle } from '../../domain/limits/settle-account.ts';
import { decodeLimitMessage } from '../../events/limit-message.ts';

/** The messages of one account in a batch of the limit queue, read. */
export interface LimitGroup {
  /** Undefined where none of them can be read. */
  account?: { tenantId: string; accountId: string };
  /** Cycles that thresholds were passed in. */
  pastCycles: PastCycle[];
  /** When suspensions of it have ended. */
  endedAt: number[];
  unreadable: { messageId: string; fault: string }[];
}

/** By the queue's groups, each of which is an account. */
export function groupByAccount(records: readonly SQSRecord[]): SQSRecord[][] {
  const groups = new Map<string, SQSRecord[]>();
  for (const record of records) {
    const group = record.attributes.MessageGroupId ?? record.messageId;
    groups.set(group, [...(groups.get(group) ?? []), record]);
  }
  return [...groups.values()];
}

export function readGroup(records: readonly SQSRecord[]): LimitGroup {
  const group: LimitGroup = { pastCycles: [], endedAt: [], unreadable: [] };
  const cycles = new Map<string, PastCycle>();
  for (const { messageId, body } of records) {
    try {
      const message = decodeLimitMessage(body);
      group.account = { tenantId: message.tenantId, accountId: message.accountId };
      if (message.kind === 'threshold') {
        const { meter, cycleStart: start } = message;
        cycles.set(`${meter}#${start}`, { meter, start });
      } else if (message.endedAt !== undefined) group.endedAt.push(message.endedAt);
    } catch (error) {
      group.unreadable.push({ messageId, fault: (error as Error).message });
    }
  }
  group.pastCycles = [...cycles.values()];
  return group;
}
