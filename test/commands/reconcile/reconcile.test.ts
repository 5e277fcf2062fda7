import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentProgress } from '../../../commands/drive/progress.ts';
import { remedies } from '../../../commands/reconcile/difference-text.ts';
import { firstKeptHour, type OpenStore, reconcile } from '../../../commands/reconcile/reconcile.ts';
import { openRecount } from '../../../commands/reconcile/recount.ts';
import { conservationReport } from '../../../commands/reconcile/report.ts';
import { readSetAside } from '../../../commands/reconcile/set-aside.ts';
import { storedWindows } from '../../../commands/reconcile/windows.ts';
import { windowExpiresAt } from '../../../domain/metering/horizon.ts';
import { countableRecords } from '../../../domain/metering/intake/countable-records.ts';
import { memoryAccountRegistry } from '../../../domain/metering/memory-account-registry.ts';
import { hourMs } from '../../../domain/metering/window.ts';
import { memoryEventHashKeys } from '../../../domain/metering/windows/memory-event-hash-keys.ts';
import { memoryWindowStore } from '../../../domain/metering/windows/memory-window-store.ts';
import { recordUsage, recordUsageBounds } from '../../../domain/metering/windows/record-usage.ts';
import { memoryQuarantine } from '../../../domain/quarantine/memory-quarantine.ts';
import { emptyConfig, type TenantConfig } from '../../../domain/tenancy/tenant-config.ts';
import { decodeCloudEvent } from '../../../events/cloud-event.ts';
import { parseExactJson } from '../../../events/exact-json.ts';
import { type EventLine, encodeLine } from '../../../events/stream-record.ts';
import { lakeOf } from '../lake/lake-fixture.ts';

const now = Date.parse('2026-11-21T12:30:00Z');
const retentionMs = 7 * 86_400_000;
const span = { from: Math.floor(now / hourMs) - 4, to: Math.floor(now / hourMs) + 1 };
const bytes = {
  name: 'bytes',
  eventType: 'vpn.usage',
  aggregation: 'sum',
  field: 'bytes',
  scale: 0,
} as const;
const cost = { name: 'cost', eventType: 'vpn.usage', aggregation: 'sum', field: 'a/b~"c', scale: 6 } as const;
const count = { name: 'reports', eventType: 'vpn.usage', aggregation: 'count', scale: 0 } as const;
const configs: TenantConfig[] = [
  { ...emptyConfig, revision: 1, meters: [bytes] },
  { ...emptyConfig, revision: 2, meters: [bytes, cost, count] },
  { ...emptyConfig, revision: 3, meters: [cost], retiredMeters: [bytes, count] },
];

interface Sent {
  source: string;
  id: string;
  subject: string;
  hoursAgo: number;
  type: string;
  config: number;
  /** As JSON texts, so that no digit is lost. */
  bytes: string;
  cost: string;
}

const sent = fc.record({
  source: fc.constantFrom('p', 'p1'),
  id: fc.constantFrom('a', 'b', '1a', 'c', 'd'),
  subject: fc.constantFrom('acct', "o'neil", 'a#b'),
  hoursAgo: fc.constantFrom(0, 1, 3),
  type: fc.constantFrom('vpn.usage', 'vpn.usage', 'vpn.usage', 'page.view'),
  config: fc.constantFrom(1, 2, 2, 3, 9),
  bytes: fc.constantFrom('1', '9007199254740991', '1e3', '7.0', '0', '"5"', '-1', '1.5'),
  cost: fc.constantFrom('0.1', '0.2', '9007199254.740991', '1.000001', '12', 'null'),
});

const lineOf = (one: Sent, index: number): EventLine => {
  const { source, id, subject, type, config } = one;
  const head = { specversion: '1.0', id, source, subject, type };
  const time = new Date(now - one.hoursAgo * hourMs - (index % 7) * 1000).toISOString();
  const data = `{"bytes":${one.bytes},"a/b~\\"c":${one.cost}}`;
  const event = parseExactJson(`${JSON.stringify({ ...head, time }).slice(0, -1)},"data":${data}}`);
  const receivedAt = new Date(now + index).toISOString();
  return { tenantId: 'T001', receivedAt, config, event: event as EventLine['event'] };
};

/** A pipeline in memory, whose windows, lake and quarantine can be left without some of the lines. */
async function pipelineOf(lines: EventLine[], skip: { usage?: number; lake?: number } = {}) {
  const store = memoryWindowStore(() => now);
  const registry = memoryAccountRegistry();
  const hashKeys = memoryEventHashKeys(() => new Uint8Array(16).fill(7));
  const quarantine = memoryQuarantine();
  const record = recordUsage(
    { store, registry, hashKeys, pause: async () => {} },
    { ...recordUsageBounds, retentionMs },
  );
  for (const [index, line] of lines.entries()) {
    const decoded = decodeCloudEvent(line.event);
    const config = configs.find(({ revision }) => revision === line.config);
    const judged =
      decoded.ok && config && countableRecords('T001', decoded.event, config, now, { retentionMs });
    if (index === skip.usage) continue;
    if (judged && 'records' in judged) await record(judged.records, now);
    else
      await quarantine.put(
        {
          ...{ tenantId: 'T001', reason: 'invalid_quantity', detail: 'wrong', consumer: 'record-usage' },
          position: { shardId: 's', sequenceNumber: String(index), arrivedAt: now },
          bytes: Buffer.from(encodeLine(line)),
        },
        now,
      );
  }
  const range = { tenantId: 'T001', from: span.from * hourMs, to: span.to * hourMs };
  const openStore = async (): Promise<OpenStore> => {
    const setAside = await readSetAside(quarantine, range);
    const stored = lines.filter((_line, index) => index !== skip.lake);
    const lake = await lakeOf([stored.slice(0, 3), stored.slice(3)]);
    const at = async (_tenantId: string, revision: number) =>
      configs.find((config) => config.revision === revision);
    const recount = await openRecount(lake, { tenantId: 'T001', waiting: setAside.waiting }, { at });
    return { recount, setAside, close: () => {} };
  };
  const parts = {
    openStore,
    windows: storedWindows({ registry, store, hashKeys }),
    config: configs[2] as TenantConfig,
    waitForBoth: async () => {},
    progress: silentProgress,
  };
  return { quarantine, store, run: () => reconcile(span, parts) };
}

const identity = ({ event, tenantId }: EventLine) =>
  JSON.stringify([tenantId, event.source, event.id, event.subject, event.time.slice(0, 13)]);
const lists = fc.array(sent, { minLength: 1, maxLength: 30 });
/** Each opens a lake or two. */
const runs = { numRuns: 12 };

describe('reconcile', () => {
  it('is equal whatever was sent, and every stored copy is accounted for', async () => {
    await fc.assert(
      fc.asyncProperty(lists, async (all) => {
        const { run } = await pipelineOf(all.map(lineOf));
        const { differences, unaccounted, store, examination } = await run();
        expect({ differences, unaccounted }).toEqual({ differences: [], unaccounted: [] });
        for (const hour of await conservationReport(store, examination)) {
          const { stored, counted, duplicate, unmetered, quarantined } = hour;
          expect(hour).toMatchObject({ unaccounted: 0, notInLake: 0 });
          expect(stored).toBe(counted + duplicate + unmetered + quarantined);
        }
      }),
      runs,
    );
  });

  it('needs no close look at amounts as they are sent', async () => {
    const amounts = fc.record({
      bytes: fc.oneof(fc.nat().map(String), fc.constantFrom('1e3', '7.0', '900719925474099')),
      cost: fc.oneof(
        fc.nat({ max: 999_999_999 }).map((units) => String(units / 1_000_000)),
        fc.constantFrom('0.1', '2147483648.5', '9007199254', '0.000001'),
      ),
    });
    const plain = fc.tuple(fc.array(sent, { minLength: 1, maxLength: 30 }), fc.infiniteStream(amounts));
    await fc.assert(
      fc.asyncProperty(plain, async ([all, stream]) => {
        const lines = all.map((one) => ({ ...one, config: 2, ...stream.next().value })).map(lineOf);
        const { run } = await pipelineOf(lines);
        expect(await run()).toMatchObject({ differences: [], unaccounted: [], examination: undefined });
      }),
      runs,
    );
  });

  it('knows from which hour on windows are kept', () => {
    const first = firstKeptHour(0, now, { retentionMs });
    expect(windowExpiresAt(first, { retentionMs }) * 1_000).toBeGreaterThan(now + hourMs);
    expect(windowExpiresAt(first - 1, { retentionMs }) * 1_000).toBeLessThanOrEqual(now + hourMs);
    expect(firstKeptHour(first + 5, now, { retentionMs })).toBe(first + 5);
  });

  it('says what makes good what differs', async () => {
    const lines = [0, 1, 3].map((hoursAgo) =>
      lineOf(
        {
          ...{ source: 'p', id: 'a', subject: 'acct', type: 'vpn.usage', config: 1 },
          ...{ hoursAgo, bytes: '1', cost: '1' },
        },
        0,
      ),
    );
    expect(remedies('T001', [])).toEqual([]);
    const uncounted = (await (await pipelineOf(lines, { usage: 1 })).run()).differences;
    expect(remedies('T001', uncounted).join()).toContain(
      'npm run replay -- --tenant T001 --from 2026-11-21T11:00Z --to 2026-11-21T12:00Z',
    );
    const unstored = (await (await pipelineOf(lines, { lake: 0 })).run()).differences;
    expect(remedies('T001', [...uncounted, ...unstored]).join()).toContain(
      '--from 2026-11-21T12:00Z --to 2026-11-21T13:00Z --from-stream --for lake',
    );
  });

  it('names the event that usage has lost, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(lists, fc.nat(), async (all, at) => {
        const lines = all.map(lineOf);
        const lost = at % lines.length;
        const line = lines[lost] as EventLine;
        // Another copy would have been counted or set aside in its place.
        fc.pre(lines.filter((other) => identity(other) === identity(line)).length === 1);
        const { run } = await pipelineOf(lines, { usage: lost });
        const { differences, unaccounted } = await run();
        const named = [
          ...differences.flatMap(({ window, missing }) =>
            missing.map(({ source, id }) => [window.accountId, source, id]),
          ),
          ...unaccounted.map(({ subject, source, id }) => [subject, source, id]),
        ];
        const { subject, source, id } = line.event;
        const wanted = JSON.stringify([subject, source, id]);
        expect(named.every((name) => JSON.stringify(name) === wanted)).toBe(true);
        const isTold = line.config === 9 || line.event.type === 'vpn.usage';
        expect(named.length > 0).toBe(isTold);
        expect(differences.every(({ extra, faults }) => extra.length === 0 && faults.length === 0)).toBe(
          true,
        );
      }),
      runs,
    );
  });

  it('names the windows of an event that the lake has lost', async () => {
    await fc.assert(
      fc.asyncProperty(lists, fc.nat(), async (all, at) => {
        const lines = all.map(lineOf);
        const lost = at % lines.length;
        const line = lines[lost] as EventLine;
        fc.pre(lines.filter((other) => identity(other) === identity(line)).length === 1);
        const decoded = decodeCloudEvent(line.event);
        const config = configs.find(({ revision }) => revision === line.config);
        const judged =
          decoded.ok && config && countableRecords('T001', decoded.event, config, now, { retentionMs });
        const meters = judged && 'records' in judged ? judged.records.map(({ meter }) => meter) : [];
        const { run } = await pipelineOf(lines, { lake: lost });
        const { differences } = await run();
        expect(differences.map(({ window }) => window.meter).toSorted()).toEqual(meters.toSorted());
        for (const { window, missing, extra } of differences) {
          expect(window.accountId).toBe(line.event.subject);
          expect({ missing, extras: extra.length }).toEqual({ missing: [], extras: 1 });
        }
      }),
      runs,
    );
  });

  it('takes what the lake’s delivery has set aside for stored', async () => {
    const one: Sent = {
      ...{ source: 'p', id: 'a', subject: 'acct', hoursAgo: 1, type: 'vpn.usage', config: 2 },
      ...{ bytes: '5', cost: '9007199254.740991' },
    };
    const lines = [one, { ...one, id: 'b' }].map(lineOf);
    const { run, quarantine } = await pipelineOf(lines, { lake: 1 });
    expect((await run()).differences).toHaveLength(3);
    await quarantine.put(
      {
        ...{ tenantId: 'T001', reason: 'gave_up', detail: 'no room', consumer: 'lake' },
        position: { shardId: 'object', sequenceNumber: '1', arrivedAt: now },
        bytes: Buffer.from(encodeLine(lines[1] as EventLine)),
      },
      now,
    );
    expect((await run()).differences).toEqual([]);
  });
});
