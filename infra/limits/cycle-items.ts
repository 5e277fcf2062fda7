import type { CycleItem, CycleKey } from '../../domain/limits/cycle-item.ts';
import type { ExactSum } from '../../domain/metering/windows/exact-sum.ts';
import { VarintReader, varintBytes, writeVarint } from '../../domain/metering/windows/varint.ts';
import { hourSk, type Item } from '../metering/window-items.ts';

export const cycleKeyOf = ({ tenantId, accountId, meter, start }: CycleKey) => ({
  pk: `c#${tenantId}#${accountId}`,
  sk: hourSk(meter, start),
});

/** A cycle as UsageTable keeps it: a month of it is well below the kilobyte that one write unit pays for. */
export function toCycleItem(key: CycleKey, item: CycleItem): Item {
  const { pk, sk } = cycleKeyOf(key);
  return {
    pk: { S: pk },
    sk: { S: sk },
    rev: { N: String(item.rev) },
    end: { N: String(item.end) },
    zone: { S: item.timeZone },
    limitRev: { N: String(item.limitRev) },
    totals: { B: packTotals(item) },
    ...(item.sent.length > 0 && { sent: { B: Uint8Array.from(item.sent) } }),
    ...(item.told.length > 0 && { told: { B: Uint8Array.from(item.told) } }),
    expiresAt: { N: String(item.expiresAt) },
  };
}

export function fromCycleItem(item: Item): CycleItem {
  return {
    rev: Number(item.rev?.N),
    end: Number(item.end?.N),
    timeZone: item.zone?.S as string,
    limitRev: Number(item.limitRev?.N),
    ...unpackTotals(item.totals?.B as Uint8Array),
    sent: [...(item.sent?.B ?? [])],
    told: [...(item.told?.B ?? [])],
    expiresAt: Number(item.expiresAt?.N),
  };
}

/** How many days, the days, and the hours of the day that moves: varints. */
function packTotals({ days, hours }: Pick<CycleItem, 'days' | 'hours'>): Uint8Array {
  const values: ExactSum[] = [days.length, ...days, ...hours];
  const packed = new Uint8Array(values.reduce<number>((bytes, value) => bytes + varintBytes(value), 0));
  let at = 0;
  for (const value of values) at = writeVarint(packed, at, value);
  return packed;
}

function unpackTotals(packed: Uint8Array): Pick<CycleItem, 'days' | 'hours'> {
  const reader = new VarintReader(packed);
  const count = reader.number();
  const values: ExactSum[] = [];
  while (!reader.isAtEnd) values.push(reader.sum());
  return { days: values.slice(0, count), hours: values.slice(count) };
}
