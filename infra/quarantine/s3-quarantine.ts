import { createHash } from 'node:crypto';
import type { Quarantine, Quarantined } from '../../domain/quarantine/quarantine.ts';
import { quarantineKey } from '../../domain/quarantine/quarantine-key.ts';
import { type S3Bucket, type S3Objects, type S3Pauses, s3Objects } from '../s3-objects.ts';

/** What is stored: the item with its bytes in base64. */
export interface QuarantineObject extends Omit<Quarantined, 'bytes' | 'position'> {
  position: { shardId: string; sequenceNumber: string; arrivedAt: string };
  quarantinedAt: string;
  bytes: string;
}

export function encodeQuarantineObject(item: Quarantined, quarantinedAt: number): QuarantineObject {
  return {
    ...item,
    position: { ...item.position, arrivedAt: new Date(item.position.arrivedAt).toISOString() },
    quarantinedAt: new Date(quarantinedAt).toISOString(),
    bytes: Buffer.from(item.bytes).toString('base64'),
  };
}

/** Tells the lines of one record apart; 48 bits do for the few that one record has. */
export const digestOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 12);

/** The quarantine in an S3 bucket, for those who set aside. */
export const s3Quarantine = (place: S3Bucket, pauses: S3Pauses): Quarantine => ({
  put: putInto(s3Objects(place, pauses)),
});

/** Puts an item under the key that it makes. */
export const putInto =
  (objects: S3Objects): Quarantine['put'] =>
  (item, quarantinedAt) =>
    objects.put(
      quarantineKey(item, digestOf(item.bytes)),
      JSON.stringify(encodeQuarantineObject(item, quarantinedAt)),
    );
