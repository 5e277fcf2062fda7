import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secondLookDelaySeconds } from '../../infra/limits/limit-evaluation.ts';
import { configTtlMs } from '../../infra/tenancy/config-cache.ts';
import { functionId, type PackagedStack, packageStack, propertiesOf } from './support/packaged-stack.ts';

let stack: PackagedStack;
beforeAll(async () => {
  stack = await packageStack();
});
afterAll(() => stack?.remove());

const secondsOf = (name: string): number => propertiesOf(stack, functionId(name)).Timeout;

describe('the second look at accounts whose limits change', () => {
  it.each(['configure-tenant', 'configure-account'])(
    'asked for by %s comes when nobody can go by the former limits any more',
    (name) => {
      // Asked for before the change is stored; whoever counts may have read the former limits until then.
      const former = secondsOf(name) + configTtlMs / 1000 + secondsOf('record-usage');
      expect(secondLookDelaySeconds).toBeGreaterThan(former);
    },
  );
});
