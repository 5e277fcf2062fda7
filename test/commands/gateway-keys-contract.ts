import { beforeEach, expect, it } from 'vitest';
import type { GatewayKeys } from '../../commands/gateway-keys.ts';
import type { Rate } from '../../domain/tenancy/tenant-directory.ts';

export interface GatewayUnderTest {
  keys: GatewayKeys;
  /** The rates that requests with this key are held to: one, if all is well. */
  ratesOf(value: string): Promise<Rate[]>;
}

const value = (letter: string): string => letter.repeat(64);

/** What every GatewayKeys promises; `make` answers an empty one. */
export function gatewayKeysContract(make: () => Promise<GatewayUnderTest>): void {
  let gateway: GatewayUnderTest;
  beforeEach(async () => {
    gateway = await make();
  });

  it('makes a key with the value that was drawn, at the rate that was asked for', async () => {
    expect(await gateway.keys.ensure('T001', 'standard', value('a'))).toBe(value('a'));
    expect(await gateway.keys.ensure('T002', 'high', value('b'))).toBe(value('b'));
    expect(await gateway.ratesOf(value('a'))).toEqual(['standard']);
    expect(await gateway.ratesOf(value('b'))).toEqual(['high']);
  });

  it('makes none where there is one', async () => {
    await gateway.keys.ensure('T001', 'standard', value('a'));
    expect(await gateway.keys.ensure('T001', 'standard', value('b'))).toBe(value('a'));
    expect(await gateway.ratesOf(value('a'))).toEqual(['standard']);
    expect(await gateway.ratesOf(value('b'))).toEqual([]);
  });

  it('changes the rate of a key', async () => {
    for (const rate of ['standard', 'high', 'high', 'standard'] as const) {
      await gateway.keys.ensure('T001', rate, value('a'));
      expect(await gateway.ratesOf(value('a'))).toEqual([rate]);
    }
  });

  it('removes a key, and that of nobody else', async () => {
    await gateway.keys.ensure('T001', 'standard', value('a'));
    await gateway.keys.ensure('T0012', 'standard', value('b'));
    expect(await gateway.keys.remove('T001')).toBe(1);
    expect(await gateway.keys.remove('T001')).toBe(0);
    expect(await gateway.ratesOf(value('a'))).toEqual([]);
    expect(await gateway.ratesOf(value('b'))).toEqual(['standard']);
    expect(await gateway.keys.ensure('T001', 'high', value('c'))).toBe(value('c'));
  });

  it('never takes the key of one tenant for that of another whose name begins alike', async () => {
    const tenants = ['T0012', 'T001', 'T00', 'T001_'];
    const values: string[] = [];
    for (const [index, tenantId] of tenants.entries()) {
      values.push(await gateway.keys.ensure(tenantId, 'standard', value('abcd'[index] as string)));
    }
    expect(new Set(values).size).toBe(tenants.length);
    expect(await gateway.keys.ensure('T001', 'standard', value('x'))).toBe(values[1]);
  });
}
