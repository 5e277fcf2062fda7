import { createDetector, type Detector } from '../../domain/anomaly/detector.ts';
import { type Draw, drawFor } from './draw.ts';
import { hourMs, type WorldSeries, weekMs } from './worlds/world.ts';

/** Week after week something is wrong, at another hour each time, before the anomaly that is asked for. */
const firstWeek = 8;
const lastWeek = 48;

const kinds = [
  { name: 'drop 30', factor: 0.7, hours: 8 },
  { name: 'drop 50', factor: 0.5, hours: 8 },
  { name: 'outage', factor: 0, hours: 2 },
  { name: 'spike 100', factor: 2, hours: 3 },
];

export interface Poisoning {
  kind: string;
  /** Mean of the greatest severity of the event: after calm weeks, and after weeks with one like it each. */
  calm: number;
  poisoned: number;
  series: number;
}

/** How much an anomaly loses in severity after forty weeks with one like it in each; the series are calm ones. */
export function measurePoisoning(series: readonly WorldSeries[], seed: number): Poisoning[] {
  return kinds.map(({ name, factor, hours }, kind) => {
    let [calm, poisoned] = [0, 0];
    for (const [index, one] of series.entries()) {
      const draw = drawFor(seed, index, kind);
      const perWeek = Math.round(weekMs / one.stepMs);
      const length = Math.max(1, Math.round((hours * hourMs) / one.stepMs));
      // The anomaly that is asked for comes at noon of the Wednesday after.
      const asked = lastWeek * perWeek + Math.round((60 * hourMs) / one.stepMs);
      const weekly = Array.from({ length: lastWeek - firstWeek }, (_, week) =>
        Math.floor((firstWeek + week) * perWeek + draw.share() * (perWeek - length)),
      );
      const changed = (starts: number[]) => withAnomalies(one, starts, length, factor, draw);
      calm += greatestSeverity(one, changed([asked]), asked, length);
      poisoned += greatestSeverity(one, changed([...weekly, asked]), asked, length);
    }
    return {
      kind: name,
      calm: calm / series.length,
      poisoned: poisoned / series.length,
      series: series.length,
    };
  });
}

function withAnomalies(
  { values }: WorldSeries,
  starts: number[],
  length: number,
  factor: number,
  draw: Draw,
): Float64Array {
  const changed = values.slice();
  for (const start of starts) {
    for (let index = start; index < start + length; index++) {
      const value = changed[index]!;
      if (Number.isNaN(value)) continue;
      changed[index] = factor < 1 ? draw.binomial(value, factor) : value + draw.poisson(value * (factor - 1));
    }
  }
  return changed;
}

function greatestSeverity(series: WorldSeries, values: Float64Array, from: number, length: number): number {
  const { starts, special, stepMs, timeZone } = series;
  const detector: Detector = createDetector({ intervalMs: stepMs, timeZone, isRelative: false });
  let greatest = 0;
  for (let index = 0; index < from + length; index++) {
    const value = Number.isNaN(values[index]!) ? null : values[index]!;
    const judgement = detector.judge({ start: starts[index]!, value, special: special[index] });
    if (index >= from) greatest = Math.max(greatest, judgement?.severity ?? 0);
  }
  return greatest;
}
