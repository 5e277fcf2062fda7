import type { Clock } from '../clock.ts';

/** Answers what `load` answered for this key, while that is fresh. A load that fails is not remembered. */
export type ExpiringCache<V> = (key: string) => Promise<V | undefined>;

interface Options<V> {
  clock: Clock;
  load: (key: string) => Promise<V | undefined>;
  /** How long what was found may be used. */
  foundMs: number;
  /** How long it may be believed that there is nothing: short, for it may come into being at any time. */
  absentMs: number;
  entriesMax: number;
}

/**
 * What is found and what is absent are kept apart, so that somebody who asks for many things that do not exist
 * pushes out nothing but their like. Each holds `entriesMax`, the longest loaded going first.
 */
export function expiringCache<V>(options: Options<V>): ExpiringCache<V> {
  const { clock, load, foundMs, absentMs, entriesMax } = options;
  const found = new Map<string, { value: V; until: number }>();
  const absent = new Map<string, { value: undefined; until: number }>();
  const loading = new Map<string, Promise<V | undefined>>();

  async function reload(key: string): Promise<V | undefined> {
    const asked = clock();
    const value = await load(key);
    found.delete(key);
    absent.delete(key);
    // Counted from the question: the answer may be as old as that.
    if (value === undefined) keep(absent, key, { value, until: asked + absentMs });
    else keep(found, key, { value, until: asked + foundMs });
    return value;
  }

  function keep<E>(entries: Map<string, E>, key: string, entry: E): void {
    entries.set(key, entry);
    const [oldest] = entries.keys();
    if (entries.size > entriesMax && oldest !== undefined) entries.delete(oldest);
  }

  return async (key) => {
    const entry = found.get(key) ?? absent.get(key);
    if (entry && clock() < entry.until) return entry.value;
    const pending = loading.get(key) ?? reload(key).finally(() => loading.delete(key));
    loading.set(key, pending);
    return pending;
  };
}
