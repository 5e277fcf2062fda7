import { quietOf, type Scored } from './score-at-rate.ts';
import { hourMs, type WorldSeries } from './worlds/world.ts';

/** Spans of intervals that evidence is summed over; an hour of short intervals holds little evidence. */
const spansOf = (stepMs: number): number[] => (stepMs < hourMs ? [1, 3, 8, 24, 72] : [1, 3, 8]);

/**
 * The reference: somebody who is told the true mean of every interval, and for a relative series the true share too,
 * and how far each series strays from them while all is well. No detector knows that much; what it misses lies within
 * the noise. It does not know which intervals are anomalous.
 */
export function judgeByTruth(series: WorldSeries): Scored {
  const quiet = quietOf(series);
  const channels = [spread(series, quiet, series.truth)];
  if (series.given) channels.push(spread(series, quiet, truthGiven(series, series.given)));
  const tails = channels.flatMap((deviations) =>
    spansOf(series.stepMs).flatMap((span) => {
      const summed = sumOver(deviations, span);
      return [tailOf(summed, quiet, 1), tailOf(summed, quiet, -1)];
    }),
  );
  const severities = new Float64Array(series.starts.length).fill(Number.NaN);
  for (let index = 0; index < severities.length; index++) {
    if (Number.isNaN(series.values[index]!)) continue;
    severities[index] = tails.reduce((most, tail) => Math.max(most, tail[index]!), 0);
  }
  return { series, severities };
}

/** The mean that follows from what was counted of the series it is relative to. */
function truthGiven({ truth }: WorldSeries, given: WorldSeries): Float64Array {
  return truth.map((mean, index) => {
    const counted = given.values[index]!;
    return Number.isNaN(counted) ? mean : (counted * mean) / Math.max(1e-9, given.truth[index]!);
  });
}

/** Distances from the mean in spreads; the spread is mean + dispersion · mean², fitted while all is well. */
function spread({ values }: WorldSeries, quiet: Uint8Array, means: Float64Array): Float64Array {
  let squares = 0;
  let weight = 0;
  for (let index = 0; index < values.length; index++) {
    const mean = means[index]!;
    if (!quiet[index] || Number.isNaN(values[index]!) || mean <= 0) continue;
    const excess = (values[index]! - mean) ** 2 - mean;
    squares += excess / (1 + mean * 0.02) ** 2;
    weight += (mean / (1 + mean * 0.02)) ** 2;
  }
  const dispersion = Math.max(0, weight > 0 ? squares / weight : 0);
  return values.map((value, index) => {
    const mean = Math.max(1e-6, means[index]!);
    return (value - mean) / Math.sqrt(mean + 0.25 + dispersion * mean * mean);
  });
}

/** Sums over the last so many intervals; missing ones count nothing. */
function sumOver(deviations: Float64Array, span: number): Float64Array {
  return deviations.map((_, index) => {
    let sum = 0;
    let counted = 0;
    for (let at = Math.max(0, index - span + 1); at <= index; at++) {
      if (Number.isNaN(deviations[at]!)) continue;
      sum += deviations[at]!;
      counted += 1;
    }
    return counted === 0 ? 0 : sum / Math.sqrt(counted);
  });
}

/**
 * How seldom so great a distance is while all is well, as -log10 of the chance: ranks up to the greatest hundredth,
 * beyond it a generalised Pareto tail of a fixed form.
 */
function tailOf(deviations: Float64Array, quiet: Uint8Array, sign: 1 | -1): Float64Array {
  const calm = Float64Array.from(
    deviations.filter((_, index) => quiet[index]),
    (distance) => distance * sign,
  ).sort();
  const cut = Math.floor(calm.length * 0.99);
  const edge = calm[cut] ?? 0;
  const above = calm.subarray(cut);
  const excess = Math.max(
    0.05,
    above.reduce((sum, distance) => sum + distance - edge, 0) / Math.max(1, above.length),
  );
  const form = 0.1;
  return deviations.map((distance) => {
    const beyond = distance * sign - edge;
    if (beyond <= 0) return 0;
    return 2 + Math.log10(1 + (form * beyond) / (excess * (1 - form))) / form;
  });
}
