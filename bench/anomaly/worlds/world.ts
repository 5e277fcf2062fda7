/** A stretch of time, epoch ms, [start, end). */
export interface Span {
  start: number;
  end: number;
}

/** An anomaly that was put into the traffic of one tenant. */
export interface LabelledEvent extends Span {
  kind: string;
  /** Percent by which it moves what it touches, at its greatest. */
  size: number;
  /** Names of the series that it touches. */
  metrics: string[];
}

/** One series with all that is known of it. A detector sees `starts`, `values`, `special` and `given` only. */
export interface WorldSeries {
  tenant: string;
  metric: string;
  stepMs: number;
  timeZone: string;
  starts: Float64Array;
  /** NaN where the interval is missing. */
  values: Float64Array;
  /** The name that the tenant's calendar has for the day, where it has one. */
  special: (string | undefined)[];
  /** The series that this one is judged relative to. */
  given: WorldSeries | undefined;
  /** The mean without anomaly and noise: for the reference, never for a detector. */
  truth: Float64Array;
  /** What touches this series. */
  events: LabelledEvent[];
  /** Neither to be found nor a false alarm. */
  ambiguous: Span[];
  /** Until here nothing is scored. */
  warmEnd: number;
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
export const weekMs = 7 * dayMs;

/** The intervals that traffic is counted by. */
export const steps: Record<string, number> = { '5m': 300_000, '10m': 600_000, '1h': hourMs, '1d': dayMs };

/** How much of a world is drawn. */
export interface Extent {
  seed: number;
  tenants: number;
  weeks: number;
  stepMs: number;
  /** Without any anomaly: what a calm year looks like. */
  isCalm?: boolean;
}

/** What is drawn of every tenant, so that its traffic can be played. */
export interface TenantModel {
  timeZone: string;
  metrics: string[];
  /** By metric, the metric that it is judged relative to. */
  relative: Record<string, string>;
  /** Means of the hour (or the part of it) around `at`, an hour, without anomalies, noise and special days. */
  ratesAt(at: number): number[];
  /** Counts of an interval from its means; called once an interval, in order, so that noise may have memory. */
  count(means: number[], index: number): number[];
  specials: Special[];
  kinds: Kind[];
  /** Chance that a gap begins with an interval, and how long gaps last. */
  gapChance: number;
  gapHours: [number, number];
  everyDays: number;
}

/** A day or campaign that moves all traffic; unless it is known, nobody can blame a detector either way. */
export interface Special extends Span {
  name: string;
  isKnown: boolean;
  /** Factor on the means, `progress` from 0 to 1. */
  factorAt(progress: number): number;
}

/** One kind of anomaly. */
export interface Kind {
  kind: string;
  size: number;
  hours: [number, number];
  /** Names of the metrics that it touches. */
  touches: string[];
  /** The means under it; `progress` from 0 to 1 at its last interval. */
  alter?(means: number[], progress: number, daily: number[]): number[];
  /** The counts under it, where it falsifies the counting; `former` are those of the interval before it began. */
  recount?(counts: number[], former: number[]): number[];
  /** It lasts: from its end on the means are those times this. */
  lasting?: number;
  /** Local hour at which it may begin only, where it belongs to a time of day. */
  beginsAt?: number;
}
