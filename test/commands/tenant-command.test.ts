import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandFault, runCommand } from '../../commands/command-fault.ts';
import type { Eraser } from '../../commands/erase/eraser.ts';
import { findStack } from '../../commands/stack-target.ts';
import type { Administration } from '../../commands/tenant-administration.ts';
import { runTenantCommand } from '../../commands/tenant-command.ts';
import { memoryAdministration } from './memory-administration.ts';

let administration: Administration;
let subscribed: string[][];
let closed: number;
let erased: string[];
let saysYes: boolean;
let held: Eraser['heldByStream'];
beforeEach(() => {
  ({ administration, subscribed } = memoryAdministration());
  closed = 0;
  erased = [];
  saysYes = false;
  held = async () => ({ count: 12, share: 1 });
});

const files: Record<string, string> = {
  'good.json': '{"meters":[{"name":"bytes","eventType":"vpn.usage","aggregation":"sum","field":"bytes"}]}',
  'bad.json': '{"timeZone":"Mars","plans":5}',
  'broken.json': '{',
};

const eraser: Eraser = {
  async eraseAccount({ tenantId, accountId }) {
    erased.push(`${tenantId}/${accountId}`);
    return [
      { what: 'pages of windows', count: 3 },
      { what: 'cycles', count: 0 },
    ];
  },
  async deleteTenant(tenantId) {
    erased.push(tenantId);
    return [{ what: 'API keys', count: 0 }];
  },
  heldByStream: (subject, msMax) => held(subject, msMax),
  streamHoldsUntil: async () => Date.parse('2026-11-28T10:00:00Z'),
};

/** Runs a line as a shell would hand it over; answers what it printed, or the sentence it ended in. */
async function tenant(line: string): Promise<string> {
  const printed: string[] = [];
  const close = () => {
    closed += 1;
  };
  try {
    await runTenantCommand(line === '' ? [] : line.split(' '), {
      connect: async () => ({ administration, eraser, close }),
      print: (text) => printed.push(text),
      readText: async (file) => {
        if (files[file] === undefined) throw new Error('ENOENT: no such file or directory');
        return files[file];
      },
      confirm: async () => saysYes,
    });
    return printed.join('\n');
  } catch (error) {
    expect(error).toBeInstanceOf(CommandFault);
    return (error as Error).message;
  }
}

describe('npm run tenant', () => {
  it.each(['', '--help', 'help', 'key T001 --help'])('%j says what it can do', async (line) => {
    const help = await tenant(line);
    for (const part of ['create TENANT', 'issuer add TENANT', '--stage', '--data-dir'])
      expect(help).toContain(part);
  });

  it('makes a tenant, issues a key, shows and ends it', async () => {
    expect(await tenant('list')).toContain('no tenant yet');
    expect(await tenant('create T001 --rate high')).toContain('T001 is made, with the high rate.');
    expect(await tenant('create T001')).toContain('was there');
    expect(await tenant('list')).toMatch(/TENANT .*\nT001 +2026-11-21 +high +0$/);
    expect(await tenant('keys T001')).toContain('no key yet');
    const key = (await tenant('key T001 --scopes ingest --accounts a,b')).split('\n')[0] ?? '';
    expect(key).toMatch(/^tg_T001-[a-z2-7]{12}_[0-9A-Za-z]{43}$/);
    const keyId = key.slice(3, -44);
    expect(await tenant('keys T001')).toMatch(new RegExp(`${keyId} .*ingest .*never .*valid, bound to a, b`));
    expect(await tenant(`revoke ${keyId}`)).toContain('within a minute');
    expect(await tenant('keys T001')).toContain('revoked 2026-11-21');
    expect(await tenant('keys T001')).not.toContain(key.slice(-43));
    expect(closed).toBe(10);
  });

  it('shows and sets the configuration', async () => {
    await tenant('create T001');
    expect(JSON.parse(await tenant('config T001'))).toMatchObject({ revision: 1, meters: [] });
    expect(await tenant('config T001 --set good.json')).toContain('Revision 2 is in force');
    expect(JSON.parse(await tenant('config T001'))).toMatchObject({
      revision: 2,
      meters: [{ name: 'bytes' }],
    });
    expect(await tenant('config T001 --set bad.json')).toMatch(
      /refused.*\n.*\/plans must be .*\n.*\/timeZone must be/,
    );
  });

  it('administers issuers', async () => {
    await tenant('create T001');
    expect(await tenant('issuer list T001')).toContain('no issuer');
    await tenant('issuer add T001 --url https://id.example.com --audience api --tenant-claim org');
    expect(await tenant('issuer list T001')).toMatch(/https:\/\/id\.example\.com +api +org +scope/);
    expect(await tenant('issuer add T001 --url http://127.0.0.1:9 --audience api')).toContain('https://');
    await tenant('issuer add T001 --url http://127.0.0.1:9 --audience api --any-host');
    await tenant('issuer remove T001 --url https://id.example.com');
    expect(await tenant('issuer list T001')).not.toContain('id.example.com');
  });

  it.each([
    ['launch T001', 'it knows create'],
    ['issuer', 'issuer add'],
    ['issuer T001', 'it knows create'],
    ['create', 'create takes TENANT'],
    ['create A B', 'not A B'],
    ['list T001', 'list takes nothing'],
    ['create T001 --rate fast', 'standard or high'],
    ['create T001 --speed 5', "Unknown option '--speed'"],
    ['create T001 --rate', '--rate'],
    ['create T/1', 'no tenant id'],
    ['keys T404', 'no tenant "T404"'],
    ['key T404 --scopes read', 'no tenant "T404"'],
    ['key T001', '--scopes ingest,read'],
    ['key T001 --scopes admin', '"admin" is no scope'],
    ['revoke x', 'no key "x"'],
    ['config T404', 'no tenant "T404"'],
    ['config T001 --set missing.json', 'missing.json cannot be read'],
    ['config T001 --set broken.json', 'broken.json is not JSON'],
    ['issuer add T001', '--audience'],
    ['issuer remove T001', '--url'],
    ['constructor', 'it knows create'],
  ])('%s ends in a sentence that says what to do', async (line, text) => {
    await tenant('create T001');
    const fault = await tenant(line);
    expect(fault).toContain(text);
    expect(fault).not.toContain('    at ');
  });
});

describe('findStack', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stack-target-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('says how to start a stack where none runs', async () => {
    await expect(findStack({ 'data-dir': folder })).rejects.toThrow(/No local stack .*ENOENT.* npm start/);
  });

  it('says so where local.json is damaged or left over', async () => {
    await writeFile(join(folder, 'local.json'), '{');
    await expect(findStack({ 'data-dir': folder })).rejects.toThrow('damaged');
    const left = { control: 'http://127.0.0.1:1', aws: { region: 'x', endpoints: {} }, resources: {} };
    await writeFile(join(folder, 'local.json'), JSON.stringify(left));
    await expect(findStack({ 'data-dir': folder })).rejects.toThrow(/does not answer .* npm start/);
  });

  it('takes one stack at a time', async () => {
    await expect(findStack({ stage: 'dev', 'data-dir': folder })).rejects.toThrow('not both');
    await expect(findStack({ region: 'eu-central-1' })).rejects.toThrow('--stage');
  });
});

describe('runCommand', () => {
  afterEach(() => {
    process.exitCode = undefined;
    vi.restoreAllMocks();
  });
  const ended = async (error: Error) => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {});
    await runCommand(async () => {
      throw error;
    });
    return { said: said.mock.calls, exitCode: process.exitCode };
  };

  it('ends in the sentence of a fault, or what AWS or the network says', async () => {
    expect(await ended(new CommandFault('Do this.'))).toEqual({ said: [['Do this.']], exitCode: 1 });
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect((await ended(refused)).said).toContainEqual(['It could not be done: connect ECONNREFUSED.']);
  });

  it('shows a mistake of ours whole', async () => {
    await expect(ended(new TypeError('x is not a function'))).rejects.toThrow('x is not a function');
  });
});

describe('npm run tenant -- subscribe', () => {
  beforeEach(() => tenant('create T001'));

  it('has an endpoint told, or asked first', async () => {
    const queue = 'arn:aws:sqs:eu-central-1:1:mine';
    expect(await tenant(`subscribe T001 --topic accounts --protocol sqs --endpoint ${queue}`)).toBe(
      `${queue} is told of accounts of T001 from now on.`,
    );
    expect(await tenant('subscribe T001 --topic health --protocol email --endpoint a@b.c')).toContain(
      'asked',
    );
    expect(subscribed).toEqual([
      [expect.stringMatching('_T001_accounts$'), 'sqs', queue],
      [expect.stringMatching('_T001_health$'), 'email', 'a@b.c'],
    ]);
  });

  it.each([
    ['T002 --topic accounts --protocol email --endpoint a@b.c', 'There is no tenant "T002"'],
    ['T001 --topic money --protocol email --endpoint a@b.c', '"money" is no topic: give --topic accounts'],
    ['T001 --topic accounts --protocol fax --endpoint 1', '"fax" is no protocol: give email, sms'],
    ['T001 --topic accounts --protocol constructor --endpoint 1', 'is no protocol'],
    [
      'T001 --topic accounts --protocol sms --endpoint 0151',
      'is no endpoint of sms: give a telephone number',
    ],
    ['T001 --topic accounts --protocol https --endpoint http://x', 'begins with https://'],
    ['T001', '"" is no topic'],
  ])('%s is refused', async (line, why) => {
    expect(await tenant(`subscribe ${line}`)).toContain(why);
    expect(subscribed).toEqual([]);
  });

  it('erases an account only where that is agreed to, and says what was removed and what stays', async () => {
    await tenant('create T001');
    const line = 'erase T001 --account acct-1';
    expect(await tenant(line)).toContain('Nothing was done: give --yes');
    expect(erased).toEqual([]);
    const said = await tenant(`${line} --yes`);
    expect(said).toMatch(/Removed:\n +3 {2}pages of windows\n/);
    expect(said).not.toContain('cycles');
    expect(said).toContain(
      'The stream holds 12 events of it, each as often as it was sent or replayed, until 2026-11-28T10:00Z',
    );
    saysYes = true;
    await tenant(line);
    expect(erased).toEqual(['T001/acct-1', 'T001/acct-1']);
  });

  it('says how much the stream holds as far as it was read, and that nobody could read it', async () => {
    await tenant('create T001');
    const asked: [string, number][] = [];
    held = async ({ tenantId, accountId }, msMax) => {
      asked.push([`${tenantId}/${accountId ?? ''}`, msMax]);
      return { count: 1, share: 0.456 };
    };
    const part = await tenant('erase T001 --account acct-1 --yes');
    expect(part).toContain('holds at least 1 event of it');
    expect(part).toContain('45 % of what may hold some was read in 20 s: --whole-stream reads all of it');
    held = async ({ tenantId, accountId }, msMax) => {
      asked.push([`${tenantId}/${accountId ?? ''}`, msMax]);
      return { count: 0, share: 1 };
    };
    expect(await tenant('delete T001 --yes --whole-stream')).toContain('The stream holds nothing of it.');
    expect(asked).toEqual([
      ['T001/acct-1', 20_000],
      ['T001/', Number.POSITIVE_INFINITY],
    ]);
    held = async () => {
      throw new Error('not authorized');
    };
    const said = await tenant('delete T001 --yes');
    expect(said).toContain('cannot be read (not authorized)');
    expect(said).toContain('run it again after some minutes');
  });

  it('names the keys that are bound to an erased account', async () => {
    await tenant('create T001');
    await tenant('key T001 --scopes ingest --accounts acct-1,acct-2');
    await tenant('key T001 --scopes ingest');
    const [bound] = (await administration.directory.listKeys('T001')).filter(({ accounts }) => accounts);
    const said = await tenant('erase T001 --account acct-1 --yes');
    expect(said.match(/is bound to the account/g)).toHaveLength(1);
    expect(said).toContain(`npm run tenant -- revoke ${bound?.keyId}`);
  });

  it.each([
    { line: 'erase T001 --yes', says: 'Give the --account' },
    { line: 'erase T009 --account a --yes', says: 'There is no tenant "T009"' },
    { line: 'delete ../T001 --yes', says: 'is no tenant id' },
    { line: 'delete T001', says: 'Nothing was done: give --yes' },
  ])('$line removes nothing', async ({ line, says }) => {
    await tenant('create T001');
    expect(await tenant(line)).toContain(says);
    expect(erased).toEqual([]);
  });

  it('deletes a tenant, also one that is gone by half', async () => {
    expect(await tenant('delete T001 --yes')).toContain('Nothing was found.');
    expect(erased).toEqual(['T001']);
  });

  it('never gives a tenant the configurations of a deleted one of its id', async () => {
    await administration.directory.noteDeleted('T001', 6);
    await tenant('create T001');
    await tenant('create T001');
    expect(JSON.parse(await tenant('config T001')).revision).toBe(7);
    expect(await tenant('config T001 --set good.json')).toContain('Revision 8 is in force');
  });
});
