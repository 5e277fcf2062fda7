import { expect, it } from 'vitest';
import { silentProgress } from '../../../commands/drive/progress.ts';
import { differenceText } from '../../../commands/reconcile/difference-text.ts';
import { nameExtras } from '../../../commands/reconcile/name-extras.ts';
import type { WindowDifference } from '../../../domain/reconciliation/window-look.ts';
import type { EventLine } from '../../../events/stream-record.ts';

const hour = Date.parse('2026-11-21T10:00:00Z') / 3_600_000;
const difference: WindowDifference = {
  window: { tenantId: 'T001', accountId: 'acct', meter: 'bytes', hour },
  expected: { events: 1, value: 1_234n },
  found: { events: 4, value: 5_000n },
  missing: [{ source: 'p', id: 'lost' }],
  extra: ['hash of p a', 'hash of p gone', 'hash of q a'],
  faults: ['its devices do not add up to its total'],
};
const line = (source: string, id: string, more: object = {}): EventLine => ({
  tenantId: 'T001',
  receivedAt: '2026-11-21T10:00:01Z',
  config: 1,
  event: {
    specversion: '1.0',
    id,
    source,
    subject: 'acct',
    type: 't',
    time: '2026-11-21T10:59:59Z',
    ...more,
  },
});

it('names counted events that the lake lacks while the stream has them', async () => {
  const asked: unknown[] = [];
  const names = await nameExtras([difference], {
    windows: {
      open: async () => ({
        ...{ events: 4, value: 5_000n, ids: new Set<string>(), faults: [] },
        hash: (source, id) => `hash of ${source} ${id}`,
      }),
    },
    streamOf: (filter) => {
      asked.push(filter);
      const lines = [
        line('p', 'a'),
        line('q', 'a'),
        line('p', 'gone', { time: '2026-11-21T11:00:00Z' }),
        line('p', 'gone', { subject: 'other' }),
      ];
      return {
        total: 1,
        async *batches() {
          yield { lines: lines.map((one) => ({ line: one })), advance: 1 };
        },
      };
    },
    progress: silentProgress,
  });
  expect(asked).toEqual([{ tenantId: 'T001', from: hour * 3_600_000, to: (hour + 1) * 3_600_000 }]);
  expect(differenceText(difference, names.get(difference), { scale: 2, ids: 5 })).toEqual([
    '2026-11-21T10:00Z  account "acct", bytes: the lake has 1 events, 12.34; the window 4 events, 50',
    '    not counted: "p" "lost"',
    '    counted, but not in the lake: "p" "a", "q" "a"',
    '    counted, but neither in the lake nor on the stream (hashes of ids): hash of p gone',
    '    the window contradicts itself: its devices do not add up to its total',
  ]);
});

it('asks nothing where the lake lacks nothing', async () => {
  const names = await nameExtras([{ ...difference, extra: [] }], {
    windows: { open: () => Promise.reject(new Error('not asked')) },
    streamOf: () => {
      throw new Error('not asked');
    },
    progress: silentProgress,
  });
  expect(names.size).toBe(0);
});
