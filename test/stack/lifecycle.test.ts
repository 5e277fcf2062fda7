import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { start } from '../../local/start.ts';
import { eventually } from './support/eventually.ts';
import { npmStart } from './support/npm-start.ts';
import { meters, stackForTest, temporaryFolder, usageEvent } from './support/running-stack.ts';
import { tenantClient } from './support/tenant-client.ts';

const folderForTest = (): string => {
  const { path, remove } = temporaryFolder();
  onTestFinished(remove);
  return path;
};

describe('a stack that is started again on its folder', () => {
  it('has kept configurations, counts, keys, addresses and its clock', async () => {
    const dataDir = folderForTest();
    const first = await start({ port: 0, dataDir, now: Date.parse('2027-01-31T23:30:00Z') });
    const tenant = tenantClient(first.localJson, 'T001');
    await tenant.putConfig({ meters });
    await tenant.post([usageEvent(first, { id: 'kept', bytes: 42 })]);
    const counted = async (stack: typeof first) =>
      eventually(
        () => tenantClient(stack.localJson, 'T001').usage('acct-1', 'meter=bytes'),
        ({ body }) => body.events === 1,
      );
    await counted(first);
    const before = await first.clock.advance(3_600_000);
    await first.stop();

    const second = await start({ port: 0, dataDir, now: Date.parse('2026-01-01T00:00:00Z') });
    onTestFinished(() => second.stop());
    expect(second.localJson).toEqual(first.localJson);
    expect(second.clock.now()).toBeGreaterThanOrEqual(before);
    const repeated = tenantClient(second.localJson, 'T001');
    await repeated.post([{ ...usageEvent(first, { id: 'kept', bytes: 42 }), time: '2027-01-31T23:30:01Z' }]);
    await repeated.post([usageEvent(second, { id: 'new', subject: 'acct-2', bytes: 1 })]);
    await eventually(
      () => repeated.usage('acct-2', 'meter=bytes'),
      ({ body }) => body.events === 1,
    );
    expect((await counted(second)).body.total).toBe(42);
  });

  it('writes local.json with keys that work where it was deleted', async () => {
    const dataDir = folderForTest();
    const first = await start({ port: 0, dataDir });
    await first.stop();
    expect(statSync(join(dataDir, 'local.json')).mode & 0o777).toBe(0o600);
    unlinkSync(join(dataDir, 'local.json'));
    const second = await start({ port: 0, dataDir });
    onTestFinished(() => second.stop());
    for (const { tenantId, keys } of second.localJson.tenants) {
      expect(keys.read).not.toBe(
        first.localJson.tenants.find((tenant) => tenant.tenantId === tenantId)?.keys.read,
      );
      for (const [scope, key] of Object.entries(keys)) {
        const response = await fetch(`${second.api}/v1/whoami`, {
          headers: { authorization: `Bearer ${key}` },
        });
        expect(await response.json()).toMatchObject({ tenantId, scopes: [scope] });
      }
    }
  });

  it('counts what it had acknowledged when it was killed', async () => {
    const dataDir = folderForTest();
    const first = npmStart(dataDir, ['--no-demo', '--port', '0', '--batch-window', '5']);
    const local = await first.ready();
    const tenant = tenantClient(local, 'T001');
    await tenant.putConfig({ meters });
    const time = new Date().toISOString();
    const events = Array.from({ length: 200 }, (_, index) => ({
      ...{ specversion: '1.0', id: `e${index}`, source: 'phone', subject: 'killed', type: 'vpn.usage', time },
      data: { bytes: 1 },
    }));
    for (const event of events.slice(0, 20)) expect((await tenant.post([event])).status).toBe(202);
    expect((await tenant.post(events)).status).toBe(202);
    process.kill(-(first.child.pid as number), 'SIGKILL');
    await first.exit();

    const second = npmStart(dataDir, ['--no-demo', '--port', '0']);
    const again = tenantClient(await second.ready(), 'T001');
    const { body } = await eventually(
      () => again.usage('killed', 'meter=bytes'),
      (answer) => Number(answer.body.events) >= 200,
    );
    expect(body).toMatchObject({ events: 200, total: 200 });
  });
});

describe('npm start', () => {
  it('shows the way, ends on SIGTERM with 0 and leaves no process and no lock', async () => {
    const dataDir = folderForTest();
    const started = npmStart(dataDir, ['--no-demo', '--port', '0']);
    const { api, tenants } = await started.ready();
    expect(started.output()).toContain(`curl -s ${api}/v1/tenants/T001/events`);
    expect(started.output()).toContain(tenants[1]?.keys.manage);
    const pid = started.child.pid as number;
    process.kill(pid, 'SIGTERM');
    expect(await started.exit()).toBe(0);
    const left = execFileSync('ps', ['-eo', 'pgid=,args='])
      .toString()
      .split('\n')
      .filter((line) => Number.parseInt(line, 10) === pid);
    expect(left).toEqual([]);
    const next = await start({ port: 0, dataDir });
    await next.stop();
  });

  it('ends with 1 and says which emulator has died', async () => {
    const killer = join(folderForTest(), 'killer.mjs');
    writeFileSync(
      killer,
      `import { workerData } from 'node:worker_threads';
       if (workerData?.name === 'dynamodb') {
         const { Server } = await import('node:http');
         const emit = Server.prototype.emit;
         Server.prototype.emit = function (name, ...rest) {
           if (name === 'request' && rest[0].headers['x-fatal']) throw new Error('out of luck');
           return emit.call(this, name, ...rest);
         };
       }`,
    );
    const started = npmStart(folderForTest(), ['--no-demo', '--port', '0'], {
      NODE_OPTIONS: `--import ${killer}`,
    });
    const { aws } = await started.ready();
    await fetch(aws.endpoints.dynamodb, { headers: { 'x-fatal': 'yes' } }).catch(() => undefined);
    expect(await started.exit()).toBe(1);
    expect(started.output()).toMatch(/The dynamodb emulator has died: Error: out of luck\.\n$/);
  });

  it.each([
    { flags: ['--colour'], said: /Unknown option '--colour'; npm start -- --help lists the flags\./ },
    { flags: ['--port', 'http'], said: /--port takes a whole number from 0 to 65535, not "http"\./ },
    { flags: ['--batch-window', '301'], said: /--batch-window takes a whole number from 0 to 300/ },
    { flags: ['--now', 'yesterday'], said: /--now takes a time with its zone/ },
  ])('says what is wrong with $flags', async ({ flags, said }) => {
    const started = npmStart(folderForTest(), flags);
    expect(await started.exit()).toBe(1);
    expect(started.output()).toMatch(said);
    expect(started.output().trim().split('\n')).toHaveLength(1);
  });
});

describe('what keeps it from starting is said in a sentence', () => {
  it('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const dataDir = folderForTest();
    await expect(start({ port, dataDir })).rejects.toThrow(
      `Port ${port} is in use: stop what listens there, or choose another`,
    );
    const next = await start({ port: 0, dataDir });
    await next.stop();
  });

  it('another stack on the same folder, also in the same process', async () => {
    const running = await stackForTest();
    await expect(start({ port: 0, dataDir: running.dataDir })).rejects.toThrow(
      /Another stack \(process \d+\) runs on the data folder .*: stop it, or give this one a folder of its own/,
    );
    const other = npmStart(running.dataDir, ['--no-demo', '--port', '0']);
    expect(await other.exit()).toBe(1);
    expect(other.output()).toMatch(/^Another stack \(process \d+\) runs on the data folder/);
  });

  it('a data folder that is a file, or lies below one', async () => {
    const file = join(folderForTest(), 'file');
    writeFileSync(file, '');
    await expect(start({ port: 0, dataDir: file })).rejects.toThrow(/is a file, not a folder/);
    await expect(start({ port: 0, dataDir: join(file, 'below') })).rejects.toThrow(
      /lies below something that is no folder/,
    );
  });

  it('a file in it that cannot be read', async () => {
    const dataDir = folderForTest();
    writeFileSync(join(dataDir, 'clock.json'), '{"offsetMs":');
    await expect(start({ port: 0, dataDir })).rejects.toThrow(
      /clock\.json cannot be read .* start anew with --fresh/,
    );
    const fresh = await start({ port: 0, dataDir, fresh: true });
    await fresh.stop();
  });
});

it('empties only what is its own with --fresh', async () => {
  const dataDir = folderForTest();
  writeFileSync(join(dataDir, 'notes.txt'), 'mine');
  const first = await start({ port: 0, dataDir });
  await tenantClient(first.localJson, 'T001').putConfig({ meters });
  await first.stop();
  const second = await start({ port: 0, dataDir, fresh: true });
  onTestFinished(() => second.stop());
  const { body } = await tenantClient(second.localJson, 'T001').get('config');
  expect(body.meters).toEqual([]);
  expect(readFileSync(join(dataDir, 'notes.txt'), 'utf8')).toBe('mine');
  expect(existsSync(join(dataDir, 'local.json'))).toBe(true);
  expect(readdirSync(dataDir).filter((name) => name.endsWith('.draft'))).toEqual([]);
});
