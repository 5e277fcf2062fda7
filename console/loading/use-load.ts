import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** What a view knows of what it asked for. */
export interface Loaded<T> {
  /** The last answer; kept while the same is asked again. */
  data: T | undefined;
  /** Why the last request came to nothing. */
  fault: unknown;
  isLoading: boolean;
  /** It takes longer than people wait without a word. */
  isSlow: boolean;
  /** When the data came, epoch milliseconds. */
  loadedAt: number | undefined;
  reload: () => void;
}

const slowMs = 4_000;

interface State<T> {
  key: string;
  data?: T;
  fault?: unknown;
  isLoading: boolean;
  isSlow: boolean;
  loadedAt?: number;
}

/**
 * Asks when the view is shown and whenever `key` changes; the answer to a former key is let go. `refreshMs` asks again
 * in that rhythm while the page is seen, and at once when it is seen again after longer.
 */
export function useLoad<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  refreshMs?: number,
): Loaded<T> {
  const [state, setState] = useState<State<T>>({ key, isLoading: true, isSlow: false });
  const [round, setRound] = useState(0);
  const asking = useRef(ask);
  asking.current = ask;

  useEffect(() => {
    const abort = new AbortController();
    const isCurrent = () => !abort.signal.aborted;
    setState((former) =>
      former.key === key
        ? { ...former, isLoading: true, isSlow: false }
        : { key, isLoading: true, isSlow: false },
    );
    const slow = setTimeout(() => {
      if (isCurrent()) setState((former) => ({ ...former, isSlow: true }));
    }, slowMs);
    asking
      .current(abort.signal)
      .then(
        (data) =>
          isCurrent() && setState({ key, data, isLoading: false, isSlow: false, loadedAt: Date.now() }),
        (fault) =>
          isCurrent() && setState((former) => ({ ...former, key, fault, isLoading: false, isSlow: false })),
      )
      .finally(() => clearTimeout(slow));
    return () => {
      abort.abort();
      clearTimeout(slow);
    };
  }, [key, round]);

  const reload = useCallback(() => setRound((former) => former + 1), []);
  useRefresh(reload, refreshMs);
  const isFormer = state.key !== key;
  return {
    data: isFormer ? undefined : state.data,
    fault: isFormer ? undefined : state.fault,
    isLoading: isFormer || state.isLoading,
    isSlow: !isFormer && state.isSlow,
    loadedAt: isFormer ? undefined : state.loadedAt,
    reload,
  };
}

function useRefresh(reload: () => void, refreshMs: number | undefined): void {
  useEffect(() => {
    if (refreshMs === undefined) return;
    let last = Date.now();
    const refresh = () => {
      if (document.hidden || Date.now() - last < refreshMs) return;
      last = Date.now();
      reload();
    };
    const timer = setInterval(refresh, refreshMs / 4);
    document.addEventListener('visibilitychange', refresh);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', refresh);
    };
  }, [refreshMs, reload]);
}
