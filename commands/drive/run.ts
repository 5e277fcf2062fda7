import { createPacer } from './backoff.ts';
import { type CapacityUse, readCapacity } from './capacity.ts';
import { drawStream } from './draw.ts';
import { createFleet, type Fleet } from './fleet.ts';
import type { ApiClient } from './http.ts';
import { prepareMeter } from './meter.ts';
import type { DriveOptions } from './options.ts';
import { closingPosts, type Post, planPosts } from './plan.ts';
import { createProbes, type Probes } from './probes.ts';
import type { Progress } from './progress.ts';
import { type DriveSummary, summaryOf } from './report.ts';
import { createSendUntilAcknowledged, sendPost } from './sender.ts';
import { readStackClock } from './stack-clock.ts';
import { createTally, increase, type Tally } from './tally.ts';
import type { TargetSource } from './target.ts';
import { fleetTruth } from './truth.ts';
import { type VerifierParts, verifyAccounts } from './verifier.ts';

export interface DriveParts {
  target: TargetSource;
  client: ApiClient;
  progress: Progress;
  /** Epoch milliseconds. */
  now: () => number;
  signal?: AbortSignal;
}

/** One request for the probe and one for what else there is to ask, beside the senders. */
export const spareConnections = 2;

/**
 * Sends everything until it is acknowledged, waits until all is visible, and compares every window with the
 * truth. Throws DriveStopped where the stack refuses or stays away.
 */
export async function drive(options: DriveOptions, parts: DriveParts): Promise<DriveSummary> {
  const { target, client, progress, now } = parts;
  const stackNow = await readStackClock(parts);
  const stop = new AbortController();
  const signal = parts.signal === undefined ? stop.signal : AbortSignal.any([parts.signal, stop.signal]);
  const draws = drawStream(options.seed, 31);
  const common = { client, target, now, draws, signal };
  try {
    const eventsPerAccount = options.devices * options.minutes + 1;
    const wish = { name: options.meter, configure: options.configure, eventsPerAccount };
    const meter = await prepareMeter(wish, common);
    const fleet = createFleet({
      ...options,
      lateShare: options.late,
      until: Math.floor(stackNow() / 1_000) * 1_000,
      meter,
    });
    const tally = createTally(fleet);
    const send = createSendUntilAcknowledged({ ...common, giveUpMs: options.giveUpSeconds * 1_000 });
    const verifier: VerifierParts = {
      ...common,
      meter,
      connections: options.connections,
      giveUpMs: options.visibleSeconds * 1_000,
      onAccount: () => progress.advance(1),
    };
    const onRetry = (cause: string) => increase(tally.retries, cause);
    const probes = createProbes({ ...options, meter, send, verifier, onRetry, stackNow });

    const capacityBefore = await readCapacity(common);
    const started = now();
    const sender: Sending = {
      fleet,
      tally,
      options,
      progress,
      signal,
      now,
      send: (post) => sendPost(send, { fleet, tally }, post),
    };
    await sendWithProbes(sender, probes);
    const sendingMs = now() - started;

    progress.begin('verified', fleet.shape.accounts + probes.truths().length);
    const verdict = await verifyAccounts([...fleetTruths(fleet, tally), ...probes.truths()], verifier);
    progress.end();
    const capacity: CapacityUse | undefined = capacityBefore && (await capacityBefore.since(common));
    return summaryOf({
      options,
      target: target.current(),
      meter,
      fleet,
      tally,
      probes,
      verdict,
      capacity,
      sendingMs,
      totalMs: now() - started,
    });
  } finally {
    stop.abort();
  }
}

interface Sending {
  fleet: Fleet;
  tally: Tally;
  options: DriveOptions;
  progress: Progress;
  signal: AbortSignal;
  now: () => number;
  send: (post: Post) => Promise<void>;
}

function* fleetTruths(fleet: Fleet, tally: Tally) {
  for (let account = 0; account < fleet.shape.accounts; account++)
    yield () => fleetTruth(fleet, tally.acknowledged, account);
}

/** The closing events go out when all else is acknowledged, so that they come last on the stream. */
async function sendWithProbes(sending: Sending, probes: Probes): Promise<void> {
  const { fleet, options, progress } = sending;
  // How many repeats and faulty events there will be is drawn on the way: about their share.
  progress.begin('sent', Math.ceil(fleet.ordinals * (1 + options.duplicates + options.faulty)));
  let over = false;
  const probing = probes.run(() => over);
  const sendingAll = async () => {
    await sendAll(planPosts(fleet, options), sending);
    await sendAll(closingPosts(fleet), sending);
    over = true;
  };
  await Promise.all([sendingAll(), probing]);
}

async function sendAll(posts: Iterator<Post>, sending: Sending): Promise<void> {
  const { options, progress, signal, now, send } = sending;
  const pace = createPacer(options.rate, now);
  const work = async () => {
    for (let next = posts.next(); !next.done; next = posts.next()) {
      await pace(next.value.items.length, signal);
      await send(next.value);
      progress.advance(next.value.items.length);
    }
  };
  await Promise.all(Array.from({ length: options.connections }, work));
}
