import type { Draw } from '../draw.ts';
import { localClock } from './local-clock.ts';
import {
  bot,
  conversion,
  doubled,
  fall,
  leak,
  levelShift,
  noOrders,
  rise,
  shopMetrics,
} from './ordinary-kinds.ts';
import { playAll, worldStart } from './play.ts';
import { realWeeks } from './real-weeks.ts';
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
 * The world of visits: visits arrive in clusters, each looks at some pages, some fill a cart, some of those buy, so that
 * the three series share their chance. The level walks; a week has the shape of a real series, stretched.
 */
export const sessions = (extent: Extent): WorldSeries[] => playAll(3, extent, modelOf);

/** A fall of which the half is over after a third of its time. */
const slowRecovery: Kind = {
  kind: 'slow recovery',
  size: 60,
  hours: [12, 30],
  touches: shopMetrics,
  alter: (means, progress) => means.map((mean) => mean * (1 - 0.6 * Math.exp(-2 * progress))),
};

/** Carts break: those who buy need one. */
const brokenCarts: Kind = {
  kind: 'broken carts',
  size: 90,
  hours: [1, 6],
  touches: ['cart_adds', 'orders'],
  alter: ([views, carts, orders]) => [views!, carts! * 0.1, orders! * 0.1],
};

const kinds: Kind[] = [
  ...[15, 30, 45, 70].map((size) => fall(size, [3, 10])),
  fall(100, [0.5, 3], 'outage'),
  ...[40, 80, 250].map((size) => rise(size, [1, 5])),
  ...[35, 50].map((size) => leak(size, [24, 72])),
  ...[25, 45].map((size) => conversion(size, [8, 20])),
  noOrders([1, 6]),
  brokenCarts,
  slowRecovery,
  bot(80, [2, 8]),
  ...[-35, 50].map(levelShift),
  doubled([1, 4]),
];

const zones = ['UTC', 'Europe/Madrid', 'America/Los_Angeles', 'Asia/Tokyo', 'Pacific/Auckland'];

function modelOf(draw: Draw, extent: Extent): TenantModel {
  const timeZone = draw.pick(zones);
  const clock = localClock(timeZone);
  const visitsAnHour = draw.scale(20, 15_000);
  const pages = draw.between(2, 6);
  const fills = draw.between(0.15, 0.5);
  const buys = draw.between(0.1, 0.4);
  const week = draw.pick(realWeeks());
  const stretch = draw.between(0.6, 1.3);
  const shift = draw.between(-3, 3);
  const walk = walkingLevel(draw, extent.weeks, draw.scale(0.005, 0.03));
  const noise = slowNoise(draw, extent.stepMs, draw.between(0.6, 0.95), draw.scale(0.02, 0.08));
  const clustered = draw.scale(0.0003, 0.01);
  return {
    timeZone,
    metrics: shopMetrics,
    relative: { cart_adds: 'page_views', orders: 'page_views' },
    ratesAt: (at) => {
      const hour = (clock.weekdayAt(at) * 24 + clock.hourAt(at) + shift + 168) % 168;
      const whole = Math.floor(hour);
      const before = week[whole]!;
      const after = week[(whole + 1) % 168]!;
      const shape = Math.exp(stretch * (before + (hour - whole) * (after - before)));
      const visits = visitsAnHour * shape * walk(at);
      return [visits * pages, visits * fills, visits * fills * buys];
    },
    count: ([views, carts, orders]) => {
      const visits = draw.dispersed((views! / pages) * noise(), clustered);
      const expected = views! / pages;
      if (!(expected > 0)) return [0, draw.poisson(carts!), draw.poisson(orders!)];
      // Pages of a visit are geometric: their variance over their mean is their mean less one.
      const seen = draw.dispersed(visits * pages, (1 - 1 / pages) / Math.max(1, visits));
      const filled = draw.binomial(visits, Math.min(1, carts! / expected));
      const bought = draw.binomial(filled, carts! > 0 ? Math.min(1, orders! / carts!) : 0);
      return [Math.max(visits, seen), filled, bought];
    },
    specials: specialsOf(draw, extent, clock.dayStart),
    kinds,
    gapChance: (draw.between(0, 0.5) * extent.stepMs) / weekMs,
    gapHours: [extent.stepMs / hourMs, 12],
    everyDays: 8,
  };
}

/** A level whose logarithm takes a step of this spread a day, straight in between. */
function walkingLevel(draw: Draw, weeks: number, spread: number): (at: number) => number {
  let level = 0;
  const levels = Array.from({ length: weeks * 7 + 4 }, () => {
    level += spread * draw.normal();
    return level;
  });
  return (at) => {
    const day = (at - worldStart) / dayMs + 1;
    const before = Math.max(0, Math.floor(day));
    return Math.exp(levels[before]! + (day - before) * (levels[before + 1]! - levels[before]!));
  };
}

function specialsOf(draw: Draw, { weeks }: Extent, dayStart: (at: number) => number): Special[] {
  const specials: Special[] = [];
  const end = worldStart + weeks * weekMs;
  for (let at = worldStart + 12 * dayMs; at < end; at += draw.between(20, 60) * dayMs) {
    const start = dayStart(at);
    const days = 1 + draw.whole(3);
    const isFeast = draw.share() < 0.5;
    const factor = isFeast ? draw.between(0.3, 0.8) : draw.between(1.2, 2);
    const stop = dayStart(start + (days + 0.5) * dayMs);
    const name = isFeast ? 'feast' : 'market';
    specials.push({ name, isKnown: draw.share() < 0.8, start, end: stop, factorAt: () => factor });
  }
  return specials;
}
