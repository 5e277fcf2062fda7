/**
 * Severity by how often so much is reached while nothing is wrong, in alarms a series-week, as estimated: 50 means one
 * a week, 70 one a month, 90 one a year.
 */
const scale: readonly { perWeek: number; severity: number }[] = [
  { perWeek: 12, severity: 0 },
  { perWeek: 0.62, severity: 50 },
  { perWeek: 0.25, severity: 70 },
  { perWeek: 0.01, severity: 90 },
];

/** `rarity`: -log10 of alarms a series-week. Beyond the last step severity nears 100 and never reaches it. */
export function severityOf(rarity: number): number {
  for (let i = 1; i < scale.length; i += 1) {
    const { perWeek: often, severity: low } = scale[i - 1]!;
    const { perWeek: seldom, severity: high } = scale[i]!;
    if (rarity > -Math.log10(seldom)) continue;
    const share = (rarity + Math.log10(often)) / Math.log10(often / seldom);
    return Math.max(0, low + share * (high - low));
  }
  const last = scale.at(-1)!;
  const beyond = rarity + Math.log10(last.perWeek);
  return 100 - (100 - last.severity) / (1 + 0.7 * beyond);
}
