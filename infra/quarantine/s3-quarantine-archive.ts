import type { Quarantined } from '../../domain/quarantine/quarantine.ts';
import type { QuarantineArchive } from '../../domain/quarantine/quarantine-archive.ts';
import { parseQuarantineKey, replayedPrefix } from '../../domain/quarantine/quarantine-key.ts';
import type { S3Objects } from '../s3-objects.ts';
import { encodeQuarantineObject, putInto, type QuarantineObject } from './s3-quarantine.ts';

/** The quarantine in an S3 bucket, for those who look into it. */
export function s3QuarantineArchive(objects: S3Objects): QuarantineArchive {
  const replace = async (key: string, item: Quarantined, quarantinedAt: number): Promise<void> =>
    objects.put(key, JSON.stringify(encodeQuarantineObject(item, quarantinedAt)));
  return {
    put: putInto(objects),
    async *list({ tenantId, day, reason, isReplayed = false }) {
      for await (const { key, bytes } of objects.list(prefixOf({ tenantId, day, isReplayed }))) {
        const place = parseQuarantineKey(key);
        if (!place || place.isReplayed !== isReplayed) continue;
        if ((day ?? place.day) !== place.day || (reason ?? place.reason) !== place.reason) continue;
        yield { key, bytes, ...place };
      }
    },
    async read(key) {
      const bytes = await objects.get(key);
      return bytes && decodeQuarantineObject(Buffer.from(bytes).toString());
    },
    async setReplayed(key) {
      if (key.startsWith(replayedPrefix)) return;
      const bytes = await objects.get(key);
      if (!bytes) return;
      await objects.put(replayedPrefix + key, bytes);
      await objects.remove(key);
    },
    replace,
    remove: (key) => objects.remove(key),
  };
}

/** As much of the key as is known from its beginning on. */
function prefixOf({
  tenantId,
  day,
  isReplayed,
}: {
  tenantId?: string | undefined;
  day?: string | undefined;
  isReplayed: boolean;
}) {
  const first = `${isReplayed ? replayedPrefix : ''}tenant=`;
  if (tenantId === undefined) return first;
  return `${first}${tenantId}/${day === undefined ? '' : `day=${day}/`}`;
}

function decodeQuarantineObject(text: string): Quarantined & { quarantinedAt: number } {
  const object = JSON.parse(text) as QuarantineObject;
  return {
    ...object,
    position: { ...object.position, arrivedAt: Date.parse(object.position.arrivedAt) },
    quarantinedAt: Date.parse(object.quarantinedAt),
    bytes: Buffer.from(object.bytes, 'base64'),
  };
}
