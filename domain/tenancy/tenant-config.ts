/** Names of meters, plans and series. */
export const namePattern = /^[a-z][a-z0-9_.-]{0,63}$/;

export interface Meter {
  name: string;
  eventType: string;
  aggregation: 'sum' | 'count';
  /** The member of `data` that `sum` adds; absent for `count`. */
  field?: string;
  /** UCUM. */
  unit?: string;
  /** Decimal places of its smallest unit, 0 to 6. */
  scale: number;
}

export interface Limit {
  meter: string;
  /** As configured: a positive number with at most the meter's `scale` decimal places. */
  perCycle: number;
  onReached: 'suspend' | 'notify';
  nearPercent: number[];
}

export interface Plan {
  name: string;
  default: boolean;
  limits: Limit[];
}

export interface Cycle {
  period: 'day' | 'week' | 'month';
  timeZone?: string;
  anchorDay: number;
}

export interface Series {
  name: string;
  eventType: string;
  aggregation: 'count' | 'sum';
  field?: string;
  interval: 'PT5M' | 'PT10M' | 'PT1H' | 'P1D';
  severityThreshold: number;
  relativeTo?: string;
}

/** What a tenant may set: the contract's TenantConfig, defaults filled in. */
export interface TenantSettings {
  meters: Meter[];
  plans: Plan[];
  cycle: Cycle;
  onSuspended: 'reject' | 'accept';
  series: Series[];
  timeZone: string;
  calendar: { date: string; name: string }[];
  archiveOnly: string[];
  /** Event type -> versions that its events may give as `dataversion`; a type that is absent has [1]. */
  versions: Record<string, number[]>;
}

/** From `from` (epoch milliseconds) on, days and cycles are those of `timeZone`, with this cycle. */
export interface ZoneChange {
  from: number;
  timeZone: string;
  cycle: Pick<Cycle, 'period' | 'anchorDay'>;
}

/** Meter -> the revision at which something of it last changed. */
export type RevisionByMeter = Record<string, number>;

/** At which revision of the configuration what limits an account last changed. Absent entries: it has none. */
export interface LimitRevisions {
  /** Meters in force -> the revision that put them in force. */
  meters: RevisionByMeter;
  /** Plan -> its limits -> the revision that last changed their value. */
  plans: Record<string, RevisionByMeter>;
  /** The same for whichever plan is the default one. */
  default: RevisionByMeter;
}

/**
 * One immutable revision of a tenant's configuration: its settings, and what they rest on. Retired meters and
 * series stand no longer in the settings, are not counted, but stay readable and their definition stays fixed.
 */
export interface TenantConfig extends TenantSettings {
  revision: number;
  retiredMeters: Meter[];
  retiredSeries: Series[];
  /** Ascending by `from`; the first holds since -Infinity (written as 0). */
  zones: ZoneChange[];
  /** Since which revision its limits hold. Absent in a first revision, which has none. */
  limitRevisions?: LimitRevisions;
}

/** Every meter that was ever defined, those in force first. */
export const allMeters = (config: TenantConfig): Meter[] => [...config.meters, ...config.retiredMeters];

/** Every series that was ever defined, those in force first. */
export const allSeries = (config: TenantConfig): Series[] => [...config.series, ...config.retiredSeries];

/** What of a configuration its tenant has set. */
export function settingsOf(config: TenantConfig): TenantSettings {
  const { revision, retiredMeters, retiredSeries, zones, limitRevisions, ...settings } = config;
  return settings;
}

const firstVersionOnly = [1];

/** The versions that events of this type may give. A type may be called `constructor`: only own members count. */
export const versionsOf = ({ versions }: TenantSettings, eventType: string): readonly number[] =>
  Object.hasOwn(versions, eventType) ? (versions[eventType] as number[]) : firstVersionOnly;

/** What a tenant has set who has set nothing. */
export const emptySettings: TenantSettings = {
  meters: [],
  plans: [],
  cycle: { period: 'month', anchorDay: 1 },
  onSuspended: 'reject',
  series: [],
  timeZone: 'UTC',
  calendar: [],
  archiveOnly: [],
  versions: {},
};

/** The first revision, with which a tenant is created. */
export const emptyConfig: TenantConfig = {
  ...emptySettings,
  revision: 1,
  retiredMeters: [],
  retiredSeries: [],
  zones: [{ from: 0, timeZone: 'UTC', cycle: { period: 'month', anchorDay: 1 } }],
};
