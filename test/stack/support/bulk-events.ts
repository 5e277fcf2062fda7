import { drawStream } from '../../../commands/drive/draw.ts';
import { eventually } from './eventually.ts';
import { type Answer, rawRequest } from './tenant-client.ts';

const eventsPerPost = 1_000;
const postsAtOnce = 4;
const hourMs = 3_600_000;

/** How events are sent in bulk. */
export interface BulkOptions {
  /** How many different ones. */
  events: number;
  accounts: number;
  /** Share of events that are sent a second time, in another post. */
  duplicates: number;
  seed: number;
  /** The stack's time, epoch milliseconds. */
  now: number;
  /** Where and with which key; asked for each try, as a stack that was killed may come back elsewhere. */
  target: () => { api: string; key: string };
  /** Called after each post, with the share that is sent. */
  onSent?: (share: number) => void;
}

export const bulkMeters = [
  { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', unit: 'By' },
  { name: 'seconds', eventType: 'vpn.usage', aggregation: 'sum', field: 'seconds', scale: 2 },
  { name: 'reports', eventType: 'vpn.usage', aggregation: 'count' },
];

/** Posts events of the last hours and some of last week until every post is acknowledged. */
export async function postInBulk(options: BulkOptions): Promise<void> {
  const { events, duplicates, seed, onSent } = options;
  const draws = drawStream(seed, 61);
  const ordinals = Array.from({ length: events }, (_, ordinal) => ordinal);
  for (let repeat = 0; repeat < events * duplicates; repeat += 1) ordinals.push(draws.below(events));
  const posts = Array.from({ length: Math.ceil(ordinals.length / eventsPerPost) }, (_, post) => post);
  let sent = 0;
  const worker = async () => {
    for (let post = posts.shift(); post !== undefined; post = posts.shift()) {
      const part = ordinals.slice(post * eventsPerPost, (post + 1) * eventsPerPost);
      await postUntilTaken(options, JSON.stringify(part.map((ordinal) => eventOf(ordinal, options))));
      sent += part.length;
      onSent?.(sent / ordinals.length);
    }
  };
  await Promise.all(Array.from({ length: postsAtOnce }, worker));
}

/** The account of an event, and of every `accounts`th one after it. */
export const accountOf = (seed: number, ordinal: number, accounts: number): string =>
  `bulk-${seed}-${ordinal % accounts}`;

function eventOf(ordinal: number, { accounts, now, seed }: BulkOptions) {
  const isLate = ordinal % 97 === 0;
  const agoMs = ((ordinal * 7_919) % (3 * hourMs)) + (isLate ? 7 * 24 * hourMs : 0);
  return {
    specversion: '1.0',
    id: `bulk-${seed}-${ordinal}`,
    source: `device-${ordinal % 5}`,
    subject: accountOf(seed, ordinal, accounts),
    type: 'vpn.usage',
    time: new Date(now - agoMs).toISOString(),
    data: { bytes: ordinal % 100_003, seconds: (ordinal % 9_999) / 100 },
  };
}

/** Again and again while the stack is down. */
async function postUntilTaken({ target }: BulkOptions, body: string): Promise<void> {
  await eventually(
    async () => {
      const { api, key } = target();
      const headers = {
        authorization: `Bearer ${key}`,
        'content-type': 'application/cloudevents-batch+json',
      };
      const answer = await rawRequest(api, '/v1/tenants/T001/events', {
        method: 'POST',
        body,
        headers,
      }).catch(() => undefined as Answer | undefined);
      if (answer && answer.status < 500 && ![202, 401, 429].includes(answer.status))
        throw new Error(`The stack refuses events: ${JSON.stringify(answer.body).slice(0, 500)}`);
      return answer;
    },
    (answer) => answer?.status === 202,
  );
}
