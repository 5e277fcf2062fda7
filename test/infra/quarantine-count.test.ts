import { expect, it } from 'vitest';
import { quarantineCountMax, s3QuarantineCount } from '../../infra/quarantine/quarantine-count.ts';

const now = Date.parse('2026-11-21T10:00:00Z');

it('counts what was set aside of a tenant in the last 24 hours, and no further than anybody cares', async () => {
  const asked: string[] = [];
  const count = (objects: { prefix: string; storedAt: number }[]) =>
    s3QuarantineCount({
      async *list(prefix) {
        asked.push(prefix);
        for (const object of objects.filter((one) => one.prefix === prefix)) {
          yield { key: `${prefix}x.json`, bytes: 1, storedAt: object.storedAt };
        }
      },
    }).last24h('T001', now);
  const [before, today] = ['tenant=T001/day=2026-11-20/', 'tenant=T001/day=2026-11-21/'];
  expect(
    await count([
      { prefix: before, storedAt: now - 86_400_001 },
      { prefix: before, storedAt: now - 86_000_000 },
      { prefix: today, storedAt: now },
      { prefix: 'tenant=T0012/day=2026-11-21/', storedAt: now },
    ]),
  ).toBe(2);
  expect(asked).toEqual([before, today]);
  expect(await count(Array(quarantineCountMax + 9).fill({ prefix: today, storedAt: now }))).toBe(
    quarantineCountMax,
  );
});
