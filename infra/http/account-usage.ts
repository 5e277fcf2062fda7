import { datesOf } from '../../domain/calendar/local-day.ts';
import type { UsageSum } from '../../domain/metering/days/day.ts';
import { dayUsage, type UsageQuery } from '../../domain/metering/days/day-usage.ts';
import { hourUsage } from '../../domain/metering/days/hour-usage.ts';
import { type HourSpan, hourMs, type WindowTotals } from '../../domain/metering/window.ts';
import type { Meter } from '../../domain/tenancy/tenant-config.ts';
import { encodeDeviceRows, encodeTotal, encodeWindow, type WireWindow } from '../../events/usage-answer.ts';
import { findAccount, meterOf, type UsageReader } from '../metering/usage-reader.ts';
import { AnswerBudget } from './answer-budget.ts';
import type { ApiResponse } from './api-handler.ts';
import type { ApiRequest } from './api-request.ts';
import { instant, invalidQuery, oneOf, readQuery, required } from './query-parameters.ts';

/** How much may be asked at once, and how far back goes who names no `from`. */
const steps = {
  hour: { unitMs: hourMs, max: 1_000, words: '1,000 hours', defaultMs: 24 * hourMs },
  day: { unitMs: 24 * hourMs, max: 400, words: '400 days', defaultMs: 30 * 24 * hourMs },
};
type Step = keyof typeof steps;

const advice =
  'Ask for less: a shorter time from `from` to `to`, step=day, no groupBy, or one device at a time ' +
  '(/accounts/{accountId}/devices/{deviceId}/usage).';

/** GET …/accounts/{accountId}/usage */
export async function getAccountUsage(reader: UsageReader, request: ApiRequest): Promise<ApiResponse> {
  const { tenantId, accountId } = request.path as { tenantId: string; accountId: string };
  const now = reader.clock();
  const asked = readQuery(request.query, {
    meter: required,
    from: instant,
    to: instant,
    step: oneOf('hour', 'day'),
    groupBy: oneOf('device'),
  });
  const step: Step = asked.step ?? 'hour';
  const asksFor = timesAsked(step, asked, now);
  const { config, meter } = await meterOf(reader, tenantId, asked.meter);
  const query: UsageQuery = {
    account: { tenantId, accountId, meter: meter.name },
    zones: config.zones,
    registered: await findAccount(reader, tenantId, accountId),
    now,
  };
  const isByDevice = asked.groupBy === 'device';
  const sums: UsageSum[] = [];
  const windows: WireWindow[] = [];
  const budget = new AnswerBudget(advice);
  for await (const { hours, usage } of windowsOf(reader, query, step, asksFor, isByDevice)) {
    sums.push({ value: usage.value, events: usage.events });
    windows.push(budget.spend(toWire(meter, hours, usage)));
  }
  const { meter: name, unit, ...total } = encodeTotal(meter, sums);
  const head = { accountId, meter: name, ...(unit !== undefined && { unit }) };
  return { status: 200, body: { ...head, step, ...total, windows } };
}

/** The times asked for, their defaults filled in. Throws a Problem where they are reversed or too far apart. */
function timesAsked(step: Step, asked: { from: number | undefined; to: number | undefined }, now: number) {
  const { unitMs, max, words, defaultMs } = steps[step];
  const to = asked.to ?? now;
  const from = asked.from ?? to - defaultMs;
  if (from > to) {
    const detail = `must not be after to${asked.to === undefined ? ', which is now where it is absent' : ''}`;
    throw invalidQuery([{ parameter: 'from', detail }]);
  }
  // Measured before it is widened to whole windows, so that what is allowed does not hang on the minute.
  if (to - from > max * unitMs) {
    const detail = `and to must be at most ${words} apart with step=${step}; ask for the rest in further requests`;
    throw invalidQuery([{ parameter: 'from', detail }]);
  }
  return { from, to };
}

type Used = UsageSum & Partial<Pick<WindowTotals, 'devices'>>;

/** The whole windows that the times touch, in order. */
async function* windowsOf(
  { windows, days, bounds }: UsageReader,
  query: UsageQuery,
  step: Step,
  { from, to }: { from: number; to: number },
  isByDevice: boolean,
): AsyncIterable<{ hours: HourSpan; usage: Used }> {
  const span = { from: Math.floor(from / hourMs), to: Math.ceil(to / hourMs) };
  if (step === 'hour') {
    for await (const { hour, usage } of hourUsage(windows, bounds, query, span)) {
      const { value, events } = usage;
      yield { hours: { from: hour, to: hour + 1 }, usage: isByDevice ? usage : { value, events } };
    }
    return;
  }
  const read = dayUsage({ windows, days }, bounds);
  const dates = datesOf(query.zones, span);
  yield* isByDevice ? read.withDevices(query, dates) : read.sums(query, dates);
}

function toWire(meter: Meter, hours: HourSpan, { devices, ...sum }: Used): WireWindow {
  const window = encodeWindow(meter, hours, sum);
  return devices ? { ...window, devices: encodeDeviceRows(meter, { ...sum, devices }) } : window;
}
