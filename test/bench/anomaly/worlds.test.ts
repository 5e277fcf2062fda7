import { describe, expect, it } from 'vitest';
import { worlds } from '../../../bench/anomaly/measure-worlds.ts';
import { judgeByTruth } from '../../../bench/anomaly/reference.ts';
import { scoreAtRate } from '../../../bench/anomaly/score-at-rate.ts';
import { dayMs, steps, type WorldSeries } from '../../../bench/anomaly/worlds/world.ts';

const draw = (world: string, seed: number, interval: string, weeks: number): WorldSeries[] =>
  worlds[world]!({ seed, tenants: 3, weeks, stepMs: steps[interval]! });

describe.each(Object.keys(worlds))('the world of %s', (world) => {
  it('is the same of the same seed, and another of another', () => {
    expect(draw(world, 5, '1h', 4)).toEqual(draw(world, 5, '1h', 4));
    expect(draw(world, 5, '1h', 4)[0]!.values).not.toEqual(draw(world, 6, '1h', 4)[0]!.values);
  });

  it.each(['5m', '1h', '1d'])('follows its true mean at %s', (interval) => {
    const weeks = interval === '1d' ? 60 : 12;
    for (const { starts, values, truth, events } of draw(world, 7, interval, weeks)) {
      const inEvent = (at: number) => events.some(({ start, end }) => at >= start && at < end + dayMs);
      let [seen, expected] = [0, 0];
      for (const [index, value] of values.entries()) {
        if (Number.isNaN(value) || inEvent(starts[index]!)) continue;
        seen += value;
        expected += truth[index]!;
      }
      expect(seen / expected).toBeGreaterThan(0.85);
      expect(seen / expected).toBeLessThan(1.15);
    }
  });

  it('has intervals without overlap and events within them', () => {
    for (const { starts, events, warmEnd } of draw(world, 8, '1d', 60)) {
      const between = starts.slice(1).map((start, index) => start - starts[index]!);
      for (const each of between) expect(Math.abs(each - dayMs)).toBeLessThanOrEqual(dayMs / 24);
      for (const { start, end } of events) {
        expect(start).toBeGreaterThanOrEqual(warmEnd);
        expect(end).toBeGreaterThan(start);
      }
    }
  });

  it('lets somebody who knows the mean find most of what happens', () => {
    const known = draw(world, 9, '1h', 30).map(judgeByTruth);
    const { all } = scoreAtRate(known, 0.25);
    expect(all.found / all.events).toBeGreaterThan(0.5);
  });
});
