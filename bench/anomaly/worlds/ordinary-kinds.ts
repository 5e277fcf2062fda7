import type { Kind } from './world.ts';

/** What can happen to a shop of page views, cart adds and orders, in this order. */
export const shopMetrics = ['page_views', 'cart_adds', 'orders'];

const scaled = (factors: number[]) => (means: number[]) =>
  means.map((mean, metric) => mean * factors[metric]!);

/** All traffic falls to (100 - size) %. */
export const fall = (size: number, hours: [number, number], kind = 'drop'): Kind => ({
  kind,
  size,
  hours,
  touches: shopMetrics,
  alter: scaled(shopMetrics.map(() => 1 - size / 100)),
});

/** All traffic rises by size %. */
export const rise = (size: number, hours: [number, number], kind = 'spike'): Kind => ({
  kind,
  size,
  hours,
  touches: shopMetrics,
  alter: scaled(shopMetrics.map(() => 1 + size / 100)),
});

/** All traffic seeps away, to (100 - size) % at the end. */
export const leak = (size: number, hours: [number, number]): Kind => ({
  kind: 'leak',
  size,
  hours,
  touches: shopMetrics,
  alter: (means, progress) => means.map((mean) => mean * (1 - (size / 100) * progress)),
});

/** Fewer visitors buy; views and carts stand. */
export const conversion = (size: number, hours: [number, number]): Kind => ({
  kind: 'conversion',
  size,
  hours,
  touches: ['orders'],
  alter: scaled([1, 1, 1 - size / 100]),
});

/** Machines look at pages: views rise by size %. */
export const bot = (size: number, hours: [number, number]): Kind => ({
  kind: 'bot',
  size,
  hours,
  touches: ['page_views'],
  alter: scaled([1 + size / 100, 1, 1]),
});

/** Machines come at night, as many as size % of the day's mean an hour, whatever the hour. */
export const nightBot = (size: number, hours: [number, number]): Kind => ({
  kind: 'night bot',
  size,
  hours,
  touches: ['page_views'],
  alter: ([views, carts, orders], _progress, daily) => [views! + (size / 100) * daily[0]!, carts!, orders!],
  beginsAt: 1,
});

/** The level moves for good, and is news for its first day. */
export const levelShift = (size: number): Kind => ({
  kind: 'level shift',
  size,
  hours: [24, 24],
  touches: shopMetrics,
  alter: scaled(shopMetrics.map(() => 1 + size / 100)),
  lasting: 1 + size / 100,
});

/** Everything is counted twice. */
export const doubled = (hours: [number, number]): Kind => ({
  kind: 'doubled',
  size: 100,
  hours,
  touches: shopMetrics,
  recount: (counts) => counts.map((count) => count * 2),
});

/** The counters stand still at what they last said. */
export const stuck = (hours: [number, number]): Kind => ({
  kind: 'stuck',
  size: 100,
  hours,
  touches: shopMetrics,
  recount: (_counts, former) => former,
});

/** The check-out is broken: views stand, carts may, no orders come. */
export const noOrders = (hours: [number, number]): Kind => ({
  kind: 'no orders',
  size: 100,
  hours,
  touches: ['orders'],
  alter: scaled([1, 1, 0]),
});
