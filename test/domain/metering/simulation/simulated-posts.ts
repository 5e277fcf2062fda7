import { memoryConfigHistory } from '../../../../domain/tenancy/memory-config-history.ts';
import type { Meter, TenantConfig } from '../../../../domain/tenancy/tenant-config.ts';
import type { EventLine } from '../../../../events/stream-record.ts';
import type { Lots } from './lots.ts';
import type { CountedBy } from './truth.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export const tenants = ['T001', 'T002'];
/** One account is busy, so that its windows get many pages. */
const accounts = ['a', 'a', 'a', 'a', 'a', 'a#1'];
/** Names of every width in UTF-8, and two that join to the same text with some event ids. */
const devices = ['d', 'd1', 'gerät-7', '\u{1f697}', 'x'.repeat(60)];

const bytes: Meter = { name: 'bytes', eventType: 'use', aggregation: 'sum', field: 'bytes', scale: 0 };
const octets: Meter = { ...bytes, name: 'octets' };
const sessions: Meter = { name: 'sessions', eventType: 'use', aggregation: 'count', scale: 0 };

/** The meters in force at revisions 1, 2 and 3: one comes, then one goes and another comes. */
const revisions: Meter[][] = [[bytes], [bytes, sessions], [sessions, octets]];
export const revisionMax = revisions.length;

export const metersAt = (revision: number): CountedBy[] =>
  (revisions[revision - 1] ?? []).map(({ name, aggregation }) => ({
    name,
    isCount: aggregation === 'count',
  }));

/** All revisions of both tenants. */
export async function storedConfigs() {
  const history = memoryConfigHistory();
  for (const tenantId of tenants) {
    for (const [index, meters] of revisions.entries()) {
      await history.appendOnce(tenantId, configOf(index + 1, meters));
    }
  }
  return history;
}

const configOf = (revision: number, meters: Meter[]): TenantConfig => ({
  revision,
  meters,
  retiredMeters: [],
  retiredSeries: [],
  plans: [],
  series: [],
  cycle: { period: 'month', anchorDay: 1 },
  onSuspended: 'reject',
  timeZone: 'UTC',
  zones: [{ from: 0, timeZone: 'UTC', cycle: { period: 'month', anchorDay: 1 } }],
  calendar: [],
  archiveOnly: [],
  versions: {},
});

/** Makes what devices send: new events, most of them of the last hours, and events sent before once more. */
export class Posts {
  readonly #lots: Lots;
  readonly #sent: EventLine[] = [];

  constructor(lots: Lots) {
    this.#lots = lots;
  }

  next(revision: number, now: number): EventLine[] {
    const lines = Array.from({ length: this.#lots.int(1, 16) }, () => this.#line(revision, now));
    // Repeats inside the post too.
    if (this.#lots.chance(0.2)) lines.push(this.#lots.pick(lines));
    return lines;
  }

  #line(revision: number, now: number): EventLine {
    const isRepeat = this.#sent.length > 0 && this.#lots.chance(0.3);
    const head = { receivedAt: new Date(now).toISOString(), config: revision };
    if (isRepeat) return { ...this.#lots.pick(this.#sent), ...head };
    const event = {
      specversion: '1.0' as const,
      // Few numbers, so that ids meet across devices and accounts, where they are other events.
      id: `${this.#lots.int(1, 400)}`,
      source: this.#lots.pick(devices),
      subject: this.#lots.pick(accounts),
      type: 'use',
      time: new Date(now - this.#age()).toISOString(),
      data: { bytes: 0 },
    };
    event.data.bytes = quantityOf(event.id);
    const line: EventLine = { tenantId: this.#lots.chance(0.9) ? 'T001' : 'T002', ...head, event };
    this.#sent.push(line);
    return line;
  }

  /** Fresh, late by days, at the edge of what is taken, or beyond every horizon (a replay of old times). */
  #age(): number {
    const lot = this.#lots.next();
    if (lot < 0.9) return this.#lots.int(0, hourMs / 2);
    if (lot < 0.94) return this.#lots.int(0, 4 * dayMs);
    if (lot < 0.98) return this.#lots.int(33 * dayMs, 35 * dayMs);
    return this.#lots.int(41 * dayMs, 60 * dayMs);
  }
}

/** Depends on the id alone, so that whichever copy of an event counts, it counts the same. Some sums pass 2^53. */
const quantityOf = (id: string): number =>
  Number(id) % 7 === 0 ? Number.MAX_SAFE_INTEGER - Number(id) : Number(id) * 3;
