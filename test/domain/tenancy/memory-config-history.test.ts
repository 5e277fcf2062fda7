import { describe } from 'vitest';
import { memoryConfigHistory } from '../../../domain/tenancy/memory-config-history.ts';
import { configHistoryContract } from './config-history-contract.ts';

describe('memoryConfigHistory', () => {
  configHistoryContract(async () => memoryConfigHistory());
});
