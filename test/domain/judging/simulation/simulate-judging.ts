import { deepStrictEqual, strictEqual } from 'node:assert';
import type { AnomalyRecord } from '../../../../domain/judging/anomaly.ts';
import type { Series } from '../../../../domain/tenancy/tenant-config.ts';
import { Lots } from '../../metering/simulation/lots.ts';
import { dayMs, hourMs, type JudgingWorld, judgingWorld, seriesOf, usualCount } from '../judging-world.ts';
import { Death, dyingPorts } from './dying-ports.ts';

const learnedDays = 35;
const chaosDays = 5;

interface Fall {
  from: number;
  to: number;
  share: number;
}

/** What happened in a run, so that a test can say that it did happen. */
export interface Happened {
  deaths: number;
  rewinds: number;
  anomalies: number;
  told: number;
}

/**
 * Judges some days with everything going wrong that can: judges that die at any call, several at once, events that come
 * late or not in order. In the end all is as if every interval had been judged in its turn; and what was told
 * was told once.
 */
export async function simulateJudging(seed: number): Promise<Happened> {
  const lots = new Lots(seed);
  const series: Series[] = [
    seriesOf({ name: 'views' }),
    seriesOf({ interval: 'PT1H', ...(lots.chance(0.5) && { relativeTo: 'views' }) }),
  ];
  const [chaotic, calm] = [judgingWorld(series), judgingWorld(series)];
  const first = chaotic.start + learnedDays * dayMs;
  const falls: Fall[] = Array.from({ length: 2 }, () => {
    const from = first + lots.int(0, chaosDays * 24 - 1) * hourMs;
    return { from, to: from + (3 + lots.int(0, 20 - 1)) * hourMs, share: lots.pick([0, 0.3, 0.6, 2.5]) };
  });
  const countOf = (at: number, size: number) => {
    const fall = falls.find(({ from, to }) => from <= at && at < to);
    return Math.round(usualCount(at, size) * (fall?.share ?? 1));
  };
  for (const world of [chaotic, calm]) {
    await world.judge();
    for (let at = world.start; at < first; at += hourMs) {
      world.count(at, usualCount(at, 900), 'views');
      world.count(at, usualCount(at));
    }
    world.pass(first);
    await world.judge();
  }
  for (let at = first; at < first + chaosDays * dayMs; at += hourMs) {
    calm.count(at, countOf(at, 900), 'views');
    calm.count(at, countOf(at, 200));
    calm.pass(at + hourMs);
    await calm.judge();
    await calm.tellAll();
  }
  const happened: Happened = { deaths: 0, rewinds: 0, anomalies: 0, told: 0 };
  await chaos(chaotic, { first, countOf, lots, happened });
  await verify(chaotic, calm, happened);
  return happened;
}

interface Chaos {
  first: number;
  countOf: (at: number, size: number) => number;
  lots: Lots;
  happened: Happened;
}

async function chaos(world: JudgingWorld, { first, countOf, lots, happened }: Chaos): Promise<void> {
  const late: { due: number; at: number; name: string; value: number }[] = [];
  for (let at = first; at < first + chaosDays * dayMs; at += hourMs) {
    for (const [name, size] of [
      ['views', 900],
      ['orders', 200],
    ] as const) {
      const value = countOf(at, size);
      const later = lots.chance(0.15) ? lots.int(0, value) : 0;
      if (value > later) world.count(at, value - later, name);
      if (later > 0) late.push({ due: at + (2 + lots.int(0, 40 - 1)) * hourMs, at, name, value: later });
    }
    if (lots.chance(0.8)) world.pass(at + hourMs);
    for (const one of late.filter(({ due }) => due <= at)) {
      late.splice(late.indexOf(one), 1);
      world.count(one.at, one.value, one.name);
    }
    happened.rewinds += world.marks.size > 0 ? 1 : 0;
    await judgesAtOnce(world, lots, happened);
    if (lots.chance(0.7)) await world.tellAll();
  }
  for (const one of late) world.count(one.at, one.value, one.name);
  world.pass(first + chaosDays * dayMs);
  await settled(world);
  // What came late for days that are past is judged again once an hour.
  world.time.now += 2 * hourMs;
  await settled(world);
  await world.tellAll();
}

async function judgesAtOnce(world: JudgingWorld, lots: Lots, happened: Happened): Promise<void> {
  const judges = Array.from({ length: lots.pick([0, 1, 1, 2, 3]) }, async () => {
    const isMortal = lots.chance(0.4);
    const at = lots.int(0, 60 - 1);
    let calls = 0;
    const dies = () => (isMortal && calls++ === at ? lots.pick(['before', 'after'] as const) : undefined);
    const ports = dyingPorts(world.ports, { dies, turns: () => lots.int(0, 6 - 1) });
    try {
      const { failed } = await world.judge(ports);
      for (const { error } of failed) if (!(error instanceof Death)) throw error;
      happened.deaths += failed.length > 0 ? 1 : 0;
    } catch (error) {
      if (!(error instanceof Death)) throw error;
      happened.deaths += 1;
    }
  });
  await Promise.all(judges);
}

async function settled(world: JudgingWorld): Promise<void> {
  const { failed, isDone } = await world.judge();
  deepStrictEqual(failed, []);
  strictEqual(isDone, true);
  await world.judge();
}

async function verify(chaotic: JudgingWorld, calm: JudgingWorld, happened: Happened): Promise<void> {
  strictEqual(chaotic.marks.size, 0, 'marks are left');
  for (const name of ['views', 'orders']) {
    const [points, right] = [await chaotic.points(name), await calm.points(name)];
    strictEqual(points.length, right.length);
    for (const [index, point] of points.entries()) {
      deepStrictEqual(point, right[index], `${name} ${new Date(point.start).toISOString()}`);
    }
  }
  const [found, right] = [await chaotic.anomalies(), await calm.anomalies()];
  deepStrictEqual(judgedOf(found), judgedOf(right));
  happened.anomalies = right.length;
  verifyTold(chaotic, found, happened);
}

/** What was judged of those that there are; an anomaly that late events moved keeps its id, and what was told was. */
const judgedOf = (anomalies: AnomalyRecord[]) =>
  anomalies
    .filter(({ isWithdrawn }) => !isWithdrawn)
    .map(({ id, isDue, detectedToldAt, endedToldAt, ...judged }) => judged)
    .toSorted((one, other) => one.start - other.start || (one.series < other.series ? -1 : 1));

function verifyTold(world: JudgingWorld, anomalies: AnomalyRecord[], happened: Happened): void {
  const ids = world.told.map(({ id }) => id);
  strictEqual(new Set(ids).size, ids.length, 'something was told twice');
  for (const anomaly of anomalies) {
    const isTold = ids.includes(`anomaly.detected:T001:${anomaly.id}`);
    if (anomaly.isDue && !anomaly.isWithdrawn) strictEqual(isTold, true, `${anomaly.id} was not told`);
    const isOver = anomaly.end !== undefined || anomaly.isWithdrawn === true;
    const isEndTold = ids.includes(`anomaly.ended:T001:${anomaly.id}`);
    // Late events may show that it went on after all.
    if (isTold && isOver) strictEqual(isEndTold, true, `the end of ${anomaly.id} was not told`);
    if (!isTold) strictEqual(isEndTold, false, `the end of ${anomaly.id}, whose beginning was not told`);
    happened.told += isTold ? 1 : 0;
  }
}
