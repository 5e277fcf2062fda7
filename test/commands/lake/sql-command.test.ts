import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CommandFault } from '../../../commands/command-fault.ts';
import type { LakeRange } from '../../../commands/lake/lake-files.ts';
import { runSqlCommand } from '../../../commands/lake/sql-command.ts';
import { tableOf } from '../../../domain/lake/table-name.ts';
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
    note: (text) => printed.push(`note: ${text}`),
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

  it('prints what finds the views of a tenant in Athena, and of no other, to drop them', async () => {
    const asked = await sql('--drop-athena-views', '--stage', 'prod', '--tenant', 'a_b');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    onTestFinished(() => {
      connection.closeSync();
      instance.closeSync();
    });
    const viewsOf = (tenant: string, type: string) => `"${tableOf(type)}_of_${tableOf(tenant)}"`;
    for (const schema of ['tidegate_prod', 'tidegate_dev']) {
      await connection.run(`create schema ${schema}`);
      for (const tenant of ['a_b', 'b', 'A_b', 'axb', 'x-of-a_b', 'x_of_a_b'])
        for (const type of ['vpn.usage', 'a.of.b'])
          await connection.run(`create view ${schema}.${viewsOf(tenant, type)} as select 1 as one`);
    }
    await connection.run('create table tidegate_prod."a_of_a__b" (one integer)');
    const statements = (await connection.runAndReadAll(asked)).getRows().flat();
    expect(statements).toEqual([
      'drop view "tidegate_prod"."a_of_b_of_a__b"',
      'drop view "tidegate_prod"."vpn_usage_of_a__b"',
    ]);
    for (const statement of statements) await connection.run(String(statement));
    expect((await connection.runAndReadAll(asked)).getRows()).toEqual([]);
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
    const notes: string[] = [];
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
    await runSqlCommand(args, { open, print: () => undefined, note: (text) => notes.push(text) });
    expect(asked).toEqual([
      { tenant: 'T001', from: Date.parse('2021-04-20'), to: Date.parse('2021-04-20T08:00:00Z') },
    ]);
    // Where there is no file at all, it says so beside the answer.
    expect(notes).toEqual(['The lake holds nothing of a tenant T001 within these bounds, or not yet.']);
  });

  it.each([
    [['--query', 'nothing'], /There is no query nothing; there are card-names, /],
    [['select 1', '--list'], /Ask one thing/],
    [['select', '1'], /Ask one thing/],
    [['select 1', '--from', '2021-04-21', '--to', '2021-04-21'], /--from must be before --to/],
    [['--drop-athena-views', '--tenant', 'T001'], /goes with --stage and --tenant/],
    [['--drop-athena-views', '--stage', 'prod'], /goes with --stage and --tenant/],
    [['select 1', '--format', 'xml'], /--format takes table, csv, json, not xml/],
    [['select 1', '--tenant', '../x'], /--tenant takes a tenant's id/],
    [['select 1', '--from', 'yesterday'], /--from takes a day or a time with its zone/],
    [['--athena-views'], /goes with --tenant/],
    [['--nonsense'], /Unknown option '--nonsense'.*--help/],
  ])('refuses %j', async (args, fault) => {
    expect(await refusal(...args)).toMatch(fault);
  });
});
