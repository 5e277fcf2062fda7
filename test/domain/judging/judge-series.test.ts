import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { importHistory } from '../../../domain/judging/import-history.ts';
import { detectorName, judgeSeries } from '../../../domain/judging/judge-series.ts';
import { judgeTenant } from '../../../domain/judging/judge-tenant.ts';
import { noTweak } from '../../../domain/judging/series-tweak.ts';
import { teachSeries } from '../../../domain/judging/teach-series.ts';
import type { Series } from '../../../domain/tenancy/tenant-config.ts';
import { dayMs, hourMs, type JudgingWorld, judgingWorld, seriesOf, usualCount } from './judging-world.ts';

const learned = 35 * 24;

/** Hours with what is usual, judged at once. */
async function learnedWorld(series?: Series[], hours = learned): Promise<JudgingWorld> {
  const world = judgingWorld(series);
  await world.judge();
  for (let hour = 0; hour < hours; hour++) {
    for (const { name } of world.config.series) {
      const at = world.start + hour * hourMs;
      world.count(at, usualCount(at, name === 'views' ? 900 : 200), name);
    }
  }
  world.pass(world.start + hours * hourMs);
  await world.judge();
  return world;
}

let next: number;
async function sell(world: JudgingWorld, ...shares: number[]): Promise<void> {
  for (const share of shares) {
    const count = Math.round(usualCount(next) * share);
    if (count > 0) world.count(next, count);
    next += hourMs;
    world.pass(next);
    await world.judge();
    await world.tellAll();
  }
}

describe('judging a series', () => {
  it('comes to the same in whatever portions it is done', async () => {
    const whole = await learnedWorld(undefined, 20 * 24);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 12 }),
        async (portions) => {
          const world = judgingWorld();
          await world.judge();
          for (let hour = 0; hour < 20 * 24; hour++) {
            const at = world.start + hour * hourMs;
            world.count(at, usualCount(at));
          }
          let done = 0;
          for (const portion of [...portions, 20 * 24]) {
            done = Math.min(20 * 24, done + portion);
            world.pass(world.start + done * hourMs);
            await world.judge({}, () => false);
            await world.judge();
          }
          expect(await world.points()).toEqual(await whole.points());
        },
      ),
      { numRuns: 15 },
    );
  });

  it('takes an interval without events for a zero, and one that may have lost some for nothing', async () => {
    const world = await learnedWorld();
    next = world.start + learned * hourMs;
    world.partial.add(`orders ${next}`);
    await sell(world, 0.1, 0);
    const [partial, zero] = (await world.points()).slice(-2);
    expect(partial).toMatchObject({
      state: 'partial',
      value: BigInt(Math.round(usualCount(next - 2 * hourMs) * 0.1)),
    });
    expect(partial?.verdict).toBeUndefined();
    expect(zero).toMatchObject({ state: 'complete', value: 0n, verdict: { direction: 'below' } });
    expect(zero?.verdict?.severity).toBeGreaterThan(70);
  });

  it('begins with the first interval that is counted whole, and leaves out when it was not in force', async () => {
    const world = judgingWorld();
    world.time.now = world.start + hourMs / 2;
    await world.judge();
    for (let hour = 0; hour < 10; hour++) world.count(world.start + hour * hourMs, 50);
    world.pass(world.start + 10 * hourMs);
    await world.judge();
    expect((await world.points())[0]?.start).toBe(world.start + hourMs);
    const { series } = world.config;
    world.config.series = [];
    await world.judge();
    world.pass(world.start + 20 * hourMs);
    await world.judge();
    world.config.series = series;
    await world.judge();
    world.pass(world.start + 24 * hourMs);
    await world.judge();
    const states = (await world.points()).map(({ state }) => state);
    expect(states.slice(9, 19)).toEqual(Array(10).fill('missing'));
    expect(states).toHaveLength(23);
    expect((await world.anomalies()).length).toBe(0);
  });

  it('learns anew where it is judged against another series, and remembers what was told', async () => {
    const world = await learnedWorld([seriesOf(), seriesOf({ name: 'views' })]);
    const key = { tenantId: 'T001', series: 'orders' };
    const before = await world.ports.store.readState(key);
    world.config.series = [seriesOf({ relativeTo: 'views' }), seriesOf({ name: 'views' })];
    await world.judge();
    const after = await world.ports.store.readState(key);
    expect(after).toMatchObject({ epoch: (before?.epoch ?? 0) + 1, judgedUntil: before?.judgedUntil });
    expect(await world.points()).toHaveLength(learned);
  });
});

describe('an anomaly', () => {
  let world: JudgingWorld;
  beforeEach(async () => {
    world = await learnedWorld();
    next = world.start + learned * hourMs;
  });
  /** Chance alone makes a small one now and then, while a rhythm is learned. */
  const recent = async () => {
    const all = await world.anomalies();
    return all.filter(({ start }) => start >= world.start + learned * hourMs - 2 * hourMs);
  };
  const detected = () => world.told.filter(({ kind }) => kind === 'anomaly.detected');

  it('begins where the deviation began, goes on and ends; it is told once each', async () => {
    const from = next;
    await sell(world, 0.5, 0.5, 0.5, 0.5, 0.5);
    expect(detected()).toHaveLength(1);
    expect(detected()[0]).toMatchObject({ start: from, direction: 'below' });
    expect(await recent()).toMatchObject([{ start: from, status: 'open' }]);
    await sell(world, ...Array(24).fill(1));
    const [anomaly, ...more] = await recent();
    expect(more).toEqual([]);
    expect(anomaly?.end).toBeGreaterThanOrEqual(from + 5 * hourMs);
    expect(world.told.map(({ kind }) => kind)).toEqual(['anomaly.detected', 'anomaly.ended']);
  });

  it('is listed and not told below the threshold, and told at it', async () => {
    await world.tweaks.put('T001', 'orders', {
      ...noTweak,
      rev: 1,
      threshold: { severity: 100, insteadOf: 70 },
    });
    await sell(world, 0.5, 0.5, 0.5);
    expect(await recent()).toMatchObject([{ isDue: false }]);
    expect(world.told).toEqual([]);
  });

  it('that was dismissed keeps the like quiet, and no other', async () => {
    await sell(world, 0.6, 0.6, 0.6, 0.6);
    const [first] = await recent();
    await teachSeries(
      { anomalies: world.ports.anomalies, tweaks: world.tweaks },
      'T001',
      first?.id as string,
      { verdict: 'dismissed' },
      world.time.now,
    );
    await sell(world, ...Array(30).fill(1), 0.6, 0.6, 0.6, 0.6);
    expect(detected()).toHaveLength(1);
    expect((await world.points()).slice(-4).some(({ verdict }) => verdict?.isQuieted)).toBe(true);
    await sell(world, ...Array(30).fill(1));
    const from = next;
    await sell(world, 0.2, 0.2, 0.2);
    expect(detected()).toHaveLength(2);
    expect(detected()[1]).toMatchObject({ start: from });
    const quieted = await world.points();
    // Events that come late for before the dismissal do not undo what was judged after it, nor the other way round.
    world.count(next - 60 * hourMs, 1);
    await world.judge();
    const again = await world.points();
    expect(again.map(({ verdict }) => verdict?.isQuieted)).toEqual(
      quieted.map(({ verdict }) => verdict?.isQuieted),
    );
  });

  it('that late events show to be none is withdrawn, and that is told', async () => {
    const from = next;
    await sell(world, 0.3, 0.3);
    expect(detected()).toHaveLength(1);
    for (const at of [from, from + hourMs])
      world.count(at, usualCount(at) - Math.round(usualCount(at) * 0.3));
    await world.judge();
    await world.tellAll();
    expect(await recent()).toMatchObject([{ isWithdrawn: true }]);
    expect(world.told.at(-1)).toMatchObject({ kind: 'anomaly.ended', isWithdrawn: true });
    expect((await world.points()).at(-1)?.value).toBe(BigInt(usualCount(from + hourMs)));
    expect(world.marks.size).toBe(0);
  });

  it('that is found long after is listed and not told', async () => {
    const from = next;
    for (let hour = 0; hour < 72; hour++) {
      const count = Math.round(usualCount(from + hour * hourMs) * (hour < 6 ? 0.3 : 1));
      world.count(from + hour * hourMs, count);
    }
    world.pass(from + 72 * hourMs);
    await world.judge();
    await world.tellAll();
    expect((await recent()).length).toBeGreaterThan(0);
    expect(world.told).toEqual([]);
  });
});

describe('history', () => {
  const begin = Date.parse('2026-03-02T00:00:00Z');
  const rowsOf = (hours: number, until = begin) =>
    Array.from({ length: hours }, (_, index) => {
      const start = until - (hours - index) * hourMs;
      return { line: index + 2, start, value: BigInt(usualCount(start)) };
    });
  const load = (world: JudgingWorld, rows: ReturnType<typeof rowsOf>) => {
    const [series] = world.config.series as [Series];
    const detector = detectorName({ config: world.config, now: world.time.now }, series);
    const ports = { ...world.ports, watches: world.ports.watches };
    return importHistory(
      ports,
      { tenantId: 'T001', config: world.config, series, detector },
      rows,
      world.time.now,
    );
  };

  it('is judged first, in whatever order it comes, and nothing of it is told', async () => {
    const world = judgingWorld(undefined, begin);
    await world.judge();
    const rows = rowsOf(40 * 24);
    for (const row of rows.slice(900, 906)) row.value = 0n;
    expect(await load(world, rows)).toMatchObject({ ok: true, isChanged: true, to: begin });
    await world.judge();
    await world.tellAll();
    const points = await world.points();
    expect(points).toHaveLength(40 * 24);
    expect(points.every(({ isImported }) => isImported)).toBe(true);
    expect(points.at(-1)).toMatchObject({ state: 'complete' });
    expect((await world.anomalies()).length).toBeGreaterThan(0);
    expect(world.told).toEqual([]);
    expect(await load(world, rows)).toMatchObject({ ok: true, isChanged: false });
  });

  it('that comes after some was counted comes to what it had come to before', async () => {
    const [early, late] = [judgingWorld(undefined, begin), judgingWorld(undefined, begin)];
    for (const world of [early, late]) {
      await world.judge();
      if (world === early) await load(world, rowsOf(40 * 24));
      for (let hour = 0; hour < 30; hour++)
        world.count(begin + hour * hourMs, usualCount(begin + hour * hourMs));
      world.pass(begin + 30 * hourMs);
      await world.judge();
      if (world === late) await load(world, rowsOf(40 * 24).toReversed());
      await world.judge();
    }
    expect(await late.points()).toEqual(await early.points());
    expect(await late.points()).toHaveLength(40 * 24 + 30);
  });

  it('is refused where it is wrong, every row of it named, and then nothing is stored', async () => {
    const world = judgingWorld(undefined, begin);
    await world.judge();
    const [row, ...rest] = rowsOf(10) as [ReturnType<typeof rowsOf>[0], ...ReturnType<typeof rowsOf>];
    const wrong = [
      { ...row, line: 90, start: row.start + 60_000 },
      { ...row, line: 91, start: begin + hourMs },
      { ...row, line: 92, start: (rest[0] as typeof row).start },
    ];
    const answer = await load(world, [row, ...rest, ...wrong]);
    expect(answer).toMatchObject({
      ok: false,
      liveFrom: begin,
      bad: [{ line: 90 }, { line: 91 }, { line: 92 }],
    });
    expect(await world.points()).toEqual([]);
  });
});

describe('several judges', () => {
  it('give up where somebody else is always first', async () => {
    const world = await learnedWorld(undefined, 24);
    world.count(world.start + 24 * hourMs, 5);
    world.pass(world.start + 25 * hourMs);
    const store = { ...world.ports.store, putState: async () => false };
    const [series] = world.config.series as [Series];
    const judge = judgeSeries({ ...world.ports, store }, () => true);
    const tenant = {
      tenantId: 'T001',
      config: world.config,
      since: new Map([['orders', world.start]]),
      gaps: [],
      now: world.time.now,
    };
    const task = { series, tweak: noTweak, completeUntil: world.start + 2 * dayMs, reopened: [] };
    await expect(judge(tenant, task)).rejects.toThrow('Others still judged');
  });
});

describe('a process that has judged a tenant', () => {
  it('reads no series again before an interval of it has ended, unless it is to look for what was left', async () => {
    const world = await learnedWorld([seriesOf(), seriesOf({ name: 'days', interval: 'P1D' })], 48);
    const read: string[] = [];
    const store = {
      ...world.ports.store,
      readState: (key: Parameters<typeof world.ports.store.readState>[0]) => {
        read.push(key.series);
        return world.ports.store.readState(key);
      },
    };
    const judge = judgeTenant({ ...world.ports, store }, () => world.time.now);
    const look = async (more = {}) => {
      read.length = 0;
      await judge('T001', world.config, more);
      return read.toSorted();
    };
    expect(await look()).toEqual(['days', 'orders']);
    expect(await look()).toEqual([]);
    expect(await look({ all: true })).toEqual(['days', 'orders']);
    world.pass(world.start + 49 * hourMs);
    expect(await look()).toEqual(['orders']);
    world.count(world.start + 5 * hourMs, 3);
    expect(await look()).toEqual(['orders']);
    world.config.revision += 1;
    expect(await look()).toEqual(['days', 'orders']);
    world.pass(world.start + 72 * hourMs);
    expect(await look()).toEqual(['days', 'orders']);
    const failing = {
      ...world.ports,
      store: { ...store, putState: () => Promise.reject(new Error('no answer')) },
    };
    const other = judgeTenant(failing, () => world.time.now);
    world.pass(world.start + 73 * hourMs);
    for (const _ of [1, 2])
      expect((await other('T001', world.config)).failed).toMatchObject([{ series: 'orders' }]);
  });
});
