import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it, onTestFinished } from 'vitest';
import { localClients } from '../../local/resources/local-clients.ts';
import type { StackHandle } from '../../local/start.ts';
import { eventually } from './support/eventually.ts';
import { runCommand } from './support/run-command.ts';
import { meters, stackForTest, usageEvent } from './support/running-stack.ts';
import { tenantClient } from './support/tenant-client.ts';
import { tenantCommand } from './support/tenant-command.ts';

const plans = [{ name: 'basic', default: true, limits: [{ meter: 'bytes', perCycle: 1_000 }] }];

function clientsOf(stack: StackHandle) {
  const { aws } = stack.localJson;
  const clients = localClients(aws.region, aws.endpoints);
  onTestFinished(clients.close);
  return clients;
}

const span = (stack: StackHandle) => {
  const at = (ms: number) => new Date(stack.clock.now() + ms).toISOString();
  return ['--tenant', 'T001', '--from', at(-86_400_000), '--to', at(3_600_000), '--wait', '5'];
};

/** Equal, and of so many events. */
const untilEqual = (stack: StackHandle, events: number) =>
  eventually(
    async () => {
      const { code, stdout } = await runCommand(stack.dataDir, 'reconcile', ...span(stack), '--json');
      return { code, events: JSON.parse(stdout).events };
    },
    (result) => result.code === 0 && result.events === events,
  );

it('erases an account from tables, lake and quarantine, and leaves the others as they were', async () => {
  const stack = await stackForTest();
  const tenant = tenantClient(stack.localJson, 'T001');
  await tenant.putConfig({ meters, plans });
  const events = ['leaving', 'staying'].flatMap((subject) =>
    [1, 2, 3].map((number) =>
      usageEvent(stack, { id: `${subject}-${number}`, subject, bytes: 600, minutesAgo: number }),
    ),
  );
  await tenant.post(events);
  const suspended = (account: string) => tenant.get(`accounts/${account}/access`);
  await eventually(
    () => suspended('leaving'),
    ({ body }) => body.allowed === false,
  );
  await untilEqual(stack, 6);

  const said = await tenantCommand(stack, 'erase', 'T001', '--account', 'leaving', '--yes');
  expect(said.join('\n')).toMatch(/\d+ {2}pages of windows/);
  expect(said.join('\n')).toMatch(/3 {2}events in the lake/);
  expect(said.join('\n')).toContain('The stream holds 3 events of it, each as often as it was sent');
  expect((await suspended('leaving')).body.allowed).toBe(true);
  expect((await suspended('staying')).body.allowed).toBe(false);
  expect((await tenant.usage('leaving', 'meter=bytes')).body.events ?? 0).toBe(0);
  expect((await tenant.usage('staying', 'meter=bytes')).body.events).toBe(3);
  const { body: list } = await tenant.get('accounts');
  expect((list.accounts as { accountId: string }[]).map(({ accountId }) => accountId)).toEqual(['staying']);
  await untilEqual(stack, 3);
  const again = await tenantCommand(stack, 'erase', 'T001', '--account', 'leaving', '--yes');
  expect(again[0]).toBe('Nothing was found.');
});

it('deletes a tenant, whose keys then work no more, and begins anew under its id', async () => {
  const stack = await stackForTest();
  const [first, second] = ['T001', 'T002'].map((tenantId) => tenantClient(stack.localJson, tenantId)) as [
    ReturnType<typeof tenantClient>,
    ReturnType<typeof tenantClient>,
  ];
  for (const tenant of [first, second]) {
    await tenant.putConfig({ meters });
    await tenant.post([usageEvent(stack, { id: 'a' }), usageEvent(stack, { id: 'b' })]);
  }
  await untilEqual(stack, 2);
  const { body: config } = await first.call('manage', '/v1/tenants/T001/config');

  const said = (await tenantCommand(stack, 'delete', 'T001', '--yes')).join('\n');
  for (const what of [
    '3  API keys',
    '3  topics',
    'items of usage, accounts and traffic',
    'files of the lake',
  ])
    expect(said).toContain(what);
  expect(said).toContain('The stream holds 2 events of it');
  // The gateway's cache of what its keys may do is out of date after a minute.
  await stack.clock.advance(61_000);
  await eventually(
    () => first.get('accounts'),
    ({ status }) => status === 401,
  );
  expect((await second.usage('acct-1', 'meter=bytes')).body.events).toBe(2);
  await eventually(
    () => tenantCommand(stack, 'delete', 'T001', '--yes'),
    ([line]) => line === 'Nothing was found.',
  );

  await tenantCommand(stack, 'create', 'T001');
  const fresh = JSON.parse((await tenantCommand(stack, 'config', 'T001')).join('\n'));
  expect(fresh.meters).toEqual([]);
  expect(fresh.revision).toBeGreaterThan(config.revision as number);
});

it('files a batch that a mapping gave up, and counts it once it is replayed', async () => {
  const stack = await stackForTest();
  const clients = clientsOf(stack);
  const tenant = tenantClient(stack.localJson, 'T001');
  const { body } = await tenant.putConfig({ meters });
  const event = usageEvent(stack, { id: 'given-up', subject: 'late', bytes: 7 });
  const line = { tenantId: 'T001', receivedAt: event.time, config: body.revision, event };
  const { FailedBatchesBucket: Bucket } = stack.localJson.resources;
  const record = {
    eventID: 'shardId-000000000000:123',
    kinesis: {
      sequenceNumber: '123',
      data: Buffer.from(`${JSON.stringify(line)}\n`).toString('base64'),
      approximateArrivalTimestamp: stack.clock.now() / 1000,
    },
  };
  const Body = JSON.stringify({
    requestContext: {
      functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:tidegate-local-record-usage',
      condition: 'RetryAttemptsExhausted',
    },
    payload: { Records: [record] },
  });
  await clients.s3.send(new PutObjectCommand({ Bucket, Key: 'aws/lambda/mapping/shard/one', Body }));

  await stack.clock.advance(5 * 60_000);
  const list = () => runCommand(stack.dataDir, 'quarantine', 'list', '--tenant', 'T001', '--keys');
  const { stdout: key } = await eventually(list, ({ stdout }) =>
    stdout.includes('reason=gave_up/record-usage'),
  );
  const shown = await runCommand(stack.dataDir, 'quarantine', 'show', key.trim());
  expect(shown.stdout).toContain('"given-up"');
  const replayed = await runCommand(stack.dataDir, 'quarantine', 'replay', '--reason', 'gave_up');
  expect(replayed.stdout).toContain('1 events of 1 objects are on the stream again.');
  await eventually(
    () => tenant.usage('late', 'meter=bytes'),
    ({ body }) => body.total === 7,
  );
  expect((await list()).stdout).toBe('');
});
