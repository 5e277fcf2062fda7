import type { Quarantined } from './quarantine.ts';
import type { QuarantineArchive } from './quarantine-archive.ts';
import { parseQuarantineKey, quarantineKey, replayedPrefix } from './quarantine-key.ts';

/** The double of a quarantine: what was set aside stands in `objects`, by a key of the same layout. */
export interface MemoryQuarantine extends QuarantineArchive {
  readonly objects: Map<string, { item: Quarantined; quarantinedAt: number }>;
}

export function memoryQuarantine(): MemoryQuarantine {
  const objects: MemoryQuarantine['objects'] = new Map();
  return {
    objects,
    async put(item, quarantinedAt) {
      objects.set(quarantineKey(item, hexOf(item.bytes)), { item: structuredClone(item), quarantinedAt });
    },
    async *list({ tenantId, day, reason, isReplayed = false }) {
      for (const key of [...objects.keys()].sort()) {
        const place = parseQuarantineKey(key);
        if (!place || place.isReplayed !== isReplayed) continue;
        if ((tenantId ?? place.tenantId) !== place.tenantId || (day ?? place.day) !== place.day) continue;
        if ((reason ?? place.reason) !== place.reason) continue;
        yield { key, bytes: objects.get(key)!.item.bytes.length, ...place };
      }
    },
    async read(key) {
      const object = objects.get(key);
      return object && { ...structuredClone(object.item), quarantinedAt: object.quarantinedAt };
    },
    async setReplayed(key) {
      const object = objects.get(key);
      if (!object || key.startsWith(replayedPrefix)) return;
      objects.set(replayedPrefix + key, object);
      objects.delete(key);
    },
    async replace(key, item, quarantinedAt) {
      objects.set(key, { item: structuredClone(item), quarantinedAt });
    },
    async remove(key) {
      objects.delete(key);
    },
  };
}

/** The bytes themselves, where the adapter takes their hash. */
const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
