import type { Draw } from '../draw.ts';
import { bot, conversion, fall, leak, rise, shopMetrics } from './ordinary-kinds.ts';
import { playAll, worldStart } from './play.ts';
import {
  dayMs,
  type Extent,
  hourMs,
  type Special,
  type TenantModel,
  type WorldSeries,
  weekMs,
} from './world.ts';

/**
 * The mild world: two daily waves, a factor a weekday, a trend, slow noise of a few percent and counts that are a
 * little more than Poisson. Holidays are known, campaigns mostly.
 */
export const twoWaves = (extent: Extent): WorldSeries[] => playAll(1, extent, modelOf);

const kinds = [
  ...[10, 20, 30, 50].map((size) => fall(size, [6, 8])),
  fall(100, [1, 3], 'outage'),
  ...[50, 100, 200].map((size) => rise(size, [1, 3])),
  leak(40, [48, 48]),
  ...[30, 50, 80].map((size) => conversion(size, [12, 12])),
  ...[100, 300].map((size) => bot(size, [2, 4])),
];

function modelOf(draw: Draw, extent: Extent): TenantModel {
  const viewsAnHour = draw.scale(30, 60_000);
  const shares = [1, draw.between(0.05, 0.15), draw.between(0.01, 0.05)];
  const aheadMs = (draw.whole(9) - 4) * hourMs;
  const first = { height: draw.between(0.5, 1.1), peak: draw.between(13, 19) };
  const second = { height: draw.between(0.1, 0.35), peak: draw.between(8, 13) };
  const isWeekend = (weekday: number) => weekday >= 5;
  const weekdays = Array.from({ length: 7 }, (_, weekday) =>
    Math.exp(0.06 * draw.normal() + (isWeekend(weekday) ? draw.between(-0.35, 0.35) : 0)),
  );
  const sleepsInHours = draw.between(0, 2);
  const weeklyGrowth = draw.between(-0.01, 0.02);
  const shareAt = (at: number): number => {
    const local = at + aheadMs;
    const weekday = (Math.floor(local / dayMs) + 3) % 7;
    const hour = (local % dayMs) / hourMs;
    const woken = hour - (isWeekend(weekday) ? sleepsInHours : 0);
    const daily = first.height * Math.cos((Math.PI / 12) * (woken - first.peak));
    const twice = second.height * Math.cos((Math.PI / 6) * (hour - second.peak));
    return Math.exp(daily + twice + (weeklyGrowth * (at - worldStart)) / weekMs) * weekdays[weekday]!;
  };
  const noise = slowNoise(draw, extent.stepMs, 0.9, draw.between(0.02, 0.06));
  const dispersion = draw.between(0.0005, 0.005);
  return {
    timeZone: 'UTC',
    metrics: shopMetrics,
    relative: { cart_adds: 'page_views', orders: 'page_views' },
    ratesAt: (at) => {
      const views = viewsAnHour * shareAt(at);
      return shares.map((share) => views * share);
    },
    count: (means) => {
      const factor = noise();
      return means.map((mean) => draw.dispersed(mean * factor, dispersion));
    },
    specials: specialsOf(draw, extent, aheadMs),
    kinds,
    gapChance: draw.between(0, 0.004),
    gapHours: [extent.stepMs / hourMs, (4 * extent.stepMs) / hourMs],
    everyDays: 8,
  };
}

/** A factor that wanders about 1: `keeps` of its logarithm is left after an hour, `spread` is its own. */
export function slowNoise(draw: Draw, stepMs: number, keeps: number, spread: number): () => number {
  const kept = keeps ** (stepMs / hourMs);
  const fresh = Math.sqrt(1 - kept * kept) * spread;
  let state = spread * draw.normal();
  return () => {
    state = kept * state + fresh * draw.normal();
    return Math.exp(state);
  };
}

function specialsOf(draw: Draw, { weeks }: Extent, aheadMs: number): Special[] {
  const specials: Special[] = [];
  const end = worldStart + weeks * weekMs;
  for (let at = worldStart + 10 * dayMs; at < end; at += draw.between(18, 40) * dayMs) {
    const start = Math.floor((at + aheadMs) / dayMs) * dayMs - aheadMs;
    const factor = draw.share() < 0.5 ? draw.between(0.45, 0.8) : draw.between(1.3, 2.5);
    specials.push({ name: '1', isKnown: true, start, end: start + dayMs, factorAt: () => factor });
  }
  for (let at = worldStart + 14 * dayMs; at < end; at += draw.between(20, 45) * dayMs) {
    const start = at + draw.whole(24) * hourMs;
    const height = draw.between(0.4, 1.8);
    const factorAt = (progress: number) => 1 + height * Math.exp(-2 * progress);
    const lastsMs = draw.between(4, 36) * hourMs;
    specials.push({ name: '1', isKnown: draw.share() < 0.7, start, end: start + lastsMs, factorAt });
  }
  return specials;
}
