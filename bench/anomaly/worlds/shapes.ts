import type { Draw } from '../draw.ts';

/** A kind of shop by the hours of its customers: knots [hour, height] of a working day, and its weekend. */
interface Archetype {
  name: string;
  knots: [number, number][];
  weekend: number;
  /** Hours that the weekend's day begins later. */
  weekendLater: number;
}

/** Heights are relative; between knots the shape runs straight in the logarithm. */
export const archetypes: Archetype[] = [
  {
    name: 'evening shop',
    knots: [
      [0, 0.5],
      [3, 0.12],
      [6, 0.15],
      [9, 0.7],
      [12, 1],
      [14, 0.9],
      [18, 1.2],
      [21, 2],
      [23, 1],
    ],
    weekend: 1.15,
    weekendLater: 1.5,
  },
  {
    name: 'offices with a lunch dip',
    knots: [
      [0, 0.04],
      [6, 0.05],
      [8, 0.8],
      [10, 2],
      [12, 1.8],
      [12.5, 1],
      [13.5, 1.1],
      [14.5, 2],
      [17, 1.4],
      [19, 0.2],
      [22, 0.05],
    ],
    weekend: 0.08,
    weekendLater: 1,
  },
  {
    name: 'flat nights',
    knots: [
      [0, 0.3],
      [1, 0.25],
      [6, 0.25],
      [7, 0.6],
      [8, 1.4],
      [20, 1.5],
      [22, 0.7],
      [23.5, 0.3],
    ],
    weekend: 0.9,
    weekendLater: 1,
  },
  {
    name: 'two meals',
    knots: [
      [0, 0.15],
      [4, 0.03],
      [10, 0.4],
      [11.5, 2],
      [12.5, 3],
      [14, 0.8],
      [17, 0.9],
      [19, 4],
      [20.5, 3],
      [22, 0.8],
    ],
    weekend: 1.4,
    weekendLater: 0.5,
  },
  {
    name: 'round the clock',
    knots: [
      [0, 0.9],
      [4, 0.8],
      [9, 1.1],
      [15, 1.2],
      [20, 1],
    ],
    weekend: 0.95,
    weekendLater: 0,
  },
  {
    name: 'mornings and commutes',
    knots: [
      [0, 0.2],
      [4, 0.1],
      [6, 0.8],
      [7.5, 2.4],
      [9, 1.2],
      [12, 0.8],
      [16, 1],
      [17.5, 2.2],
      [19, 1],
      [22, 0.4],
    ],
    weekend: 0.6,
    weekendLater: 2,
  },
];

/** The shape of one weekday: its archetype's, with heights and times that are this weekday's own; mean about 1. */
export function dayShape(archetype: Archetype, weekday: number, draw: Draw): (hour: number) => number {
  const isWeekend = weekday >= 5;
  const later = draw.between(-0.5, 0.5) + (isWeekend ? archetype.weekendLater : 0);
  const height = (isWeekend ? archetype.weekend : 1) * Math.exp(0.1 * draw.normal());
  const knots = archetype.knots.map(([hour, high]): [number, number] => [
    (hour + later + 24) % 24,
    Math.log(high * height) + 0.12 * draw.normal(),
  ]);
  knots.sort(([one], [other]) => one - other);
  const table = Array.from({ length: 24 * 12 }, (_, index) => Math.exp(along(knots, index / 12)));
  const mean = archetype.knots.reduce((sum, [, high]) => sum + high, 0) / archetype.knots.length;
  return (hour) => table[Math.floor(hour * 12) % table.length]! / mean;
}

/** The height at an hour, between the knots around it; the day is a ring. */
function along(knots: [number, number][], hour: number): number {
  const next = knots.findIndex(([at]) => at > hour);
  const [nextAt, nextHigh] = next < 0 ? [knots[0]![0] + 24, knots[0]![1]] : knots[next]!;
  const last = next < 0 ? knots.length - 1 : next - 1;
  const [lastAt, lastHigh] = last < 0 ? [knots.at(-1)![0] - 24, knots.at(-1)![1]] : knots[last]!;
  return lastHigh + ((hour - lastAt) / (nextAt - lastAt)) * (nextHigh - lastHigh);
}
