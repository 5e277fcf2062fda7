import { describe } from 'vitest';
import { memoryNotableAccounts } from '../../../domain/limits/memory-notable-accounts.ts';
import { notableAccountsContract } from './notable-accounts-contract.ts';

describe('memoryNotableAccounts', () => {
  notableAccountsContract(async () => memoryNotableAccounts());
});
