import { beforeEach, expect, it } from 'vitest';
import type { BudgetKey, NotificationBudget } from '../../../domain/notification/budget.ts';

const now = Date.parse('2026-11-21T10:30:00Z');
const key: BudgetKey = { tenantId: 'T001', topic: 'accounts', date: '2026-11-21' };

/** What NotificationBudget promises, for whichever adapter `create` makes. */
export function notificationBudgetContract(create: () => Promise<NotificationBudget>): void {
  let budget: NotificationBudget;
  beforeEach(async () => {
    budget = await create();
  });
  const take = (at = now, of = key) => budget.take(of, 3, at);

  it('lets as many through as it may, then has one tell that it is spent', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => take()));
    expect(answers.filter((answer) => answer === 'within')).toHaveLength(3);
    expect(answers.filter((answer) => answer === 'to-tell')).toHaveLength(1);
    await budget.confirmSpentTold(key);
    expect(await take(now + 3_600_000)).toBe('spent');
  });

  it('has another one tell it where the first does not', async () => {
    for (let index = 0; index < 4; index++) await take();
    expect(await take(now + 59_999)).toBe('spent');
    expect(await take(now + 60_000)).toBe('to-tell');
    expect(await take(now + 60_001)).toBe('spent');
  });

  it('is one of each tenant, topic and day', async () => {
    for (let index = 0; index < 4; index++) await take();
    expect(await take(now, { ...key, tenantId: 'T002' })).toBe('within');
    expect(await take(now, { ...key, topic: 'health' })).toBe('within');
    expect(await take(now, { ...key, date: '2026-11-22' })).toBe('within');
    expect(await take()).toBe('spent');
  });
}
