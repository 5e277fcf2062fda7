/**
 * The signed root of the deviance of a negative binomial count: near a standard normal for any mean, 0.1 or 50,000
 * (McCullagh and Nelder 1989, sections 2.3 and 11.2). `excess` is the variance beyond that of pure chance as a share of
 * the squared mean; `grain` what pure chance makes of a unit: 1 for counts, some part of the usual size for measured
 * values.
 *
 * deviance(5, 5, 0.01, 1) is 0; deviance(0, 5, 1e-9, 1) is -3.2: no order where five were due.
 */
export function deviance(value: number, mean: number, excess: number, grain: number): number {
  if (!(mean > 0)) return 0;
  const count = value / grain;
  const due = mean / grain;
  const k = Math.max(excess, 1e-9);
  const own = count > 0 ? count * Math.log(count / due) : 0;
  const square = 2 * (own - (count + 1 / k) * Math.log((1 + k * count) / (1 + k * due)));
  return Math.sign(count - due) * Math.sqrt(Math.max(0, square));
}
