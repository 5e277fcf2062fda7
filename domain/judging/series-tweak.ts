import type { Series } from '../tenancy/tenant-config.ts';
import type { Lesson } from './lesson.ts';

/** What a tenant has set of a series beside its configuration, and what feedback has taught of it. */
export interface SeriesTweak {
  rev: number;
  muted: boolean;
  /** A threshold, and the configured one that it stands in for: it ends when that is set to something else. */
  threshold?: { severity: number; insteadOf: number };
  lessons: Lesson[];
}

export const noTweak: SeriesTweak = { rev: 0, muted: false, lessons: [] };

/** The threshold that holds: whichever was set last, by the configuration or by a tweak. */
export function thresholdOf(
  { severityThreshold }: Pick<Series, 'severityThreshold'>,
  tweak: SeriesTweak,
): number {
  const { threshold } = tweak;
  return threshold?.insteadOf === severityThreshold ? threshold.severity : severityThreshold;
}

export interface TweakChange {
  severityThreshold?: number;
  muted?: boolean;
}

/** What is absent stays. Setting the threshold that is configured takes the tweak away. */
export function tweaked(tweak: SeriesTweak, series: Series, change: TweakChange): SeriesTweak {
  const { threshold: former, ...rest } = tweak;
  const { severityThreshold: severity, muted = tweak.muted } = change;
  if (severity === undefined) return { ...tweak, muted };
  const insteadOf = series.severityThreshold;
  return { ...rest, muted, ...(severity !== insteadOf && { threshold: { severity, insteadOf } }) };
}

/** What is set and was learned of a tenant's series. Reads are consistent. */
export interface SeriesTweaks {
  /** By series; those of which nothing was ever set are absent. */
  readAll(tenantId: string): Promise<Map<string, SeriesTweak>>;
  read(tenantId: string, series: string): Promise<SeriesTweak>;
  /** Stores it if what is stored has the revision before this one; answers whether it did. */
  put(tenantId: string, series: string, tweak: SeriesTweak): Promise<boolean>;
}
