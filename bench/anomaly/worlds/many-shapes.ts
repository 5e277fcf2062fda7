import type { Draw } from '../draw.ts';
import { localClock } from './local-clock.ts';
import {
  bot,
  conversion,
  doubled,
  fall,
  leak,
  levelShift,
  nightBot,
  noOrders,
  rise,
  shopMetrics,
  stuck,
} from './ordinary-kinds.ts';
import { playAll, worldStart } from './play.ts';
import { archetypes, dayShape } from './shapes.ts';
import { slowNoise } from './two-waves.ts';
import {
  dayMs,
  type Extent,
  hourMs,
  type Kind,
  type Special,
  type TenantModel,
  type WorldSeries,
  weekMs,
} from './world.ts';

/**
 * The rough world: shops of named zones with a shape of its own for every weekday, promotions on a fixed weekday,
 * noise that is heavy, bursty and remembers, conversion that differs by hour and drifts, growth, series of less than an
 * event an hour, gaps of hours to a day, and faults of the counting beside those of the shop.
 */
export const manyShapes = (extent: Extent): WorldSeries[] => playAll(2, extent, modelOf);

const zones = [
  'Europe/Paris',
  'America/New_York',
  'Australia/Sydney',
  'America/Santiago',
  'Europe/London',
  'Asia/Kolkata',
];

const kinds: Kind[] = [
  ...[20, 30, 50].map((size) => fall(size, [4, 12])),
  fall(100, [1, 4], 'outage'),
  fall(50, [0.5, 1], 'minutes out'),
  ...[60, 150].map((size) => rise(size, [1, 4])),
  ...[40, 60].map((size) => leak(size, [24, 96])),
  ...[30, 60].map((size) => conversion(size, [6, 18])),
  noOrders([2, 8]),
  bot(150, [2, 6]),
  ...[50, 120].map((size) => nightBot(size, [2, 5])),
  ...[-40, -25, 35, 70].map(levelShift),
  doubled([2, 8]),
  stuck([3, 8]),
];

function modelOf(draw: Draw, extent: Extent, tenant: number): TenantModel {
  const timeZone = draw.pick(zones);
  const clock = localClock(timeZone);
  const isSparse = tenant % 8 === 7;
  const viewsAnHour = isSparse ? draw.scale(2, 30) : draw.scale(150, 60_000);
  const archetype = draw.pick(archetypes);
  const shapes = Array.from({ length: 7 }, (_, weekday) => dayShape(archetype, weekday, draw));
  const channels = [draw.pick([40, 50]), draw.pick([20, 30])];
  const promotion = { weekday: draw.whole(7), from: draw.between(8, 18), hours: draw.between(2, 8) };
  const promoted = draw.share() < 0.4 ? draw.between(1.3, 2.2) : 1;
  const weeklyGrowth = draw.between(-0.01, 0.03);
  const buying = conversionByHour(draw, extent.weeks);
  const shares = [1, draw.between(0.04, 0.15), draw.between(0.01, 0.05)];
  const noise = roughNoise(draw, extent.stepMs);
  const dispersion = draw.scale(0.0005, 0.02);
  return {
    timeZone,
    metrics: shopMetrics,
    relative: { cart_adds: 'page_views', orders: 'page_views' },
    ratesAt: (at) => {
      const hour = clock.hourAt(at);
      const weekday = clock.weekdayAt(at);
      const since = hour - promotion.from;
      const isOn = weekday === promotion.weekday && since >= 0 && since < promotion.hours;
      const growth = Math.exp((weeklyGrowth * (at - worldStart)) / weekMs);
      const views = viewsAnHour * shapes[weekday]!(hour) * growth * (isOn ? promoted : 1);
      const bought = buying(at, hour);
      return [views, views * shares[1]! * Math.sqrt(bought), views * shares[2]! * bought];
    },
    count: (means) => {
      const factor = noise();
      return means.map((mean) => draw.dispersed(mean * factor, dispersion));
    },
    specials: specialsOf(draw, extent, clock.dayStart),
    kinds: [...kinds, ...channels.map((share) => fall(share, [2, 10], 'channel out'))],
    gapChance: (draw.between(0, 0.3) * extent.stepMs) / weekMs,
    gapHours: [2, 24],
    everyDays: 9,
  };
}

/** Fewer buy at night; how many do wanders by some percent a week. */
function conversionByHour(draw: Draw, weeks: number): (at: number, hour: number) => number {
  const swing = draw.between(0.1, 0.5);
  const best = draw.between(10, 21);
  let level = 0;
  const levels = Array.from({ length: weeks + 2 }, () => {
    level += 0.03 * draw.normal();
    return level;
  });
  return (at, hour) => {
    const week = (at - worldStart) / weekMs + 0.5;
    const before = Math.max(0, Math.floor(week));
    const drifted = levels[before]! + (week - before) * (levels[before + 1]! - levels[before]!);
    return Math.exp(swing * Math.cos((Math.PI / 12) * (hour - best)) + drifted);
  };
}

/** Noise of two memories, hours and minutes, with bursts of some minutes in which traffic is half as much again. */
function roughNoise(draw: Draw, stepMs: number): () => number {
  const slow = slowNoise(draw, stepMs, draw.between(0.75, 0.97), draw.scale(0.03, 0.12));
  const fast = slowNoise(draw, stepMs, draw.between(0.01, 0.3), draw.scale(0.01, 0.08));
  const burstsAWeek = draw.share() < 0.4 ? draw.between(1, 6) : 0;
  const [least, most] = [5 / 60, 0.75];
  let left = 0;
  let height = 0;
  return () => {
    if (left <= 0 && draw.share() < (burstsAWeek * stepMs) / weekMs) {
      left = draw.between(least, most) * hourMs;
      height = draw.between(0.2, 0.8);
    }
    const within = Math.max(0, Math.min(1, left / stepMs));
    left -= stepMs;
    return slow() * fast() * (1 + height * within);
  };
}

function specialsOf(draw: Draw, { weeks }: Extent, dayStart: (at: number) => number): Special[] {
  const specials: Special[] = [];
  const end = worldStart + weeks * weekMs;
  const names = ['bank holiday', 'sale', 'festival'];
  const factors = names.map((_, index) => (index === 1 ? draw.between(1.4, 2.5) : draw.between(0.4, 1.4)));
  for (let at = worldStart + 9 * dayMs; at < end; at += draw.between(14, 35) * dayMs) {
    const index = draw.whole(names.length);
    const start = dayStart(at);
    const isKnown = draw.share() < 0.75;
    const factor = factors[index]! * draw.between(0.85, 1.15);
    specials.push({
      name: names[index]!,
      isKnown,
      start,
      end: dayStart(start + 1.5 * dayMs),
      factorAt: () => factor,
    });
  }
  return specials;
}
