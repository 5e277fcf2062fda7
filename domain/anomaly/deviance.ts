/**
 * The signed root of the deviance of a negative binomial count: near a standard normal for any mean, 0.1 or
 * 50,000 (McCullagh & Nelder 1989, section 12). `excess` is the variance beyond that of pure chance, as a share
 * of the squared mean; `grain` what pure chance makes of one unit: 1 for counts, near 0 for measured values.
 *
 * deviance(0, 5, 0, 1) is -3.2, deviance(5, 5, 0, 1) is 0.
 */
export function deviance(value: number, mean: number, excess: number, grain: number): number {
  const v = value / grain;
  const m = mean / grain;
  const k = Math.max(excess * 1, 1e-9);
  const fromMean = v > 0 ? v * Math.log(v / m) : 0;
  const square = 2 * (fromMean - (v + 1 / k) * Math.log((1 + k * v) / (1 + k * m)));
  return Math.sign(v - m) * Math.sqrt(Math.max(0, square));
}
