import { describe } from 'vitest';
import { memoryAccountStore } from '../../../domain/limits/memory-account-store.ts';
import { memoryCycleStore } from '../../../domain/limits/memory-cycle-store.ts';
import { memoryLimitQueue } from '../../../domain/limits/memory-limit-queue.ts';
import { memorySuspendedAccounts } from '../../../domain/limits/memory-suspended-accounts.ts';
import { accountStoreContract } from './account-store-contract.ts';
import { cycleStoreContract } from './cycle-store-contract.ts';
import { limitQueueContract } from './limit-queue-contract.ts';
import { suspendedAccountsContract } from './suspended-accounts-contract.ts';

describe('memoryAccountStore', () => accountStoreContract(async () => memoryAccountStore()));
describe('memoryCycleStore', () => cycleStoreContract(async (now) => memoryCycleStore(now)));
describe('memorySuspendedAccounts', () => suspendedAccountsContract(async () => memorySuspendedAccounts()));
describe('memoryLimitQueue', () => {
  limitQueueContract(async () => {
    const queue = memoryLimitQueue();
    return { queue, sent: async () => queue.messages };
  });
});
