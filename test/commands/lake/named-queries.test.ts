import { describe, expect, it } from 'vitest';
import { runSelect } from '../../../commands/lake/run-select.ts';
import { tableOf } from '../../../domain/lake/table-name.ts';
import type { EventLine } from '../../../events/stream-record.ts';
import { namedQueries } from '../../../infra/lake/named-queries.ts';
import { lakeOf, line } from './lake-fixture.ts';
import { cards, riskSales, sales, slidingSales, tumblingSales } from './sales-rows.ts';

/** The rows of a named query, without the tenant that they all are of. */
async function ask(name: string, lines: EventLine[]): Promise<unknown[][]> {
  const query = namedQueries().find((one) => one.name === name);
  if (!query) throw new Error(`There is no query ${name}.`);
  const lake = await lakeOf([lines], { tables: query.types.map(tableOf) });
  const { columns, rows } = await runSelect(lake, query.sql);
  expect(columns[0]).toBe('tenant');
  expect(rows.every(([tenant]) => tenant === 'T001')).toBe(true);
  return rows.map(([, ...row]) => row);
}

const at = (time: string): string => `2021-04-20 ${time}`;

describe('every named query', () => {
  it.each(namedQueries().map(({ name }) => name))('%s runs on an empty lake', async (name) => {
    expect(await ask(name, [])).toEqual([]);
  });

  it('keeps the tenants apart', async () => {
    const others = [...sales, ...cards].map((one) => ({ ...one, tenantId: 'T002' }));
    for (const { name, types, sql } of namedQueries()) {
      const alone = await lakeOf([[...sales, ...cards]], { tables: types.map(tableOf) });
      const together = await lakeOf([[...sales, ...cards], others], { tables: types.map(tableOf) });
      const ofOne = (await runSelect(alone, sql)).rows;
      const ofBoth = (await runSelect(together, sql)).rows;
      expect({ name, rows: ofBoth.filter(([tenant]) => tenant === 'T001') }).toEqual({ name, rows: ofOne });
      expect(ofBoth).toHaveLength(2 * ofOne.length);
    }
  });
});

describe('usage', () => {
  const usage = (id: string, time: string, account: string, device: string, bytes: number) =>
    line({ id, type: 'vpn.usage', time, subject: account, source: device, data: { bytes } });
  const lines = [
    usage('1', '2021-04-20T10:05:00Z', 'a1', 'd1', 100),
    usage('2', '2021-04-20T10:55:00Z', 'a1', 'd2', 0.1),
    usage('3', '2021-04-20T10:59:59.999Z', 'a1', 'd2', 0.2),
    usage('4', '2021-04-20T23:59:59.999Z', 'a2', 'd3', 7),
    usage('5', '2021-04-20T23:30:00-01:00', 'a2', 'd3', 8),
    // Sent twice.
    usage('1', '2021-04-20T10:05:00Z', 'a1', 'd1', 100),
  ];

  it('by tenant, account and day', async () => {
    expect(await ask('usage-by-account-and-day', lines)).toEqual([
      ['a1', '2021-04-20', 3, 100.3],
      ['a2', '2021-04-20', 1, 7],
      ['a2', '2021-04-21', 1, 8],
    ]);
  });

  it('of quantities of any size', async () => {
    const large = usage('6', '2021-04-20T10:05:00Z', 'a3', 'd1', 9_007_199_254_740_991);
    expect(
      await ask('usage-by-account-and-day', [large, usage('7', '2021-04-20T10:05:00Z', 'a3', 'd1', 1)]),
    ).toEqual([['a3', '2021-04-20', 2, '9007199254740992.000000']]);
  });

  it('of the ten devices of each hour that used most', async () => {
    expect(await ask('top-devices-by-hour', lines)).toEqual([
      [at('10:00:00'), 1, 'd1', 1, 100],
      [at('10:00:00'), 2, 'd2', 2, 0.3],
      [at('23:00:00'), 1, 'd3', 1, 7],
      ['2021-04-21 00:00:00', 1, 'd3', 1, 8],
    ]);
    const many = Array.from({ length: 12 }, (_, n) =>
      usage(`${n}`, '2021-04-20T10:05:00Z', 'a1', `d${String(n).padStart(2, '0')}`, n),
    );
    const places = await ask('top-devices-by-hour', many);
    expect(places.map(([, place, device]) => [place, device])).toEqual(
      Array.from({ length: 10 }, (_, n) => [n + 1, `d${String(11 - n).padStart(2, '0')}`]),
    );
  });
});

describe('the sales and cards of the post on streaming SQL', () => {
  it('tumbling windows: all six sales are of one window, where the post prints two', async () => {
    expect(await ask('sales-tumbling-windows', tumblingSales)).toEqual([
      [at('21:31:30'), 75, 280],
      [at('21:31:30'), 78, 270],
    ]);
  });

  it('a tumbling window begins with its first moment and ends before its last', async () => {
    const two = ['21:31:29.999', '21:31:30.000'].map((time) =>
      line({ id: time, type: 'sales', time: `2021-04-20T${time}Z`, data: { customer_id: 1, price: 1 } }),
    );
    expect(await ask('sales-tumbling-windows', two)).toEqual([
      [at('21:31:30'), 1, 1],
      [at('21:32:00'), 1, 1],
    ]);
  });

  it('sliding windows: each sale is of three, where the post prints sums that still grow', async () => {
    expect(await ask('sales-sliding-windows', slidingSales)).toEqual(
      ['21:31:10', '21:31:20', '21:31:30'].flatMap((end) => [
        [at(end), 75, 280],
        [at(end), 78, 270],
      ]),
    );
  });

  it('sessions: by customer as the statement says, where the post prints all customers together', async () => {
    expect(await ask('sales-sessions', sales)).toEqual([
      [75, at('21:31:01.1'), at('21:32:01.28'), 170],
      [78, at('21:31:01.2'), at('21:32:01.2'), 80],
      [78, at('21:32:50.3'), at('21:33:50.3'), 110],
      [75, at('21:32:50.36'), at('21:33:50.36'), 110],
    ]);
  });

  it('filter and union: none of these sales passes, where the post prints four others', async () => {
    expect(await ask('sales-filter-and-union', sales)).toEqual([]);
    const printed = [
      { customer_id: 78, product_id: '4E5750DC2A1D', price: 300 },
      { customer_id: 75, product_id: 'B552B4B940D0', price: 170 },
      { customer_id: 78, product_id: 'B552B4B940D0', price: 110 },
      { customer_id: 75, product_id: '4E5750DC2A1D', price: 260 },
      { customer_id: 75, product_id: '4E5750DC2A1D', price: 250 },
    ].map((data, n) => line({ id: `${n}`, type: 'sales', time: '2021-04-20T21:31:00Z', data }));
    expect(await ask('sales-filter-and-union', printed)).toEqual([
      [75, '4E5750DC2A1D', 260],
      [75, 'B552B4B940D0', 170],
      [78, '4E5750DC2A1D', 300],
      [78, 'B552B4B940D0', 110],
    ]);
  });

  it('interval join: a sale for each time that its card is told, so eleven where the post prints five', async () => {
    const joined = await ask('sales-with-cards', [...sales, ...cards]);
    const thrice = (row: unknown[]) => [row, row, row];
    expect(joined).toEqual([
      ...thrice([at('21:31:01.1'), 101, '23738', '4E5750DC2A1D', 110]),
      [at('21:31:01.2'), 118, '07422', 'B552B4B940D0', 80],
      ...thrice([at('21:31:01.28'), 101, '23738', 'E6DA5387367B', 60]),
      ...thrice([at('21:32:50.3'), 101, '23738', '4E5750DC2A1D', 110]),
      [at('21:32:50.36'), 148, '07422', '4E5750DC2A1D', 110],
    ]);
  });

  it('interval join: five minutes before the card, and not a moment more', async () => {
    const card = line({
      id: 'late',
      type: 'card',
      time: '2021-04-20T21:36:01.100Z',
      data: { card_id: 101, card_zip: '23738' },
    });
    expect((await ask('sales-with-cards', [...sales, card])).map(([time]) => time)).toEqual([
      at('21:31:01.1'),
      at('21:31:01.28'),
      at('21:32:50.3'),
    ]);
    const later = line({ ...card.event, time: '2021-04-20T21:36:01.101Z' });
    expect((await ask('sales-with-cards', [...sales, later])).map(([time]) => time)).toEqual([
      at('21:31:01.28'),
      at('21:32:50.3'),
    ]);
  });

  it('ranking: as the post prints it, but for the zip code, whose first digit it loses', async () => {
    expect(await ask('top-sale-by-zip', [...sales, ...cards])).toEqual([
      ['07422', 148, '4E5750DC2A1D', 110],
      ['23738', 101, '4E5750DC2A1D', 110],
    ]);
  });

  it('a part of a text', async () => {
    const endings = await ask('card-number-endings', [...sales, ...cards]);
    expect(endings).toHaveLength(11);
    expect([...new Set(endings.map(([, ending]) => ending))]).toEqual(['4397', '3472', '8810']);
  });

  it('a pattern and the parts of a text: card 148 is Peter’s, where the post prints Jason', async () => {
    expect(await ask('card-names', cards)).toEqual([
      [101, 'Laura', 'Laura', 'Perez'],
      [118, 'Karla', 'Karla', 'Johnson'],
      [101, 'Laura', 'Laura', 'Perez'],
      [101, 'Laura', 'Laura', 'Perez'],
      [148, 'Peter', 'Peter', 'Han'],
    ]);
  });

  it('labels: three purchases are MEDIUM by the statement, where the post prints HIGH', async () => {
    const windows = await ask('customer-risk', riskSales);
    expect(windows).toHaveLength(20);
    expect(windows[0]).toEqual([at('21:32:00'), 75, 3, 'MEDIUM']);
    expect(windows.at(-1)).toEqual([at('21:36:30'), 78, 2, 'LOW']);
    expect(new Set(windows.map(([, customer, , risk]) => `${customer} ${risk}`))).toEqual(
      new Set(['75 MEDIUM', '78 LOW']),
    );
  });

  it('labels: HIGH from eleven on', async () => {
    const eleven = Array.from({ length: 11 }, (_, n) =>
      line({ id: `${n}`, type: 'sales', time: '2021-04-20T21:31:30Z', data: { customer_id: 1, price: 1 } }),
    );
    expect((await ask('customer-risk', eleven))[0]).toEqual([at('21:32:00'), 1, 11, 'HIGH']);
  });

  it('hour and minute', async () => {
    expect(await ask('sales-by-hour-and-minute', sales)).toEqual([
      [21, 31, 75, '4E5750DC2A1D', 110],
      [21, 31, 78, 'B552B4B940D0', 80],
      [21, 31, 75, 'E6DA5387367B', 60],
      [21, 32, 78, '4E5750DC2A1D', 110],
      [21, 32, 75, '4E5750DC2A1D', 110],
    ]);
  });
});

describe('the funnel', () => {
  const step = (type: string, source: string, time: string) =>
    line({ id: `${type}${time}`, type, source, time: `2021-04-20T${time}Z` });

  it('counts devices that took each step after the one before', async () => {
    const lines = [
      ...['d1', 'd2', 'd3', 'd4'].map((device) => step('shop.page_view', device, '10:00:00')),
      step('shop.page_view', 'd1', '12:00:00'),
      step('shop.cart_add', 'd1', '10:01:00'),
      step('shop.cart_add', 'd2', '10:01:00'),
      // Before its first view.
      step('shop.cart_add', 'd3', '09:59:59'),
      step('shop.order', 'd1', '10:02:00'),
      // Before it added to its cart, and without having done so.
      step('shop.order', 'd2', '10:00:30'),
      step('shop.order', 'd4', '10:05:00'),
    ];
    expect(await ask('order-funnel', lines)).toEqual([['2021-04-20', 4, 2, 1, 25]]);
  });
});
