import { describe } from 'vitest';
import { memoryDayStore, memoryTenantDayStore } from '../../../domain/metering/days/memory-day-store.ts';
import { dayStoreContract, tenantDayStoreContract } from './day-store-contract.ts';

describe('memoryDayStore', () => dayStoreContract(async () => memoryDayStore()));

describe('memoryTenantDayStore', () => tenantDayStoreContract(async () => memoryTenantDayStore()));
