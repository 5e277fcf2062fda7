import { type Hour, hourMs } from './window.ts';

const dayMs = 86_400_000;

/** Ingest takes events up to this age. */
export const eventAgeMaxMs = 35 * dayMs;

/** A window outlives the last moment at which it may be written by this much. */
const expiryMarginMs = 7 * dayMs;

/** How long the stream keeps records: an accepted event may be read, for the first time, that much later. */
export interface StreamRetention {
  retentionMs: number;
}

/**
 * True where an event is so old that its window may be gone, so that a repeat of it could no longer be told:
 * it is set aside as `beyond_horizon` and never counted.
 */
export const isBeyondHorizon = (occurredAt: number, now: number, { retentionMs }: StreamRetention): boolean =>
  now - occurredAt > eventAgeMaxMs + retentionMs;

/** When the window of an hour counts as gone, epoch seconds: a week after it can last be written. */
export const windowExpiresAt = (hour: Hour, { retentionMs }: StreamRetention): number =>
  Math.ceil(((hour + 1) * hourMs + eventAgeMaxMs + retentionMs + expiryMarginMs) / 1000);
