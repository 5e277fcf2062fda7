import type { Hour } from '../metering/window.ts';

/** What became of the events of a tenant and hour that are stored in the lake. */
export interface Conservation {
  hour: Hour;
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
