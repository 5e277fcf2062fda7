import { deepStrictEqual, ok } from 'node:assert/strict';
import { hourOf, type WindowKey, type WindowTotals } from '../../../../domain/metering/window.ts';
import { EventIdHash } from '../../../../domain/metering/windows/event-id-hash.ts';
import { isWhole, windowTotals } from '../../../../domain/metering/windows/read-window.ts';
import { eachId, type WindowPage } from '../../../../domain/metering/windows/window-page.ts';
import type { EventLine } from '../../../../events/stream-record.ts';

export interface CountedBy {
  name: string;
  isCount: boolean;
}

/** What one event counts in one window, and what became of its copies, by their record in the stream. */
interface Expected {
  deviceId: string;
  eventId: string;
  quantity: number;
  copies: Map<string, 'stored' | 'stored too old' | 'set aside'>;
}

interface ExpectedWindow {
  window: WindowKey;
  events: Map<string, Expected>;
}

export const windowText = ({ tenantId, accountId, meter, hour }: WindowKey): string =>
  JSON.stringify([tenantId, accountId, meter, hour]);

/** Every event that was stored in the stream, and the windows that it belongs in. */
export class Truth {
  readonly #windows = new Map<string, ExpectedWindow>();

  get windows(): WindowKey[] {
    return [...this.#windows.values()].map(({ window }) => window);
  }

  /** A copy of the event went into this record; `meters` are those of the configuration that it names. */
  stored(line: EventLine, meters: readonly CountedBy[], sequenceNumber: string, isTooOld: boolean): void {
    for (const expected of this.#expected(line, meters)) {
      expected.copies.set(sequenceNumber, isTooOld ? 'stored too old' : 'stored');
    }
  }

  /** That copy was set aside as too old; it may have been counted at an earlier delivery. */
  setAside(line: EventLine, meters: readonly CountedBy[], sequenceNumber: string): void {
    for (const { copies } of this.#expected(line, meters)) {
      if (copies.get(sequenceNumber) === 'stored') copies.set(sequenceNumber, 'set aside');
    }
  }

  /**
   * The window holds each event once: all that must be in it, none that must not, and its sums are those of
   * the events whose ids it holds.
   */
  check(
    window: WindowKey,
    pages: readonly WindowPage[],
    secrets: (version: number) => Uint8Array,
  ): WindowTotals {
    const name = windowText(window);
    ok(isWhole(pages, 0), `The pages of ${name} have a gap, or two are not sealed.`);
    const ids: string[] = [];
    for (const page of pages) eachId(page.ids, (low, high) => ids.push(`${low},${high}`));
    const held = new Set(ids);
    ok(ids.length === held.size, `${name} holds an id twice.`);

    const version = pages[0]?.keyVersion ?? 1;
    const hash = new EventIdHash({ version, secret: secrets(version) });
    const counted = [...(this.#windows.get(name)?.events.values() ?? [])].filter((expected) => {
      hash.hash(hash.device(expected.deviceId), expected.eventId);
      const isHeld = held.has(`${hash.low},${hash.high}`);
      const fates = [...expected.copies.values()];
      ok(isHeld || !fates.includes('stored'), `${name} has not counted event ${expected.eventId}.`);
      const isTooOld = fates.every((fate) => fate === 'stored too old');
      ok(!isHeld || !isTooOld, `${name} has counted event ${expected.eventId}, which came too late.`);
      return isHeld;
    });
    const totals = windowTotals(pages);
    deepStrictEqual(plain(totals), plain(sumOf(counted)), `The sums of ${name} are not those of its events.`);
    return totals;
  }

  *#expected({ tenantId, event }: EventLine, meters: readonly CountedBy[]): Iterable<Expected> {
    for (const { name, isCount } of meters) {
      const hour = hourOf(Date.parse(event.time));
      const window: WindowKey = { tenantId, accountId: event.subject as string, meter: name, hour };
      const expectedWindow = this.#windows.get(windowText(window)) ?? { window, events: new Map() };
      this.#windows.set(windowText(window), expectedWindow);
      const identity = JSON.stringify([event.source, event.id]);
      const expected = expectedWindow.events.get(identity) ?? {
        deviceId: event.source,
        eventId: event.id,
        quantity: isCount ? 1 : (event.data?.bytes as number),
        copies: new Map(),
      };
      expectedWindow.events.set(identity, expected);
      yield expected;
    }
  }
}

function sumOf(events: readonly Expected[]): WindowTotals {
  const devices = new Map<string, WindowTotals['devices'][number]>();
  for (const { deviceId, quantity } of events) {
    const device = devices.get(deviceId) ?? { deviceId, value: 0n, events: 0 };
    devices.set(deviceId, device);
    device.value += BigInt(quantity);
    device.events += 1;
  }
  const value = events.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n);
  return { value, events: events.length, devices: [...devices.values()] };
}

/** Comparable and printable, whatever the order of the devices. */
export function plain({ value, events, devices }: WindowTotals): unknown {
  const texts = devices.map((device) => `${device.deviceId}: ${device.value} in ${device.events}`);
  return { value: String(value), events, devices: texts.toSorted() };
}
