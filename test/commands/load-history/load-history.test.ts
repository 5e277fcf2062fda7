import { beforeEach, describe, expect, it } from 'vitest';
import { CommandFault } from '../../../commands/command-fault.ts';
import { loadHistory } from '../../../commands/load-history/load-history.ts';
import { memoryConfigHistory } from '../../../domain/tenancy/memory-config-history.ts';
import type { Series } from '../../../domain/tenancy/tenant-config.ts';
import { hourMs, type JudgingWorld, judgingWorld, seriesOf } from '../../domain/judging/judging-world.ts';

const begin = Date.parse('2026-03-02T00:00:00Z');
let world: JudgingWorld;
let printed: string[];
let complained: string[];

beforeEach(() => {
  printed = [];
  complained = [];
});

async function load(rows: string[], { series = seriesOf() as Series, name = 'orders', zone = 'UTC' } = {}) {
  world = judgingWorld([series], begin);
  world.config.timeZone = zone;
  world.config.zones = world.config.zones.map((one) => ({ ...one, timeZone: zone }));
  const history = memoryConfigHistory();
  await history.appendOnce('T001', world.config);
  const ports = { ...world.ports, tweaks: world.tweaks, history, detections: { sendAll: async () => {} } };
  const content = Buffer.from(rows.join('\n'));
  const around = {
    clock: () => begin + 1_000,
    print: (line: string) => printed.push(line),
    complain: (line: string) => complained.push(line),
  };
  await loadHistory(ports, { tenantId: 'T001', series: name, file: 'h.csv', content }, around);
}

const refusal = (rows: string[], more: Parameters<typeof load>[1] = {}) =>
  load(rows, more).then(
    () => 'loaded',
    (error) => {
      expect(error).toBeInstanceOf(CommandFault);
      return error.message as string;
    },
  );

describe('load-history', () => {
  it('takes columns in any order, gaps, and rows that are not in order', async () => {
    await load([
      'Value,note,TimeStamp',
      '7,x,2026-03-01T22:00:00Z',
      '5,,2026-03-01 20:00:00',
      ',,2026-03-01T21:00:00Z',
    ]);
    const points = await world.points();
    expect(points.map(({ start, value, state }) => [(start - begin) / hourMs, value, state])).toEqual([
      [-4, 5n, 'learning'],
      [-3, undefined, 'missing'],
      [-2, 7n, 'learning'],
    ]);
    expect(printed[0]).toContain('2 intervals of orders, 2026-03-01T20:00:00Z to 2026-03-01T23:00:00Z');
  });

  it('keeps sums exactly', async () => {
    const series = seriesOf({ aggregation: 'sum', field: 'total' });
    await load(['timestamp,value', '2026-03-01T22:00:00Z,123456789012345678.000001'], { series });
    expect((await world.points())[0]).toMatchObject({ value: 123456789012345678000001n, scale: 6 });
  });

  it('takes a date for a local day where intervals are days', async () => {
    const series = seriesOf({ interval: 'P1D' });
    await load(['timestamp,value', '2026-02-27,7', '2026-02-28,8'], { series, zone: 'Europe/Paris' });
    const points = await world.points();
    expect(points.map(({ start }) => new Date(start).toISOString())).toEqual([
      '2026-02-26T23:00:00.000Z',
      '2026-02-27T23:00:00.000Z',
    ]);
  });

  it('names every row that is wrong, and then loads nothing', async () => {
    const message = await refusal([
      'timestamp,value',
      '2026-03-01T20:00:00Z,5',
      'yesterday,5',
      '2026-03-01T21:00:00Z,-5',
      '2026-03-01T21:00:00Z,many',
      '2026-03-01T21:00:00Z,5.5',
    ]);
    expect(message).toBe('4 rows are wrong: nothing was loaded.');
    expect(complained.map((line) => line.split(': ')[0])).toEqual([
      'h.csv:3',
      'h.csv:4',
      'h.csv:5',
      'h.csv:6',
    ]);
    expect(await world.points()).toEqual([]);
  });

  it('keeps out of what is counted here', async () => {
    const rows = [
      'timestamp,value',
      '2026-03-01T23:00:00Z,5',
      '2026-03-02T01:00:00Z,5',
      '2026-03-01T20:30:00Z,5',
    ];
    expect(await refusal(rows)).toBe(
      '2 rows are wrong (orders is counted here since 2026-03-02T01:00:00Z): nothing was loaded.',
    );
    expect(complained).toEqual([
      'h.csv:3: is counted here already: history ends before that',
      'h.csv:4: no interval of PT1H begins then; one does at 2026-03-01T20:00:00.000Z',
    ]);
  });

  it.each([
    [['timestamp,value'], {}, 'no row with a value'],
    [['time,count', '1,2'], {}, 'needs timestamp and value'],
    [
      ['timestamp,value', '2026-03-01T23:00:00Z,5'],
      { name: 'nothing' },
      'no series nothing; there are orders',
    ],
  ])('says what is wrong with %j', async (rows, more, says) => {
    expect(await refusal(rows, more)).toContain(says);
  });
});
