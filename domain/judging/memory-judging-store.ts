import type { JudgedPoint } from './point.ts';
import type { JudgingStore, KeptState, SeriesKey, SeriesState } from './series-state.ts';

/** The double of a JudgingStore. What is stored is copied, as a table would. */
export function memoryJudgingStore(): JudgingStore {
  const states = new Map<string, SeriesState>();
  const pages = new Map<string, Map<number, { rev: number; points: JudgedPoint[] }>>();
  const kept = new Map<string, Map<number, KeptState & { rev: number; epoch: number }>>();
  const nameOf = ({ tenantId, series }: SeriesKey) => JSON.stringify([tenantId, series]);
  const within = <T>(of: Map<string, Map<number, T>>, key: SeriesKey) => {
    const name = nameOf(key);
    const found = of.get(name) ?? new Map<number, T>();
    of.set(name, found);
    return found;
  };
  return {
    async readState(key) {
      const state = states.get(nameOf(key));
      return state && structuredClone(state);
    },
    async putState(key, state) {
      if ((states.get(nameOf(key))?.rev ?? 0) !== state.rev - 1) return false;
      states.set(nameOf(key), structuredClone(state));
      return true;
    },
    async putPages(key, given, { rev }) {
      const own = within(pages, key);
      for (const { start, points } of given) {
        if ((own.get(start)?.rev ?? 0) <= rev) own.set(start, { rev, points: structuredClone(points) });
      }
    },
    async readPages(key, from, to) {
      return [...within(pages, key)]
        .filter(([start]) => from <= start && start < to)
        .toSorted(([one], [other]) => one - other)
        .map(([start, { points }]) => ({ start, points: structuredClone(points) }));
    },
    async keep(key, given, { rev, epoch }) {
      const own = within(kept, key);
      for (const one of given) {
        if ((own.get(one.start)?.rev ?? 0) <= rev)
          own.set(one.start, { ...structuredClone(one), rev, epoch });
      }
    },
    async lastKept(key, at, epoch) {
      const found = [...within(kept, key).values()]
        .filter((one) => one.start <= at && one.epoch === epoch)
        .toSorted((one, other) => other.start - one.start)[0];
      return found && structuredClone({ start: found.start, soFar: found.soFar });
    },
  };
}
