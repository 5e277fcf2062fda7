import { countAlarms, quietIntervals, type Scored } from './score-at-rate.ts';

/** False alarms a series-week that a severity promises (docs/detector.md). */
export const promises: { severity: number; alarmsAWeek: number }[] = [
  { severity: 50, alarmsAWeek: 1 },
  { severity: 70, alarmsAWeek: 0.25 },
  { severity: 90, alarmsAWeek: 0.02 },
];

export interface Calibration {
  severity: number;
  promised: number;
  /** False alarms a series-week over all series. */
  realised: number;
  /** Share of the series that ring more than three times as often as promised, chance apart. */
  tooLoud: number;
}

/** How often it rings while nothing is wrong, beside how often it says it would. */
export function calibrate(scored: readonly Scored[]): Calibration[] {
  const quiet = scored.map(quietIntervals).filter(({ weeks }) => weeks > 0);
  const weeks = quiet.reduce((sum, one) => sum + one.weeks, 0);
  return promises.map(({ severity, alarmsAWeek }) => {
    const alarms = quiet.map((one) => countAlarms(one, severity));
    const loud = quiet.filter((one, index) => isTooLoud(alarms[index]!, one.weeks * alarmsAWeek));
    return {
      severity,
      promised: alarmsAWeek,
      realised: alarms.reduce((sum, count) => sum + count, 0) / weeks,
      tooLoud: loud.length / quiet.length,
    };
  });
}

/** Over three times what is due, where so many are not to be expected by chance of a series that is just below that. */
const isTooLoud = (alarms: number, due: number): boolean => alarms > 3 * due && alarms >= 3;
