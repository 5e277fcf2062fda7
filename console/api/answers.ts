/** The API's answers as the contract has them; see /v1/openapi.json. */
import type { Quantity } from '../format/quantity.ts';

export type { Quantity };

export type Scope = 'ingest' | 'read' | 'manage';

export interface WhoAmI {
  tenantId: string;
  scopes: Scope[];
  timeZone?: string;
}

export interface Limit {
  meter: string;
  perCycle: number;
  onReached?: 'suspend' | 'notify';
  nearPercent?: number[];
}

export interface Meter {
  name: string;
  eventType: string;
  aggregation: 'sum' | 'count';
  unit?: string;
  scale?: number;
}

export interface Plan {
  name: string;
  default?: boolean;
  limits?: Limit[];
}

export interface SeriesConfig {
  name: string;
  eventType: string;
  interval: Interval;
  severityThreshold?: number;
  relativeTo?: string;
}

export interface TenantConfig {
  revision?: number;
  meters?: Meter[];
  plans?: Plan[];
  series?: SeriesConfig[];
  timeZone?: string;
  calendar?: { date: string; name: string }[];
}

export type LimitState = 'within' | 'near' | 'reached' | 'unlimited';

export interface Standing {
  meter: string;
  used: Quantity;
  limit?: Quantity;
  ratio?: number;
  state: LimitState;
  forecastAt?: string;
}

export interface Account {
  accountId: string;
  plan?: string;
  status: 'active' | 'suspended';
  suspendedAt?: string;
  suspendedUntil?: string;
  limits?: Limit[];
  cycle: { start: string; end: string };
  meters: Standing[];
}

export interface AccountPage {
  accounts: Account[];
  cursor?: string;
}

export interface Day {
  date: string;
  value: Quantity;
  events: number;
}

export interface TenantUsage {
  meter: string;
  unit?: string;
  total: Quantity;
  days: Day[];
  accounts: { active: number; near: number; suspended: number };
}

export interface DeviceUsage {
  deviceId: string;
  accountId: string;
  meter: string;
  unit?: string;
  total: Quantity;
  days: Day[];
}

export interface UsageWindow {
  start: string;
  end: string;
  value: Quantity;
  events: number;
  devices?: { deviceId: string; value: Quantity; events: number }[];
}

export interface Usage {
  meter: string;
  unit?: string;
  total: Quantity;
  events: number;
  windows: UsageWindow[];
}

export interface DataHealth {
  state: 'ok' | 'stalled' | 'lagging';
  since?: string;
  completeUntil?: string | null;
  duplicatesShare?: number;
  quarantined24h?: number;
  /** Absent where nothing was recounted yet. */
  conservation?: Conservation;
}

/** What became of events that are stored. */
export interface ConservationTotal {
  stored: number;
  counted: number;
  duplicate: number;
  unmetered: number;
  quarantined: number;
  unaccounted: number;
  notInLake: number;
}

/** What the last recount came to. */
export interface Conservation extends ConservationTotal {
  at: string;
  from: string;
  to: string;
  equal: boolean;
  hours: (ConservationTotal & { start: string })[];
  hoursOmitted: number;
}

export type Interval = 'PT5M' | 'PT10M' | 'PT1H' | 'P1D';

export interface Series {
  name: string;
  interval: Interval;
  aggregation?: 'count' | 'sum';
  severityThreshold: number;
  state: 'learning' | 'active';
  muted?: boolean;
}

export type PointState = 'complete' | 'partial' | 'missing' | 'learning';

export interface Point {
  start: string;
  value: Quantity | null;
  expected?: number;
  lower?: number;
  upper?: number;
  severity?: number;
  state: PointState;
  /** It deviates as one does that was dismissed. */
  quieted?: boolean;
  duplicatesShare?: number;
}

export interface SeriesPoints {
  series: string;
  interval: Interval;
  points: Point[];
}

export type Verdict = 'confirmed' | 'dismissed';

export interface Anomaly {
  anomalyId: string;
  series: string;
  start: string;
  end?: string;
  ongoing: boolean;
  observed: Quantity;
  expected: number;
  lower?: number;
  upper?: number;
  direction: 'above' | 'below';
  severity: number;
  status: 'open' | Verdict;
  notified?: boolean;
  note?: string;
  /** Start of its worst interval. */
  worstAt?: string;
  /** Late events have shown that there was none. */
  withdrawn?: boolean;
}

/** What feedback answers: the anomaly, and what has come of it. */
export interface Judged extends Anomaly {
  effect?: { text: string };
}

export interface AnomalyPage {
  anomalies: Anomaly[];
  cursor?: string;
}
