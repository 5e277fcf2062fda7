/** Who waits for a shard to get records or to end. */
export interface ShardArrivals {
  /** Resolves when the shard is announced, after `waitMs`, or when the signal aborts. */
  wait(shardId: string, waitMs: number, signal: AbortSignal): Promise<void>;
  announce(shardId: string): void;
  announceAll(): void;
}

export function shardArrivals(): ShardArrivals {
  const listeners = new Map<string, Set<() => void>>();

  const announce = (shardId: string): void => {
    for (const wake of [...(listeners.get(shardId) ?? [])]) wake();
  };

  return {
    announce,
    announceAll() {
      for (const shardId of listeners.keys()) announce(shardId);
    },
    wait(shardId, waitMs, signal) {
      const waiting = listeners.get(shardId) ?? new Set();
      listeners.set(shardId, waiting);
      return new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, waitMs);
        waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    },
  };
}
