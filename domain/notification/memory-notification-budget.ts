import type { BudgetKey, NotificationBudget } from './budget.ts';

const claimMs = 60_000;

/** The double of a NotificationBudget. */
export function memoryNotificationBudget(): NotificationBudget {
  const days = new Map<string, { count: number; claimedAt?: number; isTold?: boolean }>();
  const dayOf = ({ tenantId, topic, date }: BudgetKey) => {
    const name = JSON.stringify([tenantId, topic, date]);
    const day = days.get(name) ?? { count: 0 };
    days.set(name, day);
    return day;
  };
  return {
    async take(key, max, now) {
      const day = dayOf(key);
      if (day.count < max) {
        day.count += 1;
        return 'within';
      }
      if (day.isTold || (day.claimedAt !== undefined && now - day.claimedAt < claimMs)) return 'spent';
      day.claimedAt = now;
      return 'to-tell';
    },
    async confirmSpentTold(key) {
      dayOf(key).isTold = true;
    },
  };
}
