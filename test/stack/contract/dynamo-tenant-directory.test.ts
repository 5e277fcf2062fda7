import { afterAll, beforeAll, describe } from 'vitest';
import { dynamoTenantDirectory } from '../../../infra/tenancy/dynamo-tenant-directory.ts';
import { tenantDirectoryContract } from '../../domain/tenancy/tenant-directory-contract.ts';
import { type EmulatedDynamo, startDynamo } from '../support/dynamo.ts';

describe('dynamoTenantDirectory', () => {
  let dynamo: EmulatedDynamo;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterAll(() => dynamo.stop());

  tenantDirectoryContract(async () => dynamoTenantDirectory(dynamo.client, await dynamo.createTable()));
});
