/** Severity in four steps, so that it can be said in a word and not by colour alone. */
export type SeverityStep = 'low' | 'medium' | 'high' | 'severe';

/** Severity is 0 to 100. */
export function severityStep(severity: number): SeverityStep {
  if (severity >= 90) return 'severe';
  if (severity >= 70) return 'high';
  return severity >= 40 ? 'medium' : 'low';
}
