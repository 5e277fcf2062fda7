import type { Hour } from '../metering/window.ts';
import type { LimitRevision } from './limit-revision.ts';

/** A threshold that was passed. Whoever gets it looks for himself: it says what to look at, and not what is. */
export interface ThresholdPassed {
  kind: 'threshold';
  tenantId: string;
  accountId: string;
  meter: string;
  /** The first hour of the cycle that it was passed in. */
  cycleStart: Hour;
  threshold: number;
  limitRev: LimitRevision;
}

/** Another reason to look at an account. Two of the same `cause` soon after each other are one. */
export interface LookAtAccount {
  kind: 'look';
  tenantId: string;
  accountId: string;
  cause: string;
  /** Given where a suspension has ended at this time: what hints at it can go. */
  endedAt?: number;
}

export type LimitMessage = ThresholdPassed | LookAtAccount;

/**
 * What is to be enforced and told, one account after the other's messages, never two of one account at once.
 *
 * Promise: once a call has resolved, each message is given out until it has been dealt with. The same message
 * sent again within some minutes is one.
 */
export interface LimitQueue {
  sendAll(messages: readonly LimitMessage[]): Promise<void>;
}

/** The same for every copy of a message, and for no other message. */
export function limitMessageKey(message: LimitMessage): string {
  const { kind, tenantId, accountId } = message;
  return JSON.stringify(
    message.kind === 'look'
      ? [kind, tenantId, accountId, message.cause]
      : [kind, tenantId, accountId, message.meter, message.cycleStart, message.threshold, message.limitRev],
  );
}
