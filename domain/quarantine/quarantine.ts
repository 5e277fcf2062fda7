/** Why something was set aside; part of the stored key. */
export type QuarantineReason =
  /** Not a stream line, not JSON, not UTF-8. */
  | 'undecodable'
  /** A line whose event breaks the contract, though ingest let it pass. */
  | 'invalid_event'
  | 'invalid_quantity'
  /** The line names a configuration revision that does not exist. */
  | 'unknown_config'
  /** So old that a duplicate could no longer be recognised. */
  | 'beyond_horizon'
  /** Tried as often as the bounds allow. */
  | 'gave_up';

/** Where it stood in the stream. */
export interface StreamPosition {
  shardId: string;
  sequenceNumber: string;
  /** When the stream stored the record, epoch milliseconds: the same at every delivery. */
  arrivedAt: number;
}

/** Something that could not be processed, whole. */
export interface Quarantined {
  /** Undefined where the bytes do not say it. */
  tenantId?: string;
  reason: QuarantineReason;
  /** For a person: what is wrong, and what would be right. */
  detail: string;
  /** Who set it aside. */
  consumer: string;
  position: StreamPosition;
  /** A record or one line of it, as it was read. */
  bytes: Uint8Array;
}

/**
 * Keeps what could not be processed, with the reason, until it is replayed.
 *
 * Promise: once `put` has resolved, all of it is stored durably. Putting the same reason, bytes and position again
 * (a redelivery) gives the same object and not a second one. It throws where it could not store; the caller must
 * then not acknowledge what it read.
 */
export interface Quarantine {
  /** `quarantinedAt` is epoch milliseconds. */
  put(item: Quarantined, quarantinedAt: number): Promise<void>;
}
