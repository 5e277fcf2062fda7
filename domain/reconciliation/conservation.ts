import type { Hour } from '../metering/window.ts';

/** What became of events that are stored in the lake. */
export interface ConservationTotal {
  /** Copies in the lake. */
  stored: number;
  /** Different events that a window has. */
  counted: number;
  /** Copies beyond the first of an event. */
  duplicate: number;
  /** Different events that no meter counts. */
  unmetered: number;
  /** Different events that were set aside and are in no window. */
  quarantined: number;
  /** Different events of which nobody can say what became: 0 where all is well. */
  unaccounted: number;
  /** Counted events that the lake does not have. */
  notInLake: number;
}

/** What became of those of a tenant and hour. */
export interface Conservation extends ConservationTotal {
  hour: Hour;
}

/** Of one hour: how many events there are, and how many of them are counted, set aside, or neither. */
export interface HourCounts {
  hour: Hour;
  copies: number;
  events: number;
  unmetered: number;
  quarantined: number;
  unaccounted: number;
  notInLake: number;
}

/** stored = counted + duplicate + unmetered + quarantined + unaccounted */
export const conservationOf = ({ copies, events, ...rest }: HourCounts): Conservation => ({
  hour: rest.hour,
  stored: copies,
  counted: events - rest.unmetered - rest.quarantined - rest.unaccounted,
  duplicate: copies - events,
  unmetered: rest.unmetered,
  quarantined: rest.quarantined,
  unaccounted: rest.unaccounted,
  notInLake: rest.notInLake,
});

export const totalOf = (hours: readonly ConservationTotal[]): ConservationTotal => {
  const sum = (name: keyof ConservationTotal) => hours.reduce((total, one) => total + one[name], 0);
  return {
    stored: sum('stored'),
    counted: sum('counted'),
    duplicate: sum('duplicate'),
    unmetered: sum('unmetered'),
    quarantined: sum('quarantined'),
    unaccounted: sum('unaccounted'),
    notInLake: sum('notInLake'),
  };
};
