/**
 * The score of the Numenta Anomaly Benchmark, standard profile (Lavin and Ahmad, "Evaluating Real-time Anomaly
 * Detection Algorithms", 2015): the earlier in its window an anomaly is found the more it counts, up to 1; a window
 * that is missed costs 1; an alarm outside costs up to 0.11, less shortly after a window. 0 is the score of a detector
 * that says nothing, 100 of a perfect one.
 */

/** One file with its windows, as first and last index. */
export interface NabFile {
  name: string;
  starts: number[];
  values: number[];
  windows: [number, number][];
}

export interface NabScore {
  score: number;
  threshold: number;
  /** Windows in which something reached the threshold, of all. */
  found: number;
  windows: number;
  falseAlarms: number;
}

const falseAlarmCost = 0.11;

/** From 1 well before the end of a window (`position` -1) over 0 at its end to -1 well behind it. */
const worth = (position: number): number => 2 / (1 + Math.exp(5 * position)) - 1;

/** The first points of a file are not scored: 15 % of it, at most 750. */
export const probationOf = (points: number): number => Math.min(Math.floor(points * 0.15), 750);

interface Alarm {
  severity: number;
  /** What it adds: in a window if it is the best of it. */
  worth: number;
  window: number | undefined;
}

/** Every scored point of a file as the alarm that it would be. */
function alarmsOf({ windows, values }: NabFile, severities: ArrayLike<number>, firstWindow: number): Alarm[] {
  const alarms: Alarm[] = [];
  for (let index = probationOf(values.length); index < values.length; index++) {
    const severity = Number.isNaN(severities[index]!) ? 0 : severities[index]!;
    const within = windows.findIndex(([first, last]) => index >= first && index <= last);
    if (within >= 0) {
      const [first, last] = windows[within]!;
      const position = (index - last - 1) / (last - first + 1);
      alarms.push({ severity, worth: worth(position) / worth(-1), window: firstWindow + within });
      continue;
    }
    const former = windows.findLast(([, last]) => last < index);
    const widths = former ? (index - former[1]) / (former[1] - former[0]) : Number.POSITIVE_INFINITY;
    alarms.push({ severity, worth: falseAlarmCost * (widths > 3 ? -1 : worth(widths)), window: undefined });
  }
  return alarms;
}

/**
 * The score of a corpus at one threshold: the given one, or the one that scores best. `severities` are by file, in the
 * files' order; a point without one counts as 0.
 */
export function scoreNab(files: NabFile[], severities: ArrayLike<number>[], threshold?: number): NabScore {
  const alarms: Alarm[] = [];
  let windows = 0;
  for (const [index, file] of files.entries()) {
    alarms.push(...alarmsOf(file, severities[index]!, windows));
    windows += file.windows.length;
  }
  alarms.sort((one, other) => other.severity - one.severity);
  // A window that lies within the first points cannot be found, and costs nothing.
  const reachable = new Set(alarms.map(({ window }) => window).filter((window) => window !== undefined)).size;
  const bestOf = new Map<number, number>();
  let sum = 0;
  let falseAlarms = 0;
  const at = (severity: number): NabScore & { raw: number } => {
    const raw = sum - (reachable - bestOf.size);
    const score = windows === 0 ? Number.NaN : (100 * (raw + windows)) / (2 * windows);
    return { raw, score, threshold: severity, found: bestOf.size, windows, falseAlarms };
  };
  let best = at(Number.POSITIVE_INFINITY);
  for (let index = 0; index < alarms.length; ) {
    const { severity } = alarms[index]!;
    if (threshold !== undefined && severity < threshold) break;
    for (; index < alarms.length && alarms[index]!.severity === severity; index++) {
      const alarm = alarms[index]!;
      if (alarm.window === undefined) {
        sum += alarm.worth;
        falseAlarms += 1;
        continue;
      }
      const former = bestOf.get(alarm.window);
      const most = Math.max(alarm.worth, former ?? -1);
      sum += most - (former ?? 0);
      bestOf.set(alarm.window, most);
    }
    const now = at(severity);
    if (threshold !== undefined || now.raw > best.raw) best = now;
  }
  const { raw: _raw, ...score } = best;
  return threshold === undefined ? score : { ...score, threshold };
}
