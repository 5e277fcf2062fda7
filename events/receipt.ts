import type { Receipt } from '../domain/metering/intake/accept-events.ts';
import { Problem } from './problem.ts';

/** A receipt without anything that its sender wrote: how many events had which outcome, for the log. */
export function outcomeCounts({ rejected, ...counts }: Receipt): Record<string, unknown> {
  const codes: Record<string, number> = {};
  for (const { code } of rejected) codes[code] = (codes[code] ?? 0) + 1;
  return { ...counts, rejected: codes };
}

/** What is answered where nothing is stored: the receipt's members beside the problem's. */
export const nothingAccepted = (receipt: Receipt): Problem =>
  new Problem(
    'no_event_accepted',
    receipt.received === 0
      ? 'The request holds no event.'
      : 'No event was accepted: rejected says why, by index.',
    { members: { ...receipt } },
  );
