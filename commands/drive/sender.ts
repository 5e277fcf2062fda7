import { CommandFault } from '../command-fault.ts';
import { backoffMs, pause } from './backoff.ts';
import type { DrawStream } from './draw.ts';
import type { Fleet } from './fleet.ts';
import { type ApiAnswer, type ApiClient, described, gzipped, jsonOf } from './http.ts';
import type { Post } from './plan.ts';
import { enterReceipt, increase, type Receipt, type Tally } from './tally.ts';
import { eventsPath, type TargetSource } from './target.ts';
import { expectedReceipt, itemText } from './wire.ts';

/** The drive cannot go on: the stack refuses it, or was away for longer than the drive waits. */
export class DriveStopped extends CommandFault {
  override name = 'DriveStopped';
}

export interface SenderParts {
  client: ApiClient;
  target: TargetSource;
  now: () => number;
  draws: DrawStream;
  /** From the first try of a post on. */
  giveUpMs: number;
  signal: AbortSignal;
}

/**
 * Sends one request until it is acknowledged, with backoff; resolves with the answer that acknowledged it.
 * Throws DriveStopped when the stack refuses it for good or the time is up.
 */
export type SendUntilAcknowledged = (
  body: SentBody,
  onRetry: (cause: string) => void,
) => Promise<Acknowledged>;

export interface SentBody {
  body: string | Buffer;
  headers: Record<string, string>;
}

export interface Acknowledged {
  answer: ApiAnswer;
  /** Of the try that was acknowledged. */
  latencyMs: number;
}

export function createSendUntilAcknowledged(parts: SenderParts): SendUntilAcknowledged {
  const { client, target, now, draws, giveUpMs, signal } = parts;
  return async (sent, onRetry) => {
    const first = now();
    for (let failures = 1; ; failures++) {
      signal.throwIfAborted();
      const started = now();
      const { tenantId, keys } = target.current();
      const outcome = await client
        .call({ method: 'POST', path: eventsPath(tenantId), key: keys.ingest, ...sent })
        .catch((error: Error) => error);
      if (!(outcome instanceof Error) && isAcknowledged(outcome))
        return { answer: outcome, latencyMs: now() - started };
      const cause = outcome instanceof Error ? causeOf(outcome) : String(outcome.status);
      // A stack that was started again may have moved or have other keys.
      const moved = (outcome instanceof Error || outcome.status === 401) && target.refresh();
      if (!(outcome instanceof Error) && !moved && !isPassing(outcome.status))
        throw new DriveStopped(`The stack refused a post for good: ${described(outcome)}`);
      if (now() - first > giveUpMs) {
        const last = outcome instanceof Error ? outcome.message : described(outcome);
        throw new DriveStopped(
          `A post was not acknowledged within ${giveUpMs / 1_000} s; the last try: ${last}`,
        );
      }
      onRetry(cause);
      await pause(Math.max(retryAfterMs(outcome), 0) + backoffMs(failures, draws), signal);
    }
  };
}

/** All events stored, or none of them valid: either way the stack has said all that it will say. */
const isAcknowledged = (answer: ApiAnswer): boolean =>
  answer.status === 202 || (answer.status === 400 && jsonOf(answer)?.code === 'no_event_accepted');

const isPassing = (status: number): boolean => status === 429 || status >= 500;

const causeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.message;

const retryAfterMaxMs = 5_000;

function retryAfterMs(outcome: ApiAnswer | Error): number {
  if (outcome instanceof Error) return 0;
  const seconds = Number(outcome.headers['retry-after'] ?? 0);
  return Number.isFinite(seconds) ? Math.min(seconds * 1_000, retryAfterMaxMs) : 0;
}

/** The request that a post is; the same post makes the same bytes. */
export function bodyOf(fleet: Fleet, post: Post): SentBody {
  const texts = post.items.map((item, index) => itemText(fleet, item, `${post.number}-${index}`));
  const single = post.kind === 'single';
  const text = single ? (texts[0] as string) : `[${texts.join(',')}]`;
  const form = single ? 'application/cloudevents+json' : 'application/cloudevents-batch+json';
  return {
    body: post.gzip ? gzipped(text) : text,
    headers: {
      'content-type': post.plainJson ? 'application/json' : form,
      ...(post.gzip ? { 'content-encoding': 'gzip' } : {}),
    },
  };
}

/** Sends a post until it is acknowledged, enters it in the tally and compares its receipt with what it should be. */
export async function sendPost(
  send: SendUntilAcknowledged,
  context: { fleet: Fleet; tally: Tally },
  post: Post,
): Promise<void> {
  const { fleet, tally } = context;
  const { answer, latencyMs } = await send(bodyOf(fleet, post), (cause) => increase(tally.retries, cause));
  tally.postLatency.add(latencyMs);
  const expected = expectedReceipt(post.items);
  const receipt = receiptOf(answer);
  if (receipt !== undefined) enterReceipt(tally, post, receipt);
  const found = receipt === undefined ? answer.text.slice(0, 500) : JSON.stringify(receipt);
  if (found !== JSON.stringify(expected)) {
    tally.receiptDifferences.add({
      accountId: fleet.event(post.items[0]?.ordinal ?? 0).accountId,
      at: `receipt of post ${post.number} (${post.kind}), status ${answer.status}`,
      what: 'receipt',
      ...onlyWhatDiffers(JSON.stringify(expected), found),
    });
  }
}

function receiptOf(answer: ApiAnswer): Receipt | undefined {
  const { received, accepted, duplicates, rejected } = jsonOf(answer) ?? {};
  if (![received, accepted, duplicates].every(Number.isInteger) || !Array.isArray(rejected)) return undefined;
  const entries = rejected.map(({ index, code }) => ({ index, code }));
  return {
    received: received as number,
    accepted: accepted as number,
    duplicates: duplicates as number,
    rejected: entries.toSorted((a, b) => a.index - b.index),
  };
}

const aroundMax = 300;

/** Two texts from shortly before where they part. */
function onlyWhatDiffers(expected: string, found: string): { expected: string; found: string } {
  let same = 0;
  while (same < expected.length && expected[same] === found[same]) same++;
  const from = Math.max(0, same - 60);
  const cut = (text: string) => (from > 0 ? '…' : '') + text.slice(from, from + aroundMax);
  return { expected: cut(expected), found: cut(found) };
}
