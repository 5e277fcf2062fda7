import type { CycleItem, CycleKey } from './cycle-item.ts';
import type { CycleStore } from './cycle-store.ts';

/** The double of a CycleStore. `now` is the present, epoch milliseconds. */
export function memoryCycleStore(now: () => number): CycleStore {
  const items = new Map<string, CycleItem>();
  const nameOf = ({ tenantId, accountId, meter, start }: CycleKey): string =>
    JSON.stringify([tenantId, accountId, meter, start]);
  const live = (key: CycleKey): CycleItem | undefined => {
    const item = items.get(nameOf(key));
    return item && item.expiresAt * 1000 > now() ? structuredClone(item) : undefined;
  };
  return {
    read: async (keys) => keys.map(live),
    async put(key, item) {
      if ((items.get(nameOf(key))?.rev ?? 0) !== item.rev - 1) return false;
      items.set(nameOf(key), structuredClone(item));
      return true;
    },
  };
}
