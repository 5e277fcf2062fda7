import { dayHours, type LocalDate, localDateOf } from '../calendar/local-day.ts';
import { hourMs, hourOf } from '../metering/window.ts';
import type { ZoneChange } from '../tenancy/tenant-config.ts';
import type { Announcement, Notifier, Topic } from './notification.ts';

/** What may be told on a topic of a tenant in one of its days. */
export const budgetOf: Record<Topic, number> = { accounts: 10_000, anomalies: 50, health: 20 };

/** One topic of a tenant on one of its days. */
export interface BudgetKey {
  tenantId: string;
  topic: Topic;
  date: LocalDate;
}

/**
 * Counts what is told.
 *
 * Promise: of one day at most `max` calls are answered `within`. What was taken and then not told is spent all
 * the same. Of the calls that are refused one at a time is answered `to-tell`: it tells that the budget is
 * spent and then says so; where it does not within a minute, another is.
 */
export interface NotificationBudget {
  take(key: BudgetKey, max: number, now: number): Promise<'within' | 'to-tell' | 'spent'>;
  confirmSpentTold(key: BudgetKey): Promise<void>;
}

/** Tells what the day's budget allows, and once that it is spent. */
export function tellWithinBudget(notifier: Notifier, budget: NotificationBudget, budgets = budgetOf) {
  return async (announcement: Announcement, zones: readonly ZoneChange[], now: number): Promise<void> => {
    const { topic, notification } = announcement;
    const { tenantId } = notification;
    const date = localDateOf(zones, hourOf(now));
    const key: BudgetKey = { tenantId, topic, date };
    const max = budgets[topic];
    const answer = await budget.take(key, max, now);
    if (answer === 'within') return notifier.tell(announcement);
    if (answer === 'spent') return;
    const id = `budget.spent:${tenantId}:${topic}:${date}`;
    const until = dayHours(zones, date).to * hourMs;
    await notifier.tell({
      topic,
      notification: { id, kind: 'budget.spent', tenantId, at: now, silenced: topic, until, count: max },
    });
    await budget.confirmSpentTold(key);
  };
}

export type TellWithinBudget = ReturnType<typeof tellWithinBudget>;
