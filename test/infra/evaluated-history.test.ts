import { beforeEach, describe, expect, it } from 'vitest';
import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import { emptyConfig, type TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import { evaluatedHistory } from '../../infra/tenancy/evaluated-history.ts';
import { configHistoryContract } from '../domain/tenancy/config-history-contract.ts';

const limit = { meter: 'bytes', perCycle: 5, onReached: 'suspend' as const, nearPercent: [80] };
const limited = (revision: number, perCycle = 5): TenantConfig => ({
  ...emptyConfig,
  revision,
  plans: [{ name: 'basic', default: true, limits: [{ ...limit, perCycle }] }],
});

let asked: string[];
beforeEach(() => {
  asked = [];
});
const evaluation = {
  announce: async (tenantId: string) => void asked.push(`announce ${tenantId}`),
  evaluate: async (tenantId: string) => void asked.push(`evaluate ${tenantId}`),
};

describe('evaluatedHistory', () => {
  configHistoryContract(async () => evaluatedHistory(memoryConfigHistory(), evaluation));
});

describe('a revision', () => {
  it('that changes limits has the accounts evaluated, announced before it is stored', async () => {
    const history = memoryConfigHistory();
    await history.appendOnce('T001', emptyConfig);
    const dying = { ...evaluation, announce: () => Promise.reject(new Error('killed')) };
    await expect(evaluatedHistory(history, dying).appendOnce('T001', limited(2))).rejects.toThrow('killed');
    expect((await history.latest('T001'))?.revision).toBe(1);
    expect(await evaluatedHistory(history, evaluation).appendOnce('T001', limited(2))).toBe(true);
    expect(asked).toEqual(['announce T001', 'evaluate T001']);
  });

  it('that changes none, or is the first, has nobody evaluated', async () => {
    const history = evaluatedHistory(memoryConfigHistory(), evaluation);
    expect(await history.appendOnce('T001', limited(1))).toBe(true);
    expect(await history.appendOnce('T001', { ...limited(2), archiveOnly: ['x'] })).toBe(true);
    expect(asked).toEqual([]);
  });

  it('that was beaten has nobody evaluated now', async () => {
    const history = memoryConfigHistory();
    for (const config of [limited(1), limited(2)]) await history.appendOnce('T001', config);
    expect(await evaluatedHistory(history, evaluation).appendOnce('T001', limited(2, 6))).toBe(false);
    expect(asked).toEqual(['announce T001']);
  });
});
