import { decimalText } from '../../domain/metering/quantity.ts';
import { type EventName, hourText, type WindowDifference } from '../../domain/reconciliation/window-look.ts';
import type { EventIdentity } from './set-aside.ts';

/** So many differences, and so many ids of each, are named. */
export interface Bounds {
  differences: number;
  ids: number;
}

/** A difference for a person: where, what both say, and which events. */
export function differenceText(
  difference: WindowDifference,
  extraNames: ReadonlyMap<string, EventName> | undefined,
  { scale, ids }: { scale: number; ids: number },
): string[] {
  const { window, expected, found, missing, extra, faults } = difference;
  const side = ({ events, value }: { events: number; value: bigint }) =>
    `${events} events, ${decimalText(value, scale)}`;
  const nameOf = ({ source, id }: EventName) => `${JSON.stringify(source)} ${JSON.stringify(id)}`;
  const known = extra.flatMap((hash) => extraNames?.get(hash) ?? []);
  const unknown = extra.filter((hash) => !extraNames?.has(hash));
  return [
    `${hourText(window.hour)}  account ${JSON.stringify(window.accountId)}, ${window.meter}: the lake has ${side(expected)}; the window ${side(found)}`,
    ...(missing.length > 0 ? [`    not counted: ${listed(missing.map(nameOf), ids)}`] : []),
    ...(known.length > 0 ? [`    counted, but not in the lake: ${listed(known.map(nameOf), ids)}`] : []),
    ...(unknown.length > 0
      ? [`    counted, but neither in the lake nor on the stream (hashes of ids): ${listed(unknown, ids)}`]
      : []),
    ...faults.map((fault) => `    the window contradicts itself: ${fault}`),
  ];
}

export const unaccountedText = ({ hour, subject, source, id }: EventIdentity): string =>
  `${hourText(hour)}  account ${JSON.stringify(subject)}: ${JSON.stringify(source)} ${JSON.stringify(id)} is neither counted nor set aside`;

function listed(names: readonly string[], max: number): string {
  const more = names.length > max ? `, and ${names.length - max} more` : '';
  return names.slice(0, max).join(', ') + more;
}

/** The hours that differ, and in how many windows each. */
export function hoursText(differences: readonly WindowDifference[]): string {
  const byHour = new Map<number, number>();
  for (const { window } of differences) byHour.set(window.hour, (byHour.get(window.hour) ?? 0) + 1);
  return [...byHour].map(([hour, windows]) => `${hourText(hour)} (${windows})`).join(', ');
}

/** What makes good what these differences are, as a command. */
export function remedies(tenantId: string, differences: readonly WindowDifference[]): string[] {
  const replay = (of: readonly WindowDifference[], more: string): string => {
    const hours = of.map(({ window }) => window.hour);
    const [from, to] = [Math.min(...hours), Math.max(...hours) + 1].map((hour) => hourText(hour));
    return `npm run replay -- --tenant ${tenantId} --from ${from} --to ${to}${more}`;
  };
  const uncounted = differences.filter(({ missing }) => missing.length > 0);
  const unstored = differences.filter(({ extra }) => extra.length > 0);
  return [
    ...(uncounted.length > 0 ? [`What is not counted is counted by:\n    ${replay(uncounted, '')}`] : []),
    ...(unstored.length > 0
      ? [
          `What the lake lacks is put back, while the stream holds it, by:\n    ${replay(unstored, ' --from-stream --for lake')}`,
        ]
      : []),
  ];
}
