import type { Anomaly } from './anomaly.ts';
import type { FormerAnomaly } from './follow-anomaly.ts';
import type { JudgedSoFar } from './judge-intervals.ts';
import type { JudgedPoint, PointPage } from './point.ts';

/** What is known before an interval is judged, so that judging can begin there again. */
export interface KeptState {
  /** Start of the interval. */
  start: number;
  soFar: JudgedSoFar;
}

/**
 * How far a series is judged. One write of it is the whole of a judging: what follows from it is in `unsettled`
 * and is stored afterwards, as often as need be.
 */
export interface SeriesState {
  rev: number;
  /** Raised when judging begins anew: what was kept before is of no use then. */
  epoch: number;
  /** What the detector was made for; another one has to begin anew. */
  detector: string;
  /** Where the first interval began that was ever judged. */
  begin: number;
  /** End of the last interval that was judged. */
  judgedUntil: number;
  soFar: JudgedSoFar;
  /** Points whose page is not full. */
  openPoints: JudgedPoint[];
  /** Judging was taken back: until here intervals were judged before, and these anomalies were found. */
  rejudging?: { until: number; former: FormerAnomaly[] };
  /** When judging was last taken back for late events. */
  rewoundAt?: number;
  unsettled: Unsettled;
}

/** What has to be stored since the state was. */
export interface Unsettled {
  pages: PointPage[];
  kept: KeptState[];
  anomalies: Anomaly[];
  /** Ids of anomalies that late events have shown to be none. */
  withdrawn: string[];
}

export const nothingUnsettled: Unsettled = { pages: [], kept: [], anomalies: [], withdrawn: [] };

export const isSettled = ({ pages, kept, anomalies, withdrawn }: Unsettled): boolean =>
  pages.length + kept.length + anomalies.length + withdrawn.length === 0;

export interface SeriesKey {
  tenantId: string;
  series: string;
}

/** What fences a write that follows from a state: nothing older replaces it. */
export interface Fence {
  rev: number;
  epoch: number;
}

/**
 * Where series are judged from and to. Reads are consistent.
 *
 * Promise: of several writers that read the same state one alone puts the next one. What follows from a state is
 * never replaced by what follows from an earlier one, and may be written again.
 */
export interface JudgingStore {
  readState(key: SeriesKey): Promise<SeriesState | undefined>;
  /** Stores it if what is stored has the revision before this one; answers whether it did. */
  putState(key: SeriesKey, state: SeriesState): Promise<boolean>;
  putPages(key: SeriesKey, pages: readonly PointPage[], fence: Fence): Promise<void>;
  /** Pages that begin in [from, to), ascending. */
  readPages(key: SeriesKey, from: number, to: number): Promise<PointPage[]>;
  /** Kept for the horizon of late events. */
  keep(key: SeriesKey, kept: readonly KeptState[], fence: Fence): Promise<void>;
  /** The last of this epoch that begins at `at` or before. */
  lastKept(key: SeriesKey, at: number, epoch: number): Promise<KeptState | undefined>;
}
