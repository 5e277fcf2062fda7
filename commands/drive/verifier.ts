import { hourMs } from '../../domain/metering/window.ts';
import { backoffMs, pause } from './backoff.ts';
import { type Comparison, compareUsage } from './comparison.ts';
import type { DrawStream } from './draw.ts';
import type { DrivenMeter } from './fleet.ts';
import { type ApiClient, described, jsonOf } from './http.ts';
import { DriveStopped } from './sender.ts';
import { createDifferences, type Differences } from './tally.ts';
import { type TargetSource, usagePath } from './target.ts';
import { type AccountTruth, spanOf } from './truth.ts';

export interface VerifierParts {
  client: ApiClient;
  target: TargetSource;
  meter: DrivenMeter;
  now: () => number;
  draws: DrawStream;
  connections: number;
  /** Without any account becoming complete for this long, what is missing is taken as lost. */
  giveUpMs: number;
  signal: AbortSignal;
  onAccount: () => void;
}

export interface Verdict {
  countedEvents: number;
  differences: Differences;
}

/**
 * Asks for every account until it equals its truth, and names what differs in the end. An account that holds too
 * much is final at once, since counts never fall; one that holds too little is asked again.
 */
export async function verifyAccounts(
  truths: Iterable<() => AccountTruth>,
  parts: VerifierParts,
): Promise<Verdict> {
  const verdict: Verdict = { countedEvents: 0, differences: createDifferences() };
  let pending = [...truths];
  let progressAt = parts.now();
  for (let rounds = 1; pending.length > 0; rounds++) {
    const late = parts.now() - progressAt > parts.giveUpMs;
    const round = await askRound(pending, parts, late);
    for (const { comparison } of round.settled) {
      verdict.countedEvents += comparison.foundEvents;
      verdict.differences.add(...comparison.differences);
      parts.onAccount();
    }
    if (round.settled.length > 0) {
      progressAt = parts.now();
      rounds = 1;
    }
    pending = round.pending;
    if (pending.length > 0) await pause(backoffMs(Math.min(rounds, 5), parts.draws), parts.signal);
  }
  return verdict;
}

interface Round {
  settled: { comparison: Comparison }[];
  pending: (() => AccountTruth)[];
}

/** As long as the stack is far behind, a round that meets only unfinished accounts ends early. */
const missesMax = 20;

async function askRound(asked: (() => AccountTruth)[], parts: VerifierParts, late: boolean): Promise<Round> {
  const settled: Round['settled'] = [];
  const pending: Round['pending'] = [];
  let next = 0;
  const ask = async () => {
    while (next < asked.length) {
      if (!late && settled.length === 0 && pending.length >= missesMax) return;
      const truth = asked[next++] as () => AccountTruth;
      const comparison = await askAccount(truth(), parts);
      if (comparison.onlyMissing && !late) pending.push(truth);
      else settled.push({ comparison });
    }
  };
  await Promise.all(Array.from({ length: parts.connections }, ask));
  // Those that were asked come last, so that the next round begins with others.
  return { settled, pending: [...asked.slice(next), ...pending] };
}

/** One account's answer compared; asked again with backoff while the stack does not answer. */
export async function askAccount(truth: AccountTruth, parts: VerifierParts): Promise<Comparison> {
  const { client, target, meter, now, draws, giveUpMs, signal } = parts;
  const span = spanOf(truth);
  const first = now();
  for (let failures = 1; ; failures++) {
    signal.throwIfAborted();
    const { tenantId, keys } = target.current();
    const ask = { meter: meter.name, from: span.from * hourMs, to: span.to * hourMs };
    const outcome = await client
      .call({ method: 'GET', path: usagePath(tenantId, truth.accountId, ask), key: keys.read })
      .catch((error: Error) => error);
    if (!(outcome instanceof Error) && outcome.status === 200)
      return compareUsage(truth, span, meter.scale, jsonOf(outcome) ?? {});
    const moved = (outcome instanceof Error || outcome.status === 401) && target.refresh();
    const passing = outcome instanceof Error || outcome.status === 429 || outcome.status >= 500;
    const text = outcome instanceof Error ? outcome.message : described(outcome);
    if (!passing && !moved)
      throw new DriveStopped(
        `The stack does not answer for account ${JSON.stringify(truth.accountId)}: ${text}`,
      );
    if (now() - first > giveUpMs)
      throw new DriveStopped(
        `The usage query did not answer within ${giveUpMs / 1_000} s; the last try: ${text}`,
      );
    await pause(backoffMs(failures, draws), signal);
  }
}
