import { randomBytes } from 'node:crypto';
import type { DataFolder } from '../data-folder.ts';

/** A key of the gateway: what rates are counted by. */
export interface GatewayKey {
  id: string;
  value: string;
  name: string;
  description?: string;
  enabled: boolean;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Ids of the usage plans that it is in. */
  plans: string[];
}

/** The gateway's keys, kept in the data folder. A write has been stored when its call returns. */
export interface GatewayKeys {
  list(): GatewayKey[];
  find(id: string): GatewayKey | undefined;
  byValue(value: string): GatewayKey | undefined;
  /** Undefined where another key has this value. */
  create(
    key: Pick<GatewayKey, 'value' | 'name' | 'enabled' | 'createdAt'> & { description?: string },
  ): GatewayKey | undefined;
  replace(key: GatewayKey): void;
  remove(id: string): boolean;
}

const file = 'gateway-keys.json';

export function gatewayKeys(folder: DataFolder): GatewayKeys {
  const keys = new Map((folder.read<GatewayKey[]>(file) ?? []).map((key) => [key.id, key]));
  const values = new Map([...keys.values()].map((key) => [key.value, key.id]));

  /** Stored first: where the disk refuses, memory still says what the file says. */
  const store = (changed: GatewayKey[]) => folder.write(file, changed);

  const put = (key: GatewayKey) => {
    store([...new Map(keys).set(key.id, key).values()]);
    keys.set(key.id, key);
    values.set(key.value, key.id);
  };

  return {
    list: () => [...keys.values()],
    find: (id) => keys.get(id),
    byValue: (value) => keys.get(values.get(value) ?? ''),
    create(given) {
      if (values.has(given.value)) return undefined;
      const key: GatewayKey = { ...given, id: randomBytes(5).toString('hex'), plans: [] };
      put(key);
      return key;
    },
    replace: put,
    remove(id) {
      const key = keys.get(id);
      if (!key) return false;
      store([...keys.values()].filter((other) => other.id !== id));
      keys.delete(id);
      values.delete(key.value);
      return true;
    },
  };
}
