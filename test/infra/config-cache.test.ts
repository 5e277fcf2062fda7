import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConfigHistory } from '../../domain/tenancy/config-history.ts';
import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import { type CurrentConfig, configTtlMs, currentConfig } from '../../infra/tenancy/config-cache.ts';
import { sampleConfig } from '../events/sample-events.ts';

let now: number;
let history: ConfigHistory;
let configs: CurrentConfig;

beforeEach(async () => {
  now = 1_000_000;
  history = memoryConfigHistory();
  await history.appendOnce('T001', sampleConfig());
  vi.spyOn(history, 'latest');
  configs = currentConfig(history, () => now);
});

describe('currentConfig', () => {
  it('reads once in its time, for many at once too', async () => {
    const [one, other] = await Promise.all([configs.get('T001'), configs.get('T001')]);
    expect(one).toBe(other);
    now += configTtlMs - 1;
    expect(await configs.get('T001')).toBe(one);
    expect(history.latest).toHaveBeenCalledTimes(1);
  });

  it('counts age from before the read', async () => {
    let answer: (config: undefined) => void = () => undefined;
    vi.mocked(history.latest).mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    const slow = configs.get('T001');
    now += configTtlMs;
    answer(undefined);
    expect(await slow).toBeUndefined();
    expect((await configs.get('T001'))?.revision).toBe(7);
  });

  it('gives the same object while the revision is the same', async () => {
    const first = await configs.get('T001');
    now += configTtlMs;
    expect(await configs.get('T001')).toBe(first);
    expect(history.latest).toHaveBeenCalledTimes(2);
    await history.appendOnce('T001', sampleConfig({ revision: 8 }));
    expect((await configs.getFresh('T001'))?.revision).toBe(8);
    expect((await configs.get('T001'))?.revision).toBe(8);
  });

  it('holds tenants apart, and says where there is none', async () => {
    expect(await configs.get('T002')).toBeUndefined();
    expect((await configs.get('T001'))?.revision).toBe(7);
  });

  it('keeps no failure', async () => {
    vi.mocked(history.latest).mockRejectedValueOnce(new Error('throttled'));
    await expect(configs.get('T001')).rejects.toThrow('throttled');
    expect((await configs.get('T001'))?.revision).toBe(7);
  });

  it('forgets the tenant that was read longest ago', async () => {
    for (let at = 0; at < 1_001; at += 1) await configs.get(`tenant-${at}`);
    vi.mocked(history.latest).mockClear();
    await configs.get('tenant-1000');
    await configs.get('tenant-1');
    expect(history.latest).not.toHaveBeenCalled();
    await configs.get('tenant-0');
    expect(history.latest).toHaveBeenCalledTimes(1);
  });
});
