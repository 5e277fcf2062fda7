import { describe, expect, it } from 'vitest';
import { type DriveOptions, driveDefaults } from '../../../commands/drive/options.ts';
import { silentProgress } from '../../../commands/drive/progress.ts';
import { summaryText } from '../../../commands/drive/report.ts';
import { drive } from '../../../commands/drive/run.ts';
import { fixedTarget } from '../../../commands/drive/target.ts';
import { type Mishaps, memoryApi } from './memory-api.ts';

const target = fixedTarget({
  api: 'http://memory',
  tenantId: 'T001',
  keys: { ingest: 'i', read: 'r', manage: 'm' },
});
const small: DriveOptions = {
  ...driveDefaults('test'),
  ...{ accounts: 20, devices: 2, minutes: 12, duplicates: 0.3, faulty: 0.05, connections: 4, probes: 2 },
  ...{ giveUpSeconds: 5, visibleSeconds: 0.2 },
};

function driveMemory(mishaps: Mishaps = {}, options: Partial<DriveOptions> = {}, config = {}) {
  const api = memoryApi(Date.now, mishaps, config);
  const parts = { target, client: api.client, progress: silentProgress, now: Date.now };
  return { api, done: drive({ ...small, ...options }, parts) };
}

describe('a drive', () => {
  it('finds an exact stack exact, and says what was sent', async () => {
    const summary = await driveMemory().done;

    expect(summary.differences).toEqual([]);
    expect(summary.exact).toBe(true);
    const { events, posts } = summary;
    expect(events.distinct).toBe(20 * 2 * 12 + 20 + summary.latencyMs.visible!.count);
    expect(events.counted).toBe(events.distinct);
    const rejected = Object.values(events.rejected).reduce((sum, count) => sum + count, 0);
    expect(rejected).toBeGreaterThan(5);
    expect(events.suppressed).toBe(events.sent - rejected - events.distinct);
    expect(events.suppressed).toBeGreaterThan(80);
    for (const kind of [posts.single, posts.batch, posts.report, posts.gzip]) expect(kind).toBeGreaterThan(0);
    expect(summaryText(summary)).toMatch(/exact {7}every window of 20 accounts/);
  });

  it('sends again what was not acknowledged, and counts it once', async () => {
    const post = (number: number) => (['partly', 'cut', 'throttled'] as const)[number % 20];
    const query = (number: number) => (['cut', 'unavailable'] as const)[number % 20];
    const summary = await driveMemory({ post, query }).done;

    expect(summary.exact).toBe(true);
    expect(Object.keys(summary.retries).toSorted()).toEqual(['429', '503', 'ECONNRESET']);
  });

  it.each<{ what: string; mishaps: Mishaps; named: RegExp }>([
    {
      what: 'an event that was acknowledged and lost',
      mishaps: { times: (_, number) => (number === 100 ? 0 : 1) },
      named: /account "drive-1-test-\d+" device "[^"]+", 20\S+:00:00.000Z, events: expected \d+, found \d+/,
    },
    {
      what: 'an event that counts twice',
      mishaps: { times: (_, number) => (number === 100 ? 2 : 1) },
      named: /events: expected \d+, found \d+/,
    },
    {
      what: 'a rounded sum',
      mishaps: {
        answer: ({ windows }) => {
          const device = windows.flatMap((window) => window.devices).find(({ value }) => Number(value) > 100);
          if (device) device.value = Number(device.value) + 1;
        },
      },
      named: /value: expected \d+, found \d+/,
    },
    {
      what: 'a window that is not listed',
      mishaps: { answer: ({ windows }) => void windows.shift() },
      named: /window: expected a window in the list, found none/,
    },
  ])('names $what', async ({ mishaps, named }) => {
    const summary = await driveMemory(mishaps).done;

    expect(summary.exact).toBe(false);
    expect(summary.differenceCount).toBeGreaterThan(0);
    expect(summaryText(summary)).toMatch(named);
  });

  it('gives a bounded list where all differs', async () => {
    const summary = await driveMemory({ times: () => 2 }).done;

    expect(summary.differences).toHaveLength(50);
    expect(summary.differenceCount).toBeGreaterThan(100);
    expect(summaryText(summary)).toMatch(/\d+ differences, the first 50:/);
  });

  it('ends in a sentence where the stack refuses', async () => {
    const refused = driveMemory({ post: (number) => (number === 7 ? 'refused' : undefined) });
    await expect(refused.done).rejects.toThrow('The stack refused a post for good: 403 forbidden: no');
  });

  it('ends in a sentence where the stack stays away', async () => {
    const away = driveMemory({ post: () => 'cut' }, { giveUpSeconds: 0.05 });
    await expect(away.done).rejects.toThrow(
      'A post was not acknowledged within 0.05 s; the last try: socket hang up',
    );
  });
});

describe('the configuration', () => {
  it('gains the meter where the tenant has none', async () => {
    const { api, done } = driveMemory({}, {}, { revision: 3, timeZone: 'Europe/Paris' });
    await done;
    expect(api.config()).toMatchObject({ timeZone: 'Europe/Paris', meters: [{ name: 'bytes' }] });
  });

  const others = { meters: [{ name: 'calls', eventType: 'call', aggregation: 'count' }] };

  it('is left alone where the tenant has others', async () => {
    const { api, done } = driveMemory({}, {}, others);
    await expect(done).rejects.toThrow('The tenant has no meter bytes, but calls: name one with --meter');
    expect(api.config()).toEqual(others);
  });

  it('gains the meter beside others when asked', async () => {
    const { api, done } = driveMemory({}, { configure: true }, others);
    await done;
    expect(api.config()).toMatchObject({ meters: [{ name: 'calls' }, { name: 'bytes' }] });
  });

  it('bounds what is sent by its limits, so that nobody is cut off', async () => {
    const limits = [{ meter: 'bytes', perCycle: 50_000 }];
    const meters = [{ name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', scale: 0 }];
    let greatest = 0;
    const answer: Mishaps['answer'] = ({ total }) => {
      greatest = Math.max(greatest, Number(total));
    };
    const summary = await driveMemory({ answer }, {}, { meters, plans: [{ name: 'p', limits }] }).done;
    expect(summary.exact).toBe(true);
    expect(greatest).toBeGreaterThan(1_000);
    expect(greatest).toBeLessThan(50_000);
  });
});
