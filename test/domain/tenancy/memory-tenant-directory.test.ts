import { describe } from 'vitest';
import { memoryTenantDirectory } from '../../../domain/tenancy/memory-tenant-directory.ts';
import { tenantDirectoryContract } from './tenant-directory-contract.ts';

describe('memoryTenantDirectory', () => {
  tenantDirectoryContract(async () => memoryTenantDirectory());
});
