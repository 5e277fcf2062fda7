import { answerBytesMax, answerRecords, type FirehoseRecord } from '../../events/firehose-answer.ts';
import { encodeLine } from '../../events/stream-record.ts';
import { median, type Options, type Table } from '../report.ts';
import { seeded } from '../seeded.ts';

const invocationBytesMax = 6 * 1024 * 1024;
const rounds = 30;
/** The first rounds let the compiler come to rest. */
const warmUpRounds = 10;
const now = Date.UTC(2026, 10, 21, 10);

interface Workload {
  name: string;
  /** The data of an event; `draw` gives numbers from 0 to 1. */
  data: (draw: () => number) => object;
  more?: object;
  /** Of the n-th line. */
  post?: (n: number) => { tenantId?: string; receivedAt?: string; type?: string };
}

const workloads: Workload[] = [
  { name: 'usage of a device', data: (draw) => ({ bytes: Math.floor(draw() * 1e9) }) },
  {
    name: 'an order of ten lines',
    data: (draw) => ({
      amount: Math.floor(draw() * 1e5) / 100,
      lines: Array.from({ length: 10 }, (_, n) => ({
        sku: `SKU-${Math.floor(draw() * 1e6)}`,
        quantity: n + 1,
        price: 9.99,
      })),
    }),
  },
  {
    name: 'usage with another attribute and more than ASCII',
    data: (draw) => ({ bytes: Math.floor(draw() * 1e9), place: 'Zürich' }),
    more: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
  },
  {
    name: 'usage of a device, each posted alone',
    data: (draw) => ({ bytes: Math.floor(draw() * 1e9) }),
    post: (n) => ({ receivedAt: new Date(now + n).toISOString() }),
  },
  {
    name: 'two tenants and three types in turns, each posted alone',
    data: (draw) => ({ bytes: Math.floor(draw() * 1e9) }),
    post: (n) => ({
      tenantId: `T00${1 + (n % 2)}`,
      receivedAt: new Date(now + n).toISOString(),
      type: ['vpn.usage', 'shop.order', 'shop.page_view'][n % 3] as string,
    }),
  },
];

/** The transform on one core, beside JSON.parse alone on the same lines; and its answer where Lambda is at its bound. */
export function transformSpeed({ seed, progress }: Options): Table[] {
  const rows = workloads.map((workload) => {
    progress(`lake: transform, ${workload.name}`);
    return measure(workload, seed);
  });
  return [
    {
      title: 'Lake: the transform',
      columns: [
        'workload',
        'events',
        'bytes a line',
        'transform events/s',
        'JSON.parse events/s',
        'transform beside JSON.parse',
        'answer MB',
        'rows set aside',
      ],
      rows,
      notes: [
        'One invocation of 6 MB of JSON, six times what Firehose is told to gather, from its base64 to the answer.',
        'JSON.parse of the same lines, already text. Median processor time, garbage collection included, of rounds in turn.',
        `The answer, as JSON, is bound to ${answerBytesMax / 1e6} MB; rows that have no room go to the error prefix, and are replayed.`,
      ],
    },
  ];
}

function measure(workload: Workload, seed: number): (string | number)[] {
  const lines = linesOf(workload, seed);
  const records = recordsOf(lines);
  const used = lines.slice(0, records.length);
  const bytes = used.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  const transformed: number[] = [];
  const parsed: number[] = [];
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    const transformMs = cpuMs(() => answerRecords(records, Number.POSITIVE_INFINITY));
    const parseMs = cpuMs(() => used.map((line) => JSON.parse(line)));
    if (round < warmUpRounds) continue;
    transformed.push(transformMs);
    parsed.push(parseMs);
  }
  const { records: answered, failed } = answerRecords(records);
  const setAside = Object.values(failed).reduce((sum, count) => sum + count, 0);
  return [
    workload.name,
    used.length,
    Math.round(bytes / used.length),
    Math.round((used.length / median(transformed)) * 1_000),
    Math.round((used.length / median(parsed)) * 1_000),
    median(parsed) / median(transformed),
    Buffer.byteLength(JSON.stringify({ records: answered })) / 1e6,
    setAside,
  ];
}

function linesOf({ data, more, post }: Workload, seed: number): string[] {
  const draw = seeded(seed);
  const receivedAt = new Date(now).toISOString();
  return Array.from({ length: 20_000 }, (_, n) => {
    const { type = 'vpn.usage', ...head } = post?.(n) ?? {};
    const event = {
      ...{ specversion: '1.0' as const, id: `0b9f3c1e-5d1a-4c57-9a0e-${String(n).padStart(12, '0')}` },
      ...{ source: `device-${n % 1_000}`, subject: `account-${n % 500}`, type },
      ...{
        time: new Date(now - Math.floor(draw() * 3_600_000)).toISOString(),
        ...more,
        data: { ...data(draw) },
      },
    };
    return encodeLine({ tenantId: 'T001', receivedAt, config: 7, event, ...head });
  });
}

/** As many as an invocation holds. */
function recordsOf(lines: string[]): FirehoseRecord[] {
  const records: FirehoseRecord[] = [];
  let bytes = 0;
  for (const [place, line] of lines.entries()) {
    const record = {
      recordId: `49590338271490256608559692538361571095921575${String(place).padStart(20, '0')}`,
      approximateArrivalTimestamp: now,
      data: Buffer.from(line).toString('base64'),
    };
    bytes += JSON.stringify(record).length + 1;
    if (bytes > invocationBytesMax) break;
    records.push(record);
  }
  return records;
}

function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
