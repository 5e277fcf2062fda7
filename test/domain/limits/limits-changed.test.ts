import { describe, expect, it } from 'vitest';
import { areLimitsChanged } from '../../../domain/limits/limits-changed.ts';
import {
  emptyConfig,
  type Limit,
  type Meter,
  type TenantConfig,
} from '../../../domain/tenancy/tenant-config.ts';

const meter = (name: string): Meter => ({ name, eventType: 'x', aggregation: 'count', scale: 0 });
const plan = (limit: Partial<Limit> = {}) => ({
  name: 'basic',
  default: true,
  limits: [{ meter: 'bytes', perCycle: 5, onReached: 'suspend' as const, nearPercent: [80], ...limit }],
});
const limited: TenantConfig = { ...emptyConfig, meters: [meter('bytes')], plans: [plan()] };

describe('what accounts are held to', () => {
  it.each([
    ['a limit is raised', { plans: [plan({ perCycle: 6 })] }],
    ['it no longer suspends', { plans: [plan({ onReached: 'notify' })] }],
    ['its nearing is told earlier', { plans: [plan({ nearPercent: [50] })] }],
    ['a plan is added', { plans: [plan(), { ...plan(), name: 'gold', default: false }] }],
    ['all plans go', { plans: [] }],
    ['a meter is left out', { meters: [], retiredMeters: [meter('bytes')] }],
  ])('changes where %s', (_, change) => {
    expect(areLimitsChanged(limited, { ...limited, ...change })).toBe(true);
    expect(areLimitsChanged({ ...limited, ...change }, limited)).toBe(true);
  });

  it.each([
    ['nothing does', limited, {}],
    ['series do', limited, { archiveOnly: ['y'] }],
    ['a new meter comes', limited, { meters: [meter('bytes'), meter('calls')] }],
    ['plans do that limit nothing', emptyConfig, { plans: [{ name: 'a', default: true, limits: [] }] }],
  ])('stays where %s', (_, before, change) => {
    expect(areLimitsChanged(before, { ...before, ...change })).toBe(false);
  });
});
