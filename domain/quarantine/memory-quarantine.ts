import { type Quarantine, type Quarantined, quarantineKey } from './quarantine.ts';

/** The double of a Quarantine: what was set aside stands in `objects`, by a key of the same layout. */
export interface MemoryQuarantine extends Quarantine {
  readonly objects: Map<string, { item: Quarantined; quarantinedAt: number }>;
}

export function memoryQuarantine(): MemoryQuarantine {
  const objects: MemoryQuarantine['objects'] = new Map();
  return {
    objects,
    async put(item, quarantinedAt) {
      objects.set(quarantineKey(item, hexOf(item.bytes)), { item: structuredClone(item), quarantinedAt });
    },
  };
}

/** The bytes themselves, where the adapter takes their hash. */
const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
