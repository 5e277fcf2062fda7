import type { Hour, HourSpan, WindowReader, WindowTotals } from '../window.ts';
import type { UsageQuery, UsageReadBounds } from './day-usage.ts';

export interface UsedHour {
  hour: Hour;
  usage: WindowTotals;
}

/**
 * Reads every hour of the span, in order, those without usage as zero. Stretches are read ahead, a few at once,
 * so that memory is bounded and a reader that has enough can stop.
 */
export async function* hourUsage(
  windows: WindowReader,
  { hoursPerRead, readsAtOnce }: Pick<UsageReadBounds, 'hoursPerRead' | 'readsAtOnce'>,
  { account, registered }: Pick<UsageQuery, 'account' | 'registered'>,
  span: HourSpan,
): AsyncIterable<UsedHour> {
  const read = async (stretch: HourSpan) =>
    registered ? windows.readWindows(account, stretch) : new Map<Hour, WindowTotals>();
  const ahead: { stretch: HourSpan; found: Promise<Map<Hour, WindowTotals>> }[] = [];
  for (let next = span.from; next < span.to || ahead.length > 0; ) {
    while (next < span.to && ahead.length < readsAtOnce) {
      const stretch = { from: next, to: Math.min(next + hoursPerRead, span.to) };
      const found = read(stretch);
      // Whoever stops early does not wait for it; whoever goes on meets the fault below.
      found.catch(() => undefined);
      ahead.push({ stretch, found });
      next = stretch.to;
    }
    const first = ahead.shift();
    if (!first) return;
    const found = await first.found;
    for (let hour = first.stretch.from; hour < first.stretch.to; hour++) {
      yield { hour, usage: found.get(hour) ?? { value: 0n, events: 0, devices: [] } };
    }
  }
}
