import { gunzipSync } from 'node:zlib';
import type { ApiAnswer, ApiCall, ApiClient } from '../../../commands/drive/http.ts';

/** What goes wrong, by the number of the post or query (from 0). */
export interface Mishaps {
  /** Answered with 503 after some of the events were stored, or the connection breaks after all of them were. */
  post?: (number: number) => 'partly' | 'cut' | 'throttled' | 'refused' | undefined;
  query?: (number: number) => 'cut' | 'unavailable' | undefined;
  /** How often an accepted event is counted: 1 is right. */
  times?: (event: StoredEvent, number: number) => number;
  /** The answer of a query, before it is sent. */
  answer?: (usage: UsageAnswer) => void;
}

export interface StoredEvent {
  id: string;
  source: string;
  subject: string;
  time: string;
  data: { bytes: number };
}

interface UsageAnswer {
  total: number | string;
  events: number;
  windows: {
    start: string;
    end: string;
    value: number | string;
    events: number;
    devices: { deviceId: string; value: number | string; events: number }[];
  }[];
}

const hourMs = 3_600_000;
const json = (status: number, body: object, headers = {}): ApiAnswer => ({
  status,
  headers,
  text: JSON.stringify(body),
});

/** An API in memory that counts as the contract says, but for its mishaps. Events show one query late. */
export function memoryApi(now: () => number, mishaps: Mishaps = {}, config: object = {}) {
  const counted = new Map<string, StoredEvent>();
  const counts = new Map<StoredEvent, number>();
  const arriving: StoredEvent[] = [];
  let settings: Record<string, unknown> = config as Record<string, unknown>;
  let posts = 0;
  let queries = 0;
  let stored = 0;

  const client: ApiClient = {
    async call(call) {
      if (call.path.endsWith('/config')) return configure(call);
      if (call.method === 'POST') return post(call);
      if (call.path.includes('/usage?')) return query(call);
      return json(200, { status: 'ok' }, { date: new Date(now()).toUTCString() });
    },
    close() {},
  };
  return { client, config: () => settings, posts: () => posts };

  function configure({ method, body }: ApiCall): ApiAnswer {
    if (method === 'PUT') settings = JSON.parse(String(body));
    return json(200, settings);
  }

  function post(call: ApiCall): ApiAnswer {
    const mishap = mishaps.post?.(posts++);
    if (mishap === 'refused') return json(403, { code: 'forbidden', detail: 'no' });
    if (mishap === 'throttled') return json(429, { code: 'throttled', detail: 'slow down' });
    const { receipt, accepted } = receive(call, now());
    if (mishap === 'partly') {
      arriving.push(...accepted.slice(0, Math.ceil(accepted.length / 2)));
      return json(503, { code: 'unavailable', detail: 'again' });
    }
    arriving.push(...accepted);
    if (mishap === 'cut') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    if (accepted.length === 0) return json(400, { code: 'no_event_accepted', ...receipt });
    return json(202, receipt);
  }

  function countArrived(): void {
    for (const event of arriving.splice(0)) {
      const identity = JSON.stringify([event.subject, event.source, event.id, event.time.slice(0, 13)]);
      const utc = JSON.stringify([identity, Math.floor(Date.parse(event.time) / hourMs)]);
      if (counted.has(utc)) continue;
      counted.set(utc, event);
      counts.set(event, mishaps.times?.(event, stored++) ?? 1);
    }
  }

  function query({ path }: ApiCall): ApiAnswer {
    const mishap = mishaps.query?.(queries++);
    if (mishap === 'cut') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    if (mishap === 'unavailable') return json(503, { code: 'unavailable', detail: 'again' });
    const url = new URL(path, 'http://memory');
    const account = decodeURIComponent(url.pathname.split('/')[5] as string);
    const bound = (name: string) => Date.parse(url.searchParams.get(name) as string) / hourMs;
    const answer = usageOf(account, bound('from'), bound('to'));
    mishaps.answer?.(answer);
    countArrived();
    return json(200, answer);
  }

  function usageOf(account: string, from: number, to: number): UsageAnswer {
    const windows = new Map<number, Map<string, { value: bigint; events: number }>>();
    for (const [event, times] of counts) {
      const hour = Math.floor(Date.parse(event.time) / hourMs);
      if (event.subject !== account) continue;
      const devices = windows.get(hour) ?? new Map();
      windows.set(hour, devices);
      const device = devices.get(event.source) ?? { value: 0n, events: 0 };
      devices.set(event.source, device);
      device.value += BigInt(event.data.bytes) * BigInt(times);
      device.events += times;
    }
    const answer: UsageAnswer = { total: 0, events: 0, windows: [] };
    let total = 0n;
    for (let hour = from; hour < to; hour++) {
      const devices = [...(windows.get(hour) ?? [])].map(([deviceId, { value, events }]) => ({
        deviceId,
        value,
        events,
      }));
      const value = devices.reduce((sum, device) => sum + device.value, 0n);
      const events = devices.reduce((sum, device) => sum + device.events, 0);
      total += value;
      answer.events += events;
      const start = new Date(hour * hourMs).toISOString();
      const end = new Date((hour + 1) * hourMs).toISOString();
      const exact = devices.map((device) => ({ ...device, value: written(device.value) }));
      answer.windows.push({ start, end, value: written(value), events, devices: exact });
    }
    answer.total = written(total);
    return answer;
  }
}

const written = (value: bigint): number | string =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);

/** The contract's receipt, as simply as it can be written. */
function receive({ headers = {}, body }: ApiCall, now: number) {
  const text = (
    headers['content-encoding'] === 'gzip' ? gunzipSync(body as Buffer) : Buffer.from(body as string)
  ).toString();
  // An entry keeps its text: in it a too large quantity and a large event are what they were.
  const parsed: unknown = JSON.parse(text);
  const entries = (Array.isArray(parsed) ? parsed : [parsed]) as StoredEvent[];
  const receipt = {
    received: entries.length,
    accepted: 0,
    duplicates: 0,
    rejected: [] as { index: number; code: string }[],
  };
  const seen = new Map<string, string>();
  const accepted: StoredEvent[] = [];
  for (const [index, event] of entries.entries()) {
    const written = JSON.stringify(event);
    const identity = JSON.stringify([event?.source, event?.id]);
    const code =
      faultOf(event, written, now) ??
      (seen.has(identity) && seen.get(identity) !== written ? 'conflicting_duplicate' : undefined);
    if (code !== undefined) receipt.rejected.push({ index, code });
    else if (seen.has(identity)) receipt.duplicates++;
    else {
      receipt.accepted++;
      seen.set(identity, written);
      accepted.push(event);
    }
  }
  return { receipt, accepted };
}

function faultOf(event: StoredEvent & { type?: string }, written: string, now: number): string | undefined {
  if (typeof event !== 'object') return 'invalid_event';
  if (written.length > 65_536) return 'event_too_large';
  const ids = [event.id, event.source, event.subject];
  const plain = (id: unknown) =>
    typeof id === 'string' && id.length <= 128 && id.isWellFormed() && !/\p{Cc}/u.test(id);
  const time = /(Z|[+-]\d\d:\d\d)$/.test(event.time) ? Date.parse(event.time) : Number.NaN;
  if (!ids.every(plain) || Number.isNaN(time) || !written.includes('"specversion":"1.0"'))
    return 'invalid_event';
  if (event.type !== 'vpn.usage') return 'unknown_type';
  if (time < now - 35 * 24 * hourMs) return 'too_old';
  if (time > now + 300_000) return 'in_future';
  const { bytes } = event.data;
  return Number.isSafeInteger(bytes) && bytes >= 0 ? undefined : 'invalid_quantity';
}
