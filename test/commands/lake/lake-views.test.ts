import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runSelect } from '../../../commands/lake/run-select.ts';
import type { EventLine } from '../../../events/stream-record.ts';
import { lakeOf, line } from './lake-fixture.ts';

const usage = (id: string, given: Record<string, unknown> = {}, of: Partial<EventLine> = {}): EventLine =>
  line(
    { id, type: 'vpn.usage', time: '2021-04-20T21:31:00Z', subject: 'a1', data: { bytes: 1 }, ...given },
    of,
  );

const count = async (lines: EventLine[][], from: string): Promise<number> => {
  const lake = await lakeOf(lines);
  return (await runSelect(lake, `select count(*) from ${from}`)).rows[0]?.[0] as number;
};

describe('an event', () => {
  it('is there once, whatever was stored twice, and copies has them all', async () => {
    const twice = [[usage('1'), usage('2'), usage('1')], [usage('1')]];
    expect(await count(twice, 'events')).toBe(2);
    expect(await count(twice, 'vpn_usage')).toBe(2);
    expect(await count(twice, 'copies')).toBe(4);
  });

  it.each([
    ['tenant', usage('1', {}, { tenantId: 'T002' })],
    ['source', usage('1', { source: 'other' })],
    ['id', usage('2')],
    ['subject', usage('1', { subject: 'a2' })],
    ['missing subject', usage('1', { subject: undefined })],
    ['hour', usage('1', { time: '2021-04-20T22:00:00Z' })],
    ['type', usage('1', { type: 'vpn.other' })],
  ])('is another one with another %s', async (_what, other) => {
    expect(await count([[usage('1'), other]], 'events')).toBe(2);
  });

  it.each([
    ['minute', usage('1', { time: '2021-04-20T21:59:59.999Z' })],
    ['zone', usage('1', { time: '2021-04-20T22:31:00+01:00' })],
    ['amount', usage('1', { data: { bytes: 2 } })],
    ['configuration', usage('1', {}, { config: 2 })],
  ])('is the same with another %s', async (_what, other) => {
    expect(await count([[usage('1'), other]], 'events')).toBe(1);
  });

  it('is the copy that was received first, in whichever order they were stored', async () => {
    const first = usage('1', { data: { bytes: 1 } }, { receivedAt: '2021-04-20T21:40:00.001Z' });
    const second = usage('1', { data: { bytes: 2 } }, { receivedAt: '2021-04-20T21:40:00.002Z' });
    for (const lines of [[[first, second]], [[second, first]], [[second], [first]]]) {
      const lake = await lakeOf(lines);
      expect((await runSelect(lake, 'select data from vpn_usage')).rows).toEqual([['{"bytes":1}']]);
    }
  });

  it('is the first copy of the first file, of those that were received together', async () => {
    const copies = [3, 1, 2].map((bytes) => usage('1', { data: { bytes } }));
    for (const lines of [[copies], copies.map((copy) => [copy])]) {
      const lake = await lakeOf(lines);
      for (const view of ['vpn_usage', 'events'])
        expect((await runSelect(lake, `select data from ${view}`)).rows).toEqual([['{"bytes":3}']]);
    }
  });

  it('is what a plain count of identities says, whatever was stored how often', async () => {
    const few = (names: string[]) => fc.constantFrom(...names);
    const given = fc.record({
      id: few(['1', '2', '3']),
      source: few(['d1', 'd2']),
      subject: fc.option(few(['a1', 'a2']), { nil: undefined }),
      type: few(['vpn.usage', 'vpn.other']),
      time: few(['2021-04-20T21:31:00Z', '2021-04-20T21:59:00Z', '2021-04-20T22:00:00Z']),
      data: fc.record({ bytes: fc.nat(3) }),
    });
    const of = fc.record({
      tenantId: few(['T001', 'T002']),
      receivedAt: few(['2021-04-20T22:01:00Z', '2021-04-20T22:01:01Z', '2021-04-30T00:00:00Z']),
    });
    const lines = fc.array(
      fc.tuple(given, of).map(([event, line]) => usage(event.id, event, line)),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(lines, { maxLength: 3 }), async (deliveries) => {
        const firsts = new Map<string, string>();
        for (const { tenantId, receivedAt, event } of deliveries.flat()) {
          const { id, source, subject = null, type, time } = event;
          const identity = JSON.stringify([tenantId, type, source, id, subject, time.slice(0, 13)]);
          const first = firsts.get(identity);
          if (first === undefined || receivedAt < first) firsts.set(identity, receivedAt);
        }
        const lake = await lakeOf(deliveries, { tables: ['vpn_usage', 'vpn_other'] });
        const columns = `tenant, type, source, id, subject, strftime("occurredAt", '%Y-%m-%dT%H'), strftime("receivedAt", '%Y-%m-%dT%H:%M:%SZ')`;
        const rowsOf = async (view: string) => (await runSelect(lake, `select ${columns} from ${view}`)).rows;
        const events = (await rowsOf('events')).map((row) => JSON.stringify(row)).sort();
        const expected = [...firsts]
          .map(([identity, at]) => JSON.stringify([...JSON.parse(identity), at]))
          .sort();
        expect(events).toEqual(expected);
        const byType = [...(await rowsOf('vpn_usage')), ...(await rowsOf('vpn_other'))];
        expect(byType.map((row) => JSON.stringify(row)).sort()).toEqual(expected);
        lake.close();
      }),
      { numRuns: 25 },
    );
  });

  it('is found in the view of its type though it came late', async () => {
    const late = usage('late', {}, { receivedAt: '2021-05-01T00:00:00Z' });
    const lines = [
      [usage('1'), late, usage('other', { type: 'vpn.other' }, { receivedAt: '2021-05-01T00:00:00Z' })],
    ];
    const lake = await lakeOf(lines);
    expect(lake.files.map(({ table, version, day }) => `${table} ${version} ${day}`).sort()).toEqual([
      'late 0 2021-05-01',
      'vpn_usage 1 2021-04-20',
    ]);
    expect((await runSelect(lake, 'select id from vpn_usage order by id')).rows).toEqual([['1'], ['late']]);
    expect((await runSelect(lake, 'select id from vpn_other')).rows).toEqual([['other']]);
    expect(await count(lines, 'events')).toBe(3);
  });

  it('has all versions in one view', async () => {
    const lake = await lakeOf([[usage('1'), usage('2', { dataversion: 2, data: { octets: 5 } })]]);
    expect((await runSelect(lake, 'select id, dataversion, data from vpn_usage order by id')).rows).toEqual([
      ['1', 1, '{"bytes":1}'],
      ['2', 2, '{"octets":5}'],
    ]);
  });

  it('keeps its attributes and every digit', async () => {
    const { event } = usage('1', { traceparent: '00-ab', level: 3, datacontenttype: 'application/json' });
    const data = { bytes: 1, price: JSON.rawJSON('0.10000000000000000001') };
    const lake = await lakeOf([[line({ ...event, data })]]);
    const { columns, rows } = await runSelect(lake, 'select * from vpn_usage');
    const row = Object.fromEntries(columns.map((name, place) => [name, rows[0]?.[place]]));
    expect(row).toEqual({
      tenant: 'T001',
      id: '1',
      source: 'shop-1',
      subject: 'a1',
      type: 'vpn.usage',
      time: '2021-04-20T21:31:00Z',
      occurredAt: '2021-04-20 21:31:00',
      specversion: '1.0',
      dataversion: 1,
      datacontenttype: 'application/json',
      dataschema: null,
      attributes: '{"traceparent":"00-ab","level":3}',
      data: '{"bytes":1,"price":0.10000000000000000001}',
      receivedAt: '2021-04-20 21:40:00',
      config: 1,
    });
  });
});

describe('a range', () => {
  it('holds the events of its time, the first moment and not the last', async () => {
    const times = ['21:59:59.999', '22:00:00', '22:59:59.999', '23:00:00'];
    const lines = times.map((time) => usage(time, { time: `2021-04-20T${time}Z` }));
    const range = { from: Date.parse('2021-04-20T22:00:00Z'), to: Date.parse('2021-04-20T23:00:00Z') };
    const lake = await lakeOf([lines], { range });
    expect((await runSelect(lake, 'select id from events order by id')).rows.flat()).toEqual(
      times.slice(1, 3),
    );
  });
});

describe('a statement', () => {
  const refused = async (sql: string): Promise<string> => {
    const lake = await lakeOf([[usage('1')]]);
    return runSelect(lake, sql).then(
      () => 'it ran',
      ({ name, message }: Error) => `${name}: ${message}`,
    );
  };

  it.each([
    'create table mine as select 1',
    'drop view events',
    "copy (select 1) to '/tmp/out.csv'",
    'set enable_external_access = true',
    "attach '/tmp/other.db'",
    'install httpfs',
    'load httpfs',
    'delete from events',
    'pragma threads = 1',
    'call pragma_version()',
  ])('may not change anything: %s', async (sql) => {
    expect(await refused(sql)).toMatch(
      /^CommandFault: (The lake can be asked, not changed|.*(Permission Error|Can only delete))/,
    );
  });

  it('is one at a time', async () => {
    expect(await refused('select 1; drop view events')).toMatch(/one statement at a time, not 2/);
    expect(await refused(' ')).toMatch(/one statement at a time, not 0/);
  });

  it.each([
    "select * from read_text('/etc/hostname')",
    "select * from read_csv('/etc/passwd')",
    "select * from glob('/etc/*')",
    "select * from read_parquet('https://example.com/x.parquet')",
    "select * from '/etc/passwd'",
  ])('reads nothing but the lake: %s', async (sql) => {
    expect(await refused(sql)).toMatch(/^CommandFault: .*(Permission|Catalog|Missing Extension|disabled)/s);
  });

  it('that is wrong says where', async () => {
    expect(await refused('select nothing from events')).toMatch(/CommandFault: .*"nothing" not found/s);
    expect(await refused('selct 1')).toMatch(/CommandFault: .*syntax error/s);
  });

  it('may describe and explain', async () => {
    expect(await refused('describe vpn_usage')).toBe('it ran');
    expect(await refused('explain select * from events')).toBe('it ran');
    expect(await refused('show tables')).toBe('it ran');
  });
});
