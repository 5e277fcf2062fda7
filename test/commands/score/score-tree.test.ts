import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScoreOptions } from '../../../commands/score/options.ts';
import { type Scored, scoreTree } from '../../../commands/score/score-tree.ts';

const hourMs = 3_600_000;
const monday = Date.UTC(2026, 5, 1);

let folder: string;
let from: string;
let to: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'score-'));
  from = join(folder, 'from');
  to = join(folder, 'to');
});

afterEach(() => rmSync(folder, { recursive: true }));

const timeAt = (hour: number): string => new Date(monday + hour * hourMs).toISOString().replace('.000', '');

/** Hourly counts with a daily wave and a little that is no wave. */
const countAt = (hour: number): number =>
  Math.round(1_000 + 600 * Math.sin((hour / 24) * 2 * Math.PI) + ((hour * 7_919) % 41));

const weeksOfRows = (weeks: number): string[] =>
  Array.from({ length: weeks * 168 }, (_, hour) => `${timeAt(hour)},${countAt(hour)}`);

function put(file: string, rows: string[], head = 'timestamp,value'): void {
  mkdirSync(dirname(join(from, file)), { recursive: true });
  writeFileSync(join(from, file), [head, ...rows, ''].join('\n'));
}

function score(options: Partial<ScoreOptions> = {}): Scored & { faults: string[]; printed: string[] } {
  const faults: string[] = [];
  const printed: string[] = [];
  const usual = { from, to, intervalMs: hourMs, relative: new Map(), timeZone: 'UTC', threshold: 70 };
  const scored = scoreTree(
    { ...usual, ...options },
    { print: (line) => printed.push(line), fault: (file, what) => faults.push(`${file}: ${what}`) },
  );
  return { ...scored, faults, printed };
}

const written = (file: string): string[][] =>
  readFileSync(join(to, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

const scoresOf = (file: string): number[] =>
  written(file)
    .slice(1)
    .map((row) => Number(row.at(-1)));

describe('scoreTree', () => {
  it('writes the tree that it read, a row for every row in its order', () => {
    put('shop/page_views.csv', weeksOfRows(5));
    put('other/orders.csv', weeksOfRows(2));
    expect(score()).toEqual({ files: 2, rows: 7 * 168, anomalies: 0, faults: [], printed: [] });
    expect(readdirSync(to, { recursive: true }).toSorted()).toEqual(
      ['other', 'other/orders.csv', 'shop', 'shop/page_views.csv'].toSorted(),
    );
    const [head, ...rows] = written('shop/page_views.csv');
    expect(head).toEqual(['timestamp', 'value', 'anomaly_score']);
    expect(rows.map(([time, value]) => `${time},${value}`)).toEqual(weeksOfRows(5));
    for (const each of scoresOf('shop/page_views.csv')) {
      expect(each).toBeGreaterThanOrEqual(0);
      expect(each).toBeLessThanOrEqual(1);
    }
  });

  it('finds an outage, and says the same of the same input', () => {
    const rows = weeksOfRows(6);
    const outage = 5 * 168 + 60;
    for (let hour = outage; hour < outage + 3; hour++) rows[hour] = `${timeAt(hour)},0`;
    put('orders.csv', rows);
    score();
    const scores = scoresOf('orders.csv');
    expect(scores[outage]).toBeGreaterThan(0.7);
    expect(Math.max(...scores.slice(4 * 168, outage))).toBeLessThan(scores[outage]!);
    score();
    expect(scoresOf('orders.csv')).toEqual(scores);
    const { printed, anomalies } = score({ to: undefined });
    expect(anomalies).toBe(printed.length);
    expect(printed.find((line) => line.includes(timeAt(outage)))).toMatch(
      /severity \d.*below: observed 0, expected/,
    );
  });

  it('takes an interval that is absent for one that is missing, and writes no row for it', () => {
    const whole = weeksOfRows(5);
    const gap = (hour: number) => hour >= 500 && hour < 530;
    put(
      'explicit.csv',
      whole.map((row, hour) => (gap(hour) ? `${timeAt(hour)},` : row)),
    );
    put(
      'absent.csv',
      whole.filter((_, hour) => !gap(hour)),
    );
    score();
    const explicit = scoresOf('explicit.csv');
    expect(explicit.slice(500, 530)).toEqual(new Array(30).fill(0));
    expect(scoresOf('absent.csv')).toEqual(explicit.filter((_, hour) => !gap(hour)));
  });

  it('judges rows out of order where they belong, and of one time the first only', () => {
    const rows = weeksOfRows(4);
    put('in-order.csv', rows);
    const swapped = [...rows];
    [swapped[600], swapped[601]] = [swapped[601]!, swapped[600]!];
    swapped.push(`${timeAt(610)},0`);
    put('swapped.csv', swapped);
    const { faults } = score();
    const expected = scoresOf('in-order.csv');
    [expected[600], expected[601]] = [expected[601]!, expected[600]!];
    expect(scoresOf('swapped.csv')).toEqual([...expected, 0]);
    expect(faults).toEqual([
      `swapped.csv: 2 rows that come after later ones, judged where they belong (line 603: "${timeAt(600)}")`,
      `swapped.csv: 1 row whose time came before, not judged (line 674: "${timeAt(610)}")`,
    ]);
  });

  it('scores around rows that cannot be read', () => {
    put('orders.csv', [`${timeAt(0)},5`, 'never,6', `${timeAt(2)},a lot`, `${timeAt(3)},"1,5"`]);
    const { faults, files } = score();
    expect(files).toBe(1);
    expect(faults).toHaveLength(2);
    expect(readFileSync(join(to, 'orders.csv'), 'utf8').split('\n')[4]).toBe(`${timeAt(3)},"1,5",0`);
    expect(written('orders.csv')[2]).toEqual(['never', '6', '0']);
  });

  it('tells what it leaves aside', () => {
    put('events.json', ['{}']);
    put('wide.csv', ['1,2'], 'when,what');
    mkdirSync(from, { recursive: true });
    writeFileSync(join(from, 'empty.csv'), '');
    put('head.csv', []);
    const { faults, files } = score();
    expect(files).toBe(1);
    expect(faults).toEqual([
      'events.json: it is no csv file, left aside',
      'empty.csv: it is empty; left aside',
      'head.csv: it has no rows',
      'wide.csv: its columns are when, what; it needs timestamp and value; left aside',
    ]);
    expect(readdirSync(to)).toEqual(['head.csv']);
  });

  it('judges a series given the one beside it, and alone where there is none', () => {
    const views = weeksOfRows(6);
    const orders = weeksOfRows(6).map((_, hour) => `${timeAt(hour)},${Math.round(countAt(hour) / 4)}`);
    const half = 5 * 168 + 40;
    for (let hour = half; hour < half + 12; hour++)
      orders[hour] = `${timeAt(hour)},${Math.round(countAt(hour) / 12)}`;
    put('a/page_views.csv', views);
    put('a/orders.csv', orders);
    put('b/orders.csv', orders);
    const { faults } = score({ relative: new Map([['orders', 'page_views']]) });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(
      /^b\/orders\.csv: page_views\.csv beside it cannot be read .*; judged by itself$/,
    );
    expect(Math.max(...scoresOf('a/orders.csv').slice(half, half + 12))).toBeGreaterThan(0.7);
    score();
    expect(scoresOf('a/orders.csv')).toEqual(scoresOf('b/orders.csv'));
  });

  it('says where a file has another step, and finds it by itself if asked to', () => {
    put('orders.csv', weeksOfRows(3));
    expect(score({ intervalMs: 300_000 }).faults).toEqual([
      'orders.csv: its rows are mostly 60 minutes apart, not 5',
    ]);
    score();
    const hourly = scoresOf('orders.csv');
    expect(score({ intervalMs: undefined }).faults).toEqual([]);
    expect(scoresOf('orders.csv')).toEqual(hourly);
  });

  it('does not spend hours on a wrong year', () => {
    put('orders.csv', [...weeksOfRows(1), '9999-01-01 00:00:00,5']);
    expect(score({ intervalMs: 300_000 }).files).toBe(1);
  });

  it('refuses to write into what it reads', () => {
    put('orders.csv', weeksOfRows(1));
    expect(() => score({ to: join(from, 'scores') })).toThrow('lies within --in');
    expect(() => score({ from: join(folder, 'nowhere') })).toThrow('cannot be read');
  });
});
