import { signal } from '@preact/signals';
import type { Meter, TenantConfig } from '../api/answers.ts';
import { askTenant, session } from './session.ts';

/** The tenant's configuration as it was last read; undefined before. */
export const tenantConfig = signal<TenantConfig | undefined>(undefined);

session.subscribe(({ state }) => {
  if (state !== 'in') tenantConfig.value = undefined;
});

/** Reads the configuration once a session, unless it is asked for afresh. */
export async function readConfig(abort?: AbortSignal): Promise<TenantConfig> {
  const known = tenantConfig.value;
  if (known) return known;
  const config = await askTenant<TenantConfig>({ path: ['config'], ...(abort && { signal: abort }) });
  tenantConfig.value = config;
  return config;
}

export const metersOf = (config: TenantConfig | undefined): Meter[] => config?.meters ?? [];

export const unitOf = (config: TenantConfig | undefined, meter: string): string | undefined =>
  metersOf(config).find(({ name }) => name === meter)?.unit;
