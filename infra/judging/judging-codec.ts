import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Anomaly } from '../../domain/judging/anomaly.ts';
import type { JudgedSoFar } from '../../domain/judging/judge-intervals.ts';
import type { JudgedPoint, PointState } from '../../domain/judging/point.ts';
import type { SeriesState } from '../../domain/judging/series-state.ts';

/**
 * How points and states are stored: as JSON, the points as lists, deflated. A page of an hour takes some 0.4 KB so, and
 * a state little more than its detector does.
 */

const states: PointState[] = ['complete', 'learning', 'partial', 'missing'];

/** start, end (seconds), state, scale, value, imported, special, repeats, then the verdict's members. */
type PackedPoint = [
  number,
  number,
  number,
  number,
  string | null,
  0 | 1,
  string | null,
  number | null,
  ...([number, number, number, number, 0 | 1, 0 | 1] | []),
];

function packPoint(point: JudgedPoint): PackedPoint {
  const { start, end, state, scale, value, isImported, special, duplicatesShare, verdict } = point;
  const head: PackedPoint = [
    start / 1000,
    end / 1000,
    states.indexOf(state),
    scale,
    value === undefined ? null : String(value),
    isImported ? 1 : 0,
    special ?? null,
    duplicatesShare ?? null,
  ];
  if (!verdict) return head;
  const { expected, lower, upper, severity, direction, isQuieted } = verdict;
  return [
    ...head,
    expected,
    lower,
    upper,
    severity,
    direction === 'above' ? 1 : 0,
    isQuieted ? 1 : 0,
  ] as PackedPoint;
}

function unpackPoint(packed: PackedPoint): JudgedPoint {
  const [start, end, state, scale, value, imported, special, duplicatesShare, ...rest] = packed;
  const [expected, lower, upper, severity, isAbove, isQuieted] = rest;
  return {
    start: start * 1000,
    end: end * 1000,
    state: states[state] as PointState,
    scale,
    ...(value !== null && { value: BigInt(value) }),
    ...(imported === 1 && { isImported: true }),
    ...(special !== null && { special }),
    ...(duplicatesShare !== null && { duplicatesShare }),
    ...(expected !== undefined && {
      verdict: {
        expected,
        lower: lower as number,
        upper: upper as number,
        severity: severity as number,
        direction: isAbove === 1 ? 'above' : 'below',
        ...(isQuieted === 1 && { isQuieted: true }),
      },
    }),
  };
}

const deflated = (value: unknown): Uint8Array => deflateRawSync(JSON.stringify(value));
const inflated = <T>(bytes: Uint8Array): T => JSON.parse(inflateRawSync(bytes).toString()) as T;

export const encodePoints = (points: readonly JudgedPoint[]): Uint8Array => deflated(points.map(packPoint));
export const decodePoints = (bytes: Uint8Array): JudgedPoint[] =>
  inflated<PackedPoint[]>(bytes).map(unpackPoint);

type PackedAnomaly = Omit<Anomaly, 'observed'> & { observed: string };

export const packAnomaly = (anomaly: Anomaly): PackedAnomaly => ({
  ...anomaly,
  observed: String(anomaly.observed),
});
export const unpackAnomaly = (packed: PackedAnomaly): Anomaly => ({
  ...packed,
  observed: BigInt(packed.observed),
});

interface PackedSoFar extends Omit<JudgedSoFar, 'snapshot' | 'ongoing'> {
  snapshot?: string;
  ongoing?: Omit<NonNullable<JudgedSoFar['ongoing']>, 'anomaly'> & { anomaly: PackedAnomaly };
}

function packSoFar({ snapshot, ongoing, ...rest }: JudgedSoFar): PackedSoFar {
  return {
    ...rest,
    ...(snapshot && { snapshot: Buffer.from(snapshot).toString('base64') }),
    ...(ongoing && { ongoing: { ...ongoing, anomaly: packAnomaly(ongoing.anomaly) } }),
  };
}

function unpackSoFar({ snapshot, ongoing, ...rest }: PackedSoFar): JudgedSoFar {
  return {
    ...rest,
    ...(snapshot !== undefined && { snapshot: new Uint8Array(Buffer.from(snapshot, 'base64')) }),
    ...(ongoing && { ongoing: { ...ongoing, anomaly: unpackAnomaly(ongoing.anomaly) } }),
  };
}

export const encodeSoFar = (soFar: JudgedSoFar): Uint8Array => deflated(packSoFar(soFar));
export const decodeSoFar = (bytes: Uint8Array): JudgedSoFar => unpackSoFar(inflated<PackedSoFar>(bytes));

interface PackedState extends Omit<SeriesState, 'soFar' | 'openPoints' | 'unsettled'> {
  soFar: PackedSoFar;
  openPoints: PackedPoint[];
  unsettled: {
    pages: { start: number; points: PackedPoint[] }[];
    kept: { start: number; soFar: PackedSoFar }[];
    anomalies: PackedAnomaly[];
    withdrawn: string[];
  };
}

export function encodeState({ soFar, openPoints, unsettled, ...rest }: SeriesState): Uint8Array {
  const packed: PackedState = {
    ...rest,
    soFar: packSoFar(soFar),
    openPoints: openPoints.map(packPoint),
    unsettled: {
      pages: unsettled.pages.map(({ start, points }) => ({ start, points: points.map(packPoint) })),
      kept: unsettled.kept.map((kept) => ({ ...kept, soFar: packSoFar(kept.soFar) })),
      anomalies: unsettled.anomalies.map(packAnomaly),
      withdrawn: unsettled.withdrawn,
    },
  };
  return deflated(packed);
}

export function decodeState(bytes: Uint8Array): SeriesState {
  const { soFar, openPoints, unsettled, ...rest } = inflated<PackedState>(bytes);
  return {
    ...rest,
    soFar: unpackSoFar(soFar),
    openPoints: openPoints.map(unpackPoint),
    unsettled: {
      pages: unsettled.pages.map(({ start, points }) => ({ start, points: points.map(unpackPoint) })),
      kept: unsettled.kept.map((kept) => ({ ...kept, soFar: unpackSoFar(kept.soFar) })),
      anomalies: unsettled.anomalies.map(unpackAnomaly),
      withdrawn: unsettled.withdrawn,
    },
  };
}
