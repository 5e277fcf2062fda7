import type { DemoTenant } from '../local-json.ts';
import type { DemoEvent } from './demo-events.ts';

/** The public API as the demo uses it, each call with the key that suffices for it. */
export interface TenantApi {
  putConfig(config: object): Promise<void>;
  postEvents(events: DemoEvent[]): Promise<void>;
  /** Events of the account that its windows have counted since `from`. */
  countedEvents(account: string, meter: string, from: string): Promise<number>;
}

const triesMax = 20;

export function tenantApi(api: string, { tenantId, keys }: DemoTenant, signal: AbortSignal): TenantApi {
  const call = async (method: string, path: string, key: string, body?: { type: string; value: unknown }) => {
    for (let tries = 1; ; tries++) {
      const response = await fetch(`${api}/v1/tenants/${tenantId}/${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': body.type }) },
        ...(body && { body: JSON.stringify(body.value) }),
        signal,
      });
      if (response.ok) return (await response.json()) as Record<string, unknown>;
      const mayPass = response.status === 429 || response.status >= 500;
      const text = await response.text();
      if (!mayPass || tries >= triesMax)
        throw new Error(`${method} ${path} answers ${response.status}: ${text.slice(0, 500)}`);
      const seconds = Number(response.headers.get('retry-after') ?? 1);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  };
  return {
    async putConfig(value) {
      await call('PUT', 'config', keys.manage, { type: 'application/json', value });
    },
    async postEvents(value) {
      const type = 'application/cloudevents-batch+json';
      const receipt = await call('POST', 'events', keys.ingest, { type, value });
      if (receipt.accepted !== value.length)
        throw new Error(`not all events were accepted: ${JSON.stringify(receipt).slice(0, 500)}`);
    },
    async countedEvents(account, meter, from) {
      const query = new URLSearchParams({ meter, from, step: 'hour' });
      const usage = await call('GET', `accounts/${encodeURIComponent(account)}/usage?${query}`, keys.read);
      return Number(usage.events);
    },
  };
}
