import {
  type APIGatewayClient,
  ConflictException,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteUsagePlanKeyCommand,
  NotFoundException,
  paginateGetApiKeys,
} from '@aws-sdk/client-api-gateway';
import type { Rate } from '../domain/tenancy/tenant-directory.ts';

/** The gateway's keys, by which it counts the rate of each tenant. They are no credentials. */
export interface GatewayKeys {
  /**
   * The value of the tenant's key, which from then on has this rate. Makes the key with `value` where there is
   * none; repeating it, also after a crash, makes no second one.
   */
  ensure(tenantId: string, rate: Rate, value: string): Promise<string>;
  /** Removes the tenant's key; answers how many there were. Repeating it changes nothing. */
  remove(tenantId: string): Promise<number>;
}

/** Ids of the usage plans, by the rate that they give. */
export type UsagePlans = Record<Rate, string>;

/** Keys of API Gateway. A tenant's key is found by its name, `<stack>_<tenant>`. */
export function apiGatewayKeys(client: APIGatewayClient, stackName: string, plans: UsagePlans): GatewayKeys {
  async function find(name: string): Promise<{ id: string; value: string } | undefined> {
    const query = { nameQuery: name, includeValues: true, limit: 500 };
    for await (const { items = [] } of paginateGetApiKeys({ client }, query)) {
      // The query is for names that begin so.
      const found = items.find((item) => item.name === name);
      if (found?.id && found.value) return { id: found.id, value: found.value };
    }
    return undefined;
  }

  async function create(name: string, value: string): Promise<{ id: string; value: string }> {
    const { id } = await client.send(new CreateApiKeyCommand({ name, value, enabled: true }));
    if (!id) throw new Error(`API Gateway gave the key ${name} no id.`);
    return { id, value };
  }

  return {
    async ensure(tenantId, rate, value) {
      const name = `${stackName}_${tenantId}`;
      const key = (await find(name)) ?? (await create(name, value));
      for (const other of Object.values(plans).filter((plan) => plan !== plans[rate])) {
        const leave = new DeleteUsagePlanKeyCommand({ usagePlanId: other, keyId: key.id });
        await client.send(leave).catch(unless(NotFoundException));
      }
      const join = { usagePlanId: plans[rate], keyId: key.id, keyType: 'API_KEY' };
      await client.send(new CreateUsagePlanKeyCommand(join)).catch(unless(ConflictException));
      return key.value;
    },
    async remove(tenantId) {
      const key = await find(`${stackName}_${tenantId}`);
      if (!key) return 0;
      await client.send(new DeleteApiKeyCommand({ apiKey: key.id })).catch(unless(NotFoundException));
      return 1;
    },
  };
}

/** Passes over an error that says that all is as it should be. */
const unless =
  (Expected: typeof NotFoundException | typeof ConflictException) =>
  (error: unknown): void => {
    if (!(error instanceof Expected)) throw error;
  };
