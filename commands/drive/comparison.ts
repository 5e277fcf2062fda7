import { decimalText } from '../../domain/metering/quantity.ts';
import { type Hour, hourMs } from '../../domain/metering/window.ts';
import type { Difference } from './tally.ts';
import type { AccountTruth, DeviceTruth } from './truth.ts';

export interface Comparison {
  differences: Difference[];
  /** Events that the answer counts. */
  foundEvents: number;
  /** Everything that differs is found too small: what is missing may still be on its way. */
  onlyMissing: boolean;
}

interface FoundWindow {
  value: bigint;
  events: number;
  devices: Map<string, DeviceTruth>;
}

/**
 * Compares an answer of the usage query (step=hour, groupBy=device) with the truth: every hour of the span must
 * be listed once, with the sums of its devices, and every device with its own; the totals must be their sums.
 */
export function compareUsage(
  truth: AccountTruth,
  span: { from: Hour; to: Hour },
  scale: number,
  answer: Record<string, unknown>,
): Comparison {
  const compare = collector(truth.accountId, scale);
  const windows = decodeWindows(answer.windows, scale);
  if (typeof windows === 'string') {
    compare.fault('answer', 'windows', 'windows as the contract has them', windows);
    return { ...compare.result(), foundEvents: 0 };
  }
  const sum = { value: 0n, events: 0 };
  for (let hour = span.from; hour < span.to; hour++) {
    const found = windows.get(hour);
    const at = new Date(hour * hourMs).toISOString();
    if (found === undefined) {
      compare.fault('window', at, 'a window in the list', 'none');
      continue;
    }
    compareWindow(compare, truth.hours.get(hour) ?? new Map(), found, at);
    sum.value += found.value;
    sum.events += found.events;
    windows.delete(hour);
  }
  for (const hour of windows.keys())
    compare.fault('window', new Date(hour * hourMs).toISOString(), 'nothing outside the span', 'a window');
  const total = parseQuantity(answer.total, scale);
  if (total !== sum.value)
    compare.fault('answer', 'total', decimalText(sum.value, scale), String(answer.total));
  if (answer.events !== sum.events)
    compare.fault('answer', 'events', String(sum.events), String(answer.events));
  return { ...compare.result(), foundEvents: sum.events };
}

function compareWindow(
  compare: Collector,
  expected: Map<string, DeviceTruth>,
  found: FoundWindow,
  at: string,
): void {
  const sum = { value: 0n, events: 0 };
  for (const { value, events } of expected.values()) {
    sum.value += value;
    sum.events += events;
  }
  compare.amounts(sum, found, at);
  for (const [deviceId, truth] of expected)
    compare.amounts(truth, found.devices.get(deviceId) ?? { value: 0n, events: 0 }, at, deviceId);
  for (const [deviceId, device] of found.devices) {
    if (!expected.has(deviceId)) compare.amounts({ value: 0n, events: 0 }, device, at, deviceId);
  }
}

type Collector = ReturnType<typeof collector>;

function collector(accountId: string, scale: number) {
  const differences: Difference[] = [];
  let onlyMissing = true;
  return {
    amounts(expected: DeviceTruth, found: DeviceTruth, at: string, deviceId?: string) {
      const place = { accountId, at, ...(deviceId === undefined ? {} : { deviceId }) };
      if (found.events !== expected.events)
        differences.push({
          ...place,
          what: 'events',
          expected: `${expected.events}`,
          found: `${found.events}`,
        });
      if (found.value !== expected.value) {
        const texts = {
          expected: decimalText(expected.value, scale),
          found: decimalText(found.value, scale),
        };
        differences.push({ ...place, what: 'value', ...texts });
      }
      if (found.events > expected.events || found.value > expected.value) onlyMissing = false;
      // As many events with another sum: nothing that comes later mends that.
      if (found.events === expected.events && found.value !== expected.value) onlyMissing = false;
    },
    fault(what: 'window' | 'answer', at: string, expected: string, found: string) {
      differences.push({ accountId, at, what, expected, found });
      onlyMissing = false;
    },
    result: () => ({ differences, onlyMissing: onlyMissing && differences.length > 0 }),
  };
}

/** The windows of an answer by hour, or what is wrong with them. */
function decodeWindows(windows: unknown, scale: number): Map<Hour, FoundWindow> | string {
  if (!Array.isArray(windows)) return `windows: ${JSON.stringify(windows)}`;
  const decoded = new Map<Hour, FoundWindow>();
  for (const window of windows) {
    const hour = Date.parse(window.start) / hourMs;
    const faulty = JSON.stringify(window).slice(0, 300);
    if (!Number.isInteger(hour) || Date.parse(window.end) !== (hour + 1) * hourMs || decoded.has(hour))
      return `not an hour of its own: ${faulty}`;
    const found = decodeAmounts(window, scale);
    const devices = decodeDevices(window.devices ?? [], scale);
    if (found === undefined || devices === undefined) return `not exact amounts: ${faulty}`;
    decoded.set(hour, { ...found, devices });
  }
  return decoded;
}

function decodeDevices(list: unknown, scale: number): Map<string, DeviceTruth> | undefined {
  if (!Array.isArray(list)) return undefined;
  const devices = new Map<string, DeviceTruth>();
  for (const entry of list) {
    const amounts = decodeAmounts(entry, scale);
    if (amounts === undefined || typeof entry.deviceId !== 'string' || devices.has(entry.deviceId))
      return undefined;
    devices.set(entry.deviceId, amounts);
  }
  return devices;
}

function decodeAmounts(entry: { value?: unknown; events?: unknown }, scale: number): DeviceTruth | undefined {
  const value = parseQuantity(entry.value, scale);
  const events = entry.events;
  return value === undefined || !Number.isSafeInteger(events)
    ? undefined
    : { value, events: events as number };
}

/** A quantity of the contract in smallest units: a safe number or decimal text; undefined where it is not exact. */
export function parseQuantity(value: unknown, scale: number): bigint | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return undefined;
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null || (match[2] ?? '').length > scale) return undefined;
  return BigInt(`${match[1]}${(match[2] ?? '').padEnd(scale, '0')}`);
}
