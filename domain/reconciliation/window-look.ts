import type { Hour, WindowKey } from '../metering/window.ts';

/** What one window and the lake say of each other at one moment. */
export interface WindowLook {
  window: WindowKey;
  /** What the window says. */
  found: { events: number; value: bigint };
  /** What the lake's events come to that are in the window. */
  present: { events: number; value: bigint };
  /** What all the lake's events of the window come to. */
  expected: { events: number; value: bigint };
  /** Events of the lake that are not in the window, by their identity in it. */
  missing: Map<string, EventName>;
  /** Hashes of events in the window that are not in the lake. */
  extra: Set<string>;
  /** What is wrong with the window by itself, such as devices whose sum is not its total. */
  faults: string[];
}

export interface EventName {
  source: string;
  id: string;
}

/** What stays different between a window and the lake. */
export interface WindowDifference {
  window: WindowKey;
  expected: { events: number; value: bigint };
  found: { events: number; value: bigint };
  /** In the lake, and not counted. */
  missing: EventName[];
  /** Counted, and not in the lake: hashes, since a window keeps no more of an event. */
  extra: string[];
  faults: string[];
}

/** Whether a look sees nothing that differs. */
export const isEqualLook = (look: WindowLook): boolean =>
  look.missing.size === 0 && look.extra.size === 0 && valueFaults(look).length === 0;

/**
 * What both looks see, and so is no matter of one being ahead of the other. While events are on their way the ids that
 * differ are others each time; the value is compared by those events that both have.
 */
export function stayingDifference(former: WindowLook, latter: WindowLook): WindowDifference | undefined {
  const missing = [...latter.missing].filter(([identity]) => former.missing.has(identity));
  const extra = [...latter.extra].filter((hash) => former.extra.has(hash));
  const faults = valueFaults(latter);
  if (missing.length === 0 && extra.length === 0 && faults.length === 0) return undefined;
  return {
    window: latter.window,
    expected: latter.expected,
    found: latter.found,
    missing: missing.map(([, name]) => name),
    extra,
    faults,
  };
}

function valueFaults({ found, present, extra, faults }: WindowLook): string[] {
  const wrong = [...faults];
  const ids = present.events + extra.size;
  if (found.events !== ids) wrong.push(`it says ${found.events} events and names ${ids}`);
  // What events outside the lake have brought in nobody can tell; what is in it must all be there.
  const isValueRight = extra.size === 0 ? found.value === present.value : found.value >= present.value;
  if (!isValueRight) wrong.push('its total is not the sum of its events');
  return wrong;
}

/** A window as it was read and as the lake recounts it, without ids: enough to see that they are equal. */
export interface WindowSum {
  window: WindowKey;
  events: number;
  value: bigint;
}

export const windowText = ({ accountId, meter, hour }: WindowKey): string =>
  JSON.stringify([accountId, meter, hour]);

export const hourText = (hour: Hour): string =>
  `${new Date(hour * 3_600_000).toISOString().slice(0, 13)}:00Z`;
