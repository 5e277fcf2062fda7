import { describe } from 'vitest';
import { memoryNotificationBudget } from '../../../domain/notification/memory-notification-budget.ts';
import { notificationBudgetContract } from './notification-budget-contract.ts';

describe('memoryNotificationBudget', () =>
  notificationBudgetContract(async () => memoryNotificationBudget()));
