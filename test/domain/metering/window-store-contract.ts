import { beforeEach, expect, it } from 'vitest';
import { hourOf, type WindowKey, type WindowReader } from '../../../domain/metering/window.ts';
import { packCounts, packNames, type WindowPage } from '../../../domain/metering/windows/window-page.ts';
import type { Freshness, WindowStore } from '../../../domain/metering/windows/window-store.ts';

const startMs = Date.parse('2026-11-21T10:30:00Z');
const window: WindowKey = {
  tenantId: 'T001',
  accountId: 'acct#42',
  meter: 'bytes',
  hour: hourOf(startMs),
};
const expiresAt = Math.floor(startMs / 1000) + 3600;

function pageOf(page: number, changes: Partial<WindowPage> = {}): WindowPage {
  const counts = [{ number: 0, value: 2 ** 53 - 1, events: 1 }];
  return {
    page,
    rev: 1,
    sealed: false,
    value: 2 ** 53 - 1,
    events: 1,
    ids: Uint8Array.of(page + 1, 2, 3, 4, 5, 6, 7, 8),
    names: page === 0 ? packNames(['phöne-7'], new Uint8Array(9)) : new Uint8Array(0),
    counts: packCounts(counts, new Uint8Array(10)),
    ...(page === 0 && { keyVersion: 1 }),
    expiresAt,
    ...changes,
  };
}

/** What WindowStore and WindowReader promise, for whichever adapter `create` makes. */
export function windowStoreContract(
  create: (now: () => number) => Promise<WindowStore & WindowReader>,
): void {
  let store: WindowStore & WindowReader;
  let now: number;
  beforeEach(async () => {
    now = startMs;
    store = await create(() => now);
  });
  const readAll = (freshness: Freshness = 'consistent') => store.readPagesFrom(window, 0, freshness);

  it('gives back a page as it was put', async () => {
    const page = pageOf(0, { sealed: true });
    expect(await store.putPage(window, page)).toBe(true);
    const read = await store.readPages([{ window, page: 0 }], 'consistent');
    expect(read.map(plain)).toEqual([plain(page)]);
  });

  it('answers pages in the order of the keys, with gaps where there is none', async () => {
    await store.putPage(window, pageOf(0, { sealed: true }));
    await store.putPage(window, pageOf(1));
    const elsewhere = { ...window, hour: window.hour + 1 };
    const read = await store.readPages(
      [
        { window, page: 1 },
        { window: elsewhere, page: 0 },
        { window, page: 0 },
        { window, page: 2 },
      ],
      'eventual',
    );
    expect(read.map((page) => page?.page)).toEqual([1, undefined, 0, undefined]);
  });

  it('reads more pages at once than one call may ask for', async () => {
    for (let page = 0; page < 130; page++) await store.putPage(window, pageOf(page, { sealed: true }));
    const keys = Array.from({ length: 130 }, (_, page) => ({ window, page }));
    const read = await store.readPages(keys, 'consistent');
    expect(read.map((page) => page?.page)).toEqual(keys.map(({ page }) => page));
    expect((await store.readPagesFrom(window, 100, 'consistent')).map(({ page }) => page)).toEqual(
      keys.slice(100).map(({ page }) => page),
    );
  });

  it('replaces a page only by its next revision', async () => {
    await store.putPage(window, pageOf(0));
    expect(await store.putPage(window, pageOf(0, { events: 9 }))).toBe(false);
    expect(await store.putPage(window, pageOf(0, { rev: 3, events: 9 }))).toBe(false);
    expect(await store.putPage(window, pageOf(1, { rev: 2 }))).toBe(false);
    expect((await readAll()).map(({ rev, events }) => ({ rev, events }))).toEqual([{ rev: 1, events: 1 }]);
    expect(await store.putPage(window, pageOf(0, { rev: 2, value: 2n ** 60n }))).toBe(true);
    expect((await readAll())[0]).toMatchObject({ rev: 2, value: 2n ** 60n });
  });

  it('lets one of several writers of a revision through', async () => {
    await store.putPage(window, pageOf(0));
    const puts = [1, 2, 3, 4].map((value) => store.putPage(window, pageOf(0, { rev: 2, value })));
    expect((await Promise.all(puts)).filter(Boolean)).toHaveLength(1);
  });

  it('keeps what others may see apart: tenants, accounts, meters, hours', async () => {
    await store.putPage(window, pageOf(0));
    for (const other of [
      { ...window, tenantId: 'T002' },
      { ...window, accountId: 'acct' },
      { ...window, meter: 'byte' },
      { ...window, hour: window.hour - 1 },
    ]) {
      expect(await store.readPagesFrom(other, 0, 'consistent')).toEqual([]);
    }
  });

  it('counts a page past its expiry as gone', async () => {
    await store.putPage(window, pageOf(0));
    now = expiresAt * 1000;
    expect(await readAll()).toEqual([]);
    expect(await store.readPages([{ window, page: 0 }], 'consistent')).toEqual([undefined]);
    expect(await store.readWindows(window, { from: window.hour, to: window.hour + 1 })).toEqual(new Map());
  });

  it('sums the pages of each hour of a span, without its end', async () => {
    await store.putPage(window, pageOf(0, { sealed: true }));
    const counts = [
      { number: 1, value: 5, events: 2 },
      { number: 0, value: 1, events: 1 },
    ];
    await store.putPage(
      window,
      pageOf(1, {
        value: 6,
        events: 3,
        names: packNames(['b'], new Uint8Array(2)),
        counts: packCounts(counts, new Uint8Array(6)),
      }),
    );
    const next = { ...window, hour: window.hour + 1 };
    await store.putPage(next, pageOf(0));
    const span = { from: window.hour - 1, to: window.hour + 1 };

    expect(await store.readWindows(window, span)).toEqual(
      new Map([
        [
          window.hour,
          {
            value: 2n ** 53n + 5n,
            events: 4,
            devices: [
              { deviceId: 'phöne-7', value: 2n ** 53n, events: 2 },
              { deviceId: 'b', value: 5n, events: 2 },
            ],
          },
        ],
      ]),
    );
  });
}

/** Bytes as plain arrays: an adapter may answer Buffers. */
const plain = (page: WindowPage | undefined) =>
  page && { ...page, ids: [...page.ids], names: [...page.names], counts: [...page.counts] };
