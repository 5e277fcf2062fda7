import { readFileSync } from 'node:fs';

/** An event of the demo as it is posted. */
export interface DemoEvent {
  specversion: '1.0';
  id: string;
  source: string;
  subject: string;
  type: string;
  time: string;
  data: Record<string, unknown>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const weekMs = 7 * 24 * hourMs;

/** Device usage reaches this far back. */
const usageHours = 36;
const reportEveryMs = 10 * minuteMs;

const accounts = [
  { accountId: 'ada', devices: ['ada-phone', 'ada-laptop'] },
  { accountId: 'boris', devices: ['boris-phone'] },
  { accountId: 'chen', devices: ['chen-tablet', 'chen-phone', 'chen-router'] },
  { accountId: 'dara', devices: ['dara-laptop', 'dara-phone'] },
  { accountId: 'emil', devices: ['emil-phone'] },
  { accountId: 'fatou', devices: ['fatou-router', 'fatou-phone', 'fatou-laptop'] },
];

/**
 * What the devices of a VPN service report, up to `until` (epoch milliseconds): bytes every ten minutes, more in
 * the evening than at night. The same for the same `until`, so that it may be sent again.
 */
export function vpnUsage(until: number): DemoEvent[] {
  const first = Math.floor((until - usageHours * hourMs) / reportEveryMs) * reportEveryMs;
  const events: DemoEvent[] = [];
  for (let at = first; at <= until; at += reportEveryMs) {
    for (const { accountId, devices } of accounts) {
      for (const [index, device] of devices.entries()) {
        const share = drawn(`${device} ${at}`);
        const bytes = Math.round(4e6 * (1 + index) * (0.2 + evening(at)) * share * share);
        if (share < 0.1) continue;
        events.push(
          eventOf('vpn.usage', `${device}-${at / reportEveryMs}`, device, accountId, at, { bytes }),
        );
      }
    }
  }
  return events;
}

/** 1 at nine in the evening, 0 at nine in the morning (UTC). */
const evening = (at: number): number => (1 + Math.cos(((at / hourMs - 21) / 24) * 2 * Math.PI)) / 2;

/** Orders reach this far back; every hour of them is a window of its own, so more would keep a newcomer waiting. */
const orderDays = 14;

/** What a shop sold hour by hour in the weeks before `until`: a real series of purchases, moved by whole weeks. */
export const shopHours = (until: number): { at: number; count: number }[] =>
  purchases(until).filter(({ at }) => at + hourMs <= until);

/** What a shop sold in the two weeks up to `until`: the same series, one event each. */
export function shopOrders(until: number): DemoEvent[] {
  return purchases(until)
    .flatMap(({ at, count }) =>
      Array.from({ length: count }, (_, index) => {
        const id = `order-${at / hourMs}-${index}`;
        const time = at + Math.floor(((index + drawn(`${id} time`)) / count) * hourMs);
        const items = 1 + Math.floor(3 * drawn(`${id} items`));
        return eventOf('shop.order', id, `checkout-${1 + (index % 3)}`, 'web-shop', time, { items });
      }),
    )
    .filter(({ time }) => Date.parse(time) <= until && Date.parse(time) > until - orderDays * 24 * hourMs);
}

function purchases(until: number): { at: number; count: number }[] {
  const [, ...rows] = readFileSync(new URL('./purchases/purchases.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const hours = rows.map((row) => {
    const [time = '', value] = row.split(',');
    return { at: Date.parse(time), count: Number(value) };
  });
  const last = hours.at(-1)?.at ?? 0;
  const shift = Math.ceil((until - last) / weekMs) * weekMs;
  return hours.map(({ at, count }) => ({ at: at + shift, count }));
}

const eventOf = (
  type: string,
  id: string,
  source: string,
  subject: string,
  at: number,
  data: DemoEvent['data'],
): DemoEvent => ({
  specversion: '1.0',
  id,
  source,
  subject,
  type,
  time: new Date(at).toISOString(),
  data,
});

/** A number from 0 to 1 that follows from the text alone. */
function drawn(text: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}
