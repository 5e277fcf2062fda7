import { describe, expect, it } from 'vitest';
import type { CommandFault } from '../../../commands/command-fault.ts';
import type { LakeRange } from '../../../commands/lake/lake-files.ts';
import { runSqlCommand } from '../../../commands/lake/sql-command.ts';
import { lakeOf, line } from './lake-fixture.ts';

const usage = (id: string, data: object) =>
  line({ id, type: 'vpn.usage', time: '2021-04-20T21:31:00Z', subject: 'a1', data });

/** What the command prints, asked of a small lake. */
async function sql(...args: string[]): Promise<string> {
  const printed: string[] = [];
  await runSqlCommand(args, {
    open: (_stack, range, tables) =>
      lakeOf([[usage('1', { bytes: 100 }), usage('2', { bytes: 0.5, note: 'a "b", c' })]], {
        range,
        tables: [...tables],
      }),
    print: (text) => printed.push(text),
  });
  return printed.join('\n');
}

/** How the command refuses these arguments. */
const refusal = (...args: string[]): Promise<string> =>
  sql(...args).then(
    (text) => `it printed ${text}`,
    ({ message }: CommandFault) => message,
  );

describe('npm run sql', () => {
  it('prints a table', async () => {
    expect(await sql('select id, subject, dataschema from vpn_usage order by id')).toBe(
      [
        'id  subject  dataschema',
        '--  -------  ----------',
        ' 1  a1             NULL',
        ' 2  a1             NULL',
        '(2 rows)',
      ].join('\n'),
    );
  });

  it('prints csv', async () => {
    const query = "select id, json_extract_scalar(data, '$.note') as note from vpn_usage order by id";
    expect(await sql(query, '--format', 'csv')).toBe('id,note\n1,\n2,"a ""b"", c"');
  });

  it('prints json, numbers as numbers where they are exact', async () => {
    const query = 'select count(*) as n, 12345678901234567890::hugeint as large, null as none from events';
    expect(await sql(query, '--format', 'json')).toBe('{"n":2,"large":"12345678901234567890","none":null}');
  });

  it('answers a named query', async () => {
    expect(await sql('--query', 'usage-by-account-and-day', '--format', 'csv')).toBe(
      'tenant,account,day,events,bytes\nT001,a1,2021-04-20,2,100.5',
    );
  });

  it('lists queries and views', async () => {
    const text = await sql('--list');
    expect(text).toMatch(/^ {2}order-funnel +Devices by day/m);
    expect(text).toMatch(/^ {2}vpn_usage +vpn\.usage$/m);
    expect(text).toMatch(/^ {2}copies +every copy$/m);
  });

  it('prints the views of a tenant for Athena', async () => {
    const text = await sql('--athena-views', '--tenant', 'T001');
    expect(text).toMatch(/^create or replace view "vpn_usage_of____54001" as/);
    expect(text).toContain("where tenant = 'T001'");
  });

  it('shows help where nothing is asked', async () => {
    expect(await sql()).toMatch(/^npm run sql/);
    expect(await sql('--help')).toMatch(/^npm run sql/);
  });

  it('lets no control character of a tenant through', async () => {
    expect(await sql("select chr(27) || '[2J' || chr(10) as text")).toContain(String.raw`\u001b[2J\u000a`);
  });

  it('hands the range on', async () => {
    const asked: LakeRange[] = [];
    const open = async (_stack: object, range: LakeRange) => {
      asked.push(range);
      return lakeOf([]);
    };
    const args = [
      'select 1',
      '--tenant',
      'T001',
      '--from',
      '2021-04-20',
      '--to',
      '2021-04-20T10:00:00+02:00',
    ];
    await runSqlCommand(args, { open, print: () => undefined });
    expect(asked).toEqual([
      { tenant: 'T001', from: Date.parse('2021-04-20'), to: Date.parse('2021-04-20T08:00:00Z') },
    ]);
  });

  it.each([
    [['--query', 'nothing'], /There is no query nothing; there are card-names, /],
    [['select 1', '--list'], /Ask one thing/],
    [['select', '1'], /Ask one thing/],
    [['select 1', '--format', 'xml'], /--format takes table, csv, json, not xml/],
    [['select 1', '--tenant', '../x'], /--tenant takes a tenant's id/],
    [['select 1', '--from', 'yesterday'], /--from takes a day or a time with its zone/],
    [['--athena-views'], /goes with --tenant/],
    [['--nonsense'], /Unknown option '--nonsense'.*--help/],
  ])('refuses %j', async (args, fault) => {
    expect(await refusal(...args)).toMatch(fault);
  });
});
