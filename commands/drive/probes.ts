import { hourOf } from '../../domain/metering/window.ts';
import { pause } from './backoff.ts';
import type { DrivenMeter } from './fleet.ts';
import { createLatencies, type Latencies } from './latencies.ts';
import type { SendUntilAcknowledged } from './sender.ts';
import { type AccountTruth, type CountedEvent, truthOf } from './truth.ts';
import { askAccount, type VerifierParts } from './verifier.ts';
import { eventText, partsOf } from './wire.ts';

/** Probes go round these accounts, so that they meet several partitions. */
const probeAccounts = 8;
const pollMs = 50;
const betweenMs = 250;
/** The truth of a probe account is asked whole at each poll, so it is kept small. */
const probesMax = 2_000;

export interface ProbeParts {
  seed: number;
  run: string;
  /** So many at least, also when the drive itself is over sooner; 0: none at all. */
  probes: number;
  meter: DrivenMeter;
  send: SendUntilAcknowledged;
  verifier: VerifierParts;
  onRetry: (cause: string) => void;
  /** The time that events bear. */
  stackNow: () => number;
}

export interface Probes {
  /** From the beginning of an acknowledged probe's post until the query shows it. */
  visible: Latencies;
  events: number;
  truths(): (() => AccountTruth)[];
  /** Sends one probe after another until it is told to stop, each when the one before is visible. */
  run(stopped: () => boolean): Promise<void>;
}

/**
 * Probes measure what a person would see: an event is posted, and the query asked until it is counted. They are
 * events like any other, and are verified with the rest.
 */
export function createProbes(parts: ProbeParts): Probes {
  const { seed, run, meter, send, verifier, onRetry, stackNow } = parts;
  const visible = createLatencies();
  const sent = new Map<string, CountedEvent[]>();
  const probes: Probes = {
    visible,
    events: 0,
    truths: () =>
      [...sent].map(
        ([accountId, events]) =>
          () =>
            truthOf(accountId, events),
      ),
    async run(stopped) {
      const least = parts.probes;
      while (least > 0 && (probes.events < least || (!stopped() && probes.events < probesMax))) {
        const number = probes.events++;
        await probeOnce(`drive-${seed}-${run}-probe-${number % probeAccounts}`, number);
        if (!stopped()) await pause(betweenMs, verifier.signal);
      }
    },
  };
  return probes;

  async function probeOnce(accountId: string, number: number): Promise<void> {
    const occurredAt = stackNow();
    const time = new Date(occurredAt).toISOString();
    const event = {
      account: 0,
      accountId,
      deviceId: 'probe',
      id: `p${number}`,
      occurredAt,
      time,
      quantity: 1,
    };
    const started = verifier.now();
    await send(
      {
        body: eventText(partsOf(event, meter), meter),
        headers: { 'content-type': 'application/cloudevents+json' },
      },
      onRetry,
    );
    const events = [...(sent.get(accountId) ?? []), event];
    sent.set(accountId, events);
    // Only this hour is asked: the poll is to weigh little beside what it measures.
    const hour = hourOf(occurredAt);
    const truth = truthOf(
      accountId,
      events.filter((other) => hourOf(other.occurredAt) === hour),
    );
    const giveUpAt = verifier.now() + verifier.giveUpMs;
    while (verifier.now() < giveUpAt) {
      const { onlyMissing } = await askAccount(truth, verifier);
      if (!onlyMissing) break;
      await pause(pollMs, verifier.signal);
    }
    visible.add(verifier.now() - started);
  }
}
