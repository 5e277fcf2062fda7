import { type EventStream, StreamUnavailable } from '../../domain/metering/intake/event-stream.ts';
import { type Consumer, type EventLine, encodeStreamRecords } from '../../events/stream-record.ts';
import { CommandFault } from '../command-fault.ts';

/** A line that is to be replayed, as it was received. */
export interface ReplayLine {
  line: EventLine;
  /** The event's JSON where its text holds more than what was parsed of it. */
  text?: string;
}

/** Puts lines on the stream again. */
export interface ReplaySender {
  /**
   * Resolves once the stream has every line, marked for these consumers, and no earlier than the rate allows. Throws a
   * CommandFault where the stream takes them not; sending them again is safe.
   */
  send(lines: readonly ReplayLine[], consumers: Consumer[]): Promise<void>;
  /** Events that the stream has. */
  readonly sent: number;
}

export interface Pace {
  /** Events a second at most. */
  rate: number;
  /** Monotonic milliseconds. */
  now: () => number;
  wait: (ms: number) => Promise<unknown>;
}

/** A call to the stream takes as many events at most. */
const eventsPerCall = 5_000;
/** How long the stream may refuse before the replay ends. */
const refusedMsMax = 120_000;

/** Packs lines as ingest does, by tenant and partition, so that an account has one order. */
export function streamSender(stream: EventStream, { rate, now, wait }: Pace): ReplaySender {
  const chunk = Math.max(1, Math.min(eventsPerCall, Math.floor(rate)));
  let freeAt = now();
  let sent = 0;

  async function sendChunk(lines: readonly ReplayLine[], consumers: Consumer[]): Promise<void> {
    const waitMs = freeAt - now();
    if (waitMs > 0) await wait(waitMs);
    const marked = lines.map(({ line }) => ({ ...line, for: consumers }));
    const texts = lines.map(({ line, text }) => text ?? JSON.stringify(line.event));
    const giveUpAt = now() + refusedMsMax;
    await stream.appendAll(encodeStreamRecords(marked, texts), () => giveUpAt - now()).catch(asFault);
    sent += lines.length;
    freeAt = Math.max(now(), freeAt) + (lines.length / rate) * 1_000;
  }

  return {
    get sent() {
      return sent;
    },
    async send(lines, consumers) {
      for (let at = 0; at < lines.length; at += chunk)
        await sendChunk(lines.slice(at, at + chunk), consumers);
    },
  };
}

function asFault(error: unknown): never {
  if (!(error instanceof StreamUnavailable)) throw error;
  throw new CommandFault(
    `${error.message} Run the command again: usage that was counted is not counted twice.`,
  );
}
