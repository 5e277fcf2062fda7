import { useEffect, useState } from 'preact/hooks';
import type { Interval, SeriesPoints } from '../api/answers.ts';
import { askTenant } from '../session/session.ts';
import { piecesOf } from './pieces.ts';
import { columnsOf, emptyColumns, intervalSeconds, joinColumns, type PointColumns } from './point-columns.ts';

/** Half of what the API answers at once, so that none of them takes long to read. */
const pieceIntervals = 5_000;
const atOnce = 3;

export interface LoadedPoints {
  columns: PointColumns;
  /** From 0 to 1; 1 where all has come. */
  progress: number;
  fault: unknown;
  retry: () => void;
}

interface State {
  key: string;
  columns: PointColumns;
  progress: number;
  fault?: unknown;
}

/** Reads the points of a time in pieces, the newest first; what has come is shown while the rest is on its way. */
export function usePoints(series: string, interval: Interval, from: number, to: number): LoadedPoints {
  const [round, setRound] = useState(0);
  const key = `${series} ${from} ${to} ${round}`;
  const [state, setState] = useState<State>({ key, columns: emptyColumns(), progress: 0 });
  useEffect(() => {
    const abort = new AbortController();
    const pieces = piecesOf(from, to, intervalSeconds[interval] * 1000, pieceIntervals);
    const come: (PointColumns | undefined)[] = pieces.map(() => undefined);
    const waiting = pieces.entries();
    setState({ key, columns: emptyColumns(), progress: 0 });
    const read = async () => {
      for (const [index, piece] of waiting) {
        const { points } = await askTenant<SeriesPoints>({
          path: ['series', series],
          query: { from: new Date(piece.from).toISOString(), to: new Date(piece.to).toISOString() },
          signal: abort.signal,
        });
        come[index] = withinPiece(columnsOf(points), piece.from / 1000);
        const there = come.filter((each) => each !== undefined);
        setState({ key, columns: joinColumns(there.toReversed()), progress: there.length / pieces.length });
      }
    };
    Promise.all(Array.from({ length: atOnce }, read)).catch((fault) => {
      if (abort.signal.aborted) return;
      abort.abort();
      setState((former) => ({ ...former, fault }));
    });
    return () => abort.abort();
  }, [key]);
  const isFormer = state.key !== key;
  return {
    columns: isFormer ? none : state.columns,
    progress: isFormer ? 0 : state.progress,
    fault: isFormer ? undefined : state.fault,
    retry: () => setRound(round + 1),
  };
}

const none = emptyColumns();

/** The API widens a time to whole intervals: a point that begins before its piece is the last of the piece before. */
function withinPiece(columns: PointColumns, from: number): PointColumns {
  if (columns.length === 0 || (columns.start[0] as number) >= from) return columns;
  const skip = columns.start.findIndex((start) => start >= from);
  const at = skip < 0 ? columns.length : skip;
  return {
    length: columns.length - at,
    start: columns.start.subarray(at),
    value: columns.value.subarray(at),
    expected: columns.expected.subarray(at),
    lower: columns.lower.subarray(at),
    upper: columns.upper.subarray(at),
    severity: columns.severity.subarray(at),
    state: columns.state.subarray(at),
    quieted: columns.quieted.subarray(at),
  };
}
