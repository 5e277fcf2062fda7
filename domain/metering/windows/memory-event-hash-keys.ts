import type { EventHashKey, EventHashKeys } from './event-hash-keys.ts';

/** The double of EventHashKeys; `secretOf` makes the secret of a version. */
export function memoryEventHashKeys(secretOf: (version: number) => Uint8Array): EventHashKeys {
  let first: EventHashKey | undefined;
  return {
    async current() {
      first ??= { version: 1, secret: secretOf(1) };
      return first;
    },
    async at(version) {
      if (version !== first?.version) throw new Error(`There is no version ${version} of the hash key.`);
      return first;
    },
  };
}
