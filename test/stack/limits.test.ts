import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { suspensionTtlMs } from '../../infra/limits/current-suspensions.ts';
import { type StackHandle, start } from '../../local/start.ts';
import { eventually } from './support/eventually.ts';
import { meters, temporaryFolder, usageEvent } from './support/running-stack.ts';
import { tenantClient } from './support/tenant-client.ts';
import { tenantCommand } from './support/tenant-command.ts';

const account = 'acct-1';
const limit = (perCycle: number) => [{ meter: 'bytes', perCycle, nearPercent: [80] }];

let stack: StackHandle;
let tenant: ReturnType<typeof tenantClient>;
let sqs: SQSClient;
let inbox: string;
let sent = 0;
const folder = temporaryFolder();

beforeAll(async () => {
  stack = await start({ port: 0, dataDir: folder.path, now: Date.parse('2026-11-30T22:20:00Z') });
  tenant = tenantClient(stack.localJson, 'T001');
  const { region, endpoints } = stack.localJson.aws;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  sqs = new SQSClient({ region, endpoint: endpoints.sqs, credentials });
  inbox = (await sqs.send(new CreateQueueCommand({ QueueName: 'inbox' }))).QueueUrl as string;
  const names = new GetQueueAttributesCommand({ QueueUrl: inbox, AttributeNames: ['QueueArn'] });
  const arn = (await sqs.send(names)).Attributes?.QueueArn as string;
  const subscription = ['--topic', 'accounts', '--protocol', 'sqs', '--endpoint', arn];
  expect(await tenantCommand(stack, 'subscribe', 'T001', ...subscription)).toEqual([
    `${arn} is told of accounts of T001 from now on.`,
  ]);
  const plans = [{ name: 'basic', default: true, limits: limit(1_000) }];
  expect((await tenant.putConfig({ meters, plans })).status).toBe(200);
});
afterAll(async () => {
  sqs?.destroy();
  await stack?.stop();
  folder.remove();
});

const path = `/v1/tenants/T001/accounts/${account}`;
const access = async (id = account) => (await tenant.get(`accounts/${id}/access`)).body;
const shown = async () => (await tenant.get(`accounts/${account}`)).body;
const post = (...given: object[]) =>
  tenant.post(given.map((one) => usageEvent(stack, { id: `e${sent++}`, ...one })));
const setLimit = (perCycle: number) =>
  tenant.call('manage', path, { method: 'PUT', body: JSON.stringify({ limits: limit(perCycle) }) });

/** What was told since the last time, once so many messages are there. */
async function told(count: number): Promise<Record<string, unknown>[]> {
  const messages: Record<string, unknown>[] = [];
  await eventually(
    async () => {
      const receive = new ReceiveMessageCommand({ QueueUrl: inbox, MaxNumberOfMessages: 10 });
      for (const { Body, ReceiptHandle } of (await sqs.send(receive)).Messages ?? []) {
        const { Message } = JSON.parse(Body as string) as { Message: string };
        // SNS picks the text that is for queues; the emulator hands on all of them.
        await sqs.send(new DeleteMessageCommand({ QueueUrl: inbox, ReceiptHandle }));
        messages.push(JSON.parse(Message));
      }
      return messages.length;
    },
    (length) => length >= count,
  );
  return messages;
}
const kinds = (messages: Record<string, unknown>[]) => messages.map(({ kind }) => kind).toSorted();

describe('an account on a plan with a limit', () => {
  it('is served below it', async () => {
    expect((await post({ bytes: 700 })).status).toBe(202);
    await eventually(shown, ({ meters }) => JSON.stringify(meters ?? []).includes('700'));
    expect(await shown()).toMatchObject({
      plan: 'basic',
      status: 'active',
      meters: [{ state: 'within' }, {}],
    });
    expect(await access()).toEqual({ accountId: account, allowed: true });
  });

  it('is cut off and told of when it is reached', async () => {
    expect((await post({ bytes: 400 })).status).toBe(202);
    expect(await eventually(access, ({ allowed }) => allowed === false)).toEqual({
      accountId: account,
      allowed: false,
      reason: 'limit_reached',
      meter: 'bytes',
      until: '2026-12-01T00:00:00Z',
    });
    const messages = await told(3);
    expect(kinds(messages)).toEqual(['account.suspended', 'limit.near', 'limit.reached']);
    for (const message of messages) {
      expect(message).toMatchObject({ tenantId: 'T001', accountId: account, meter: 'bytes', used: 1_100 });
    }
    expect(await shown()).toMatchObject({ status: 'suspended', meters: [{ state: 'reached' }, {}] });
    const { body } = await tenant.get('accounts?status=suspended');
    expect(body).toMatchObject({ accounts: [{ accountId: account }] });
  });

  it('has its events refused, and no others', async () => {
    const refused = await eventually(
      () =>
        post(
          { bytes: 1 },
          { bytes: 1, subject: 'other' },
          { type: 'shop.order' },
          { minutesAgo: 60, bytes: 5 },
        ),
      ({ body }) => body.accepted !== 4,
    );
    expect(refused).toMatchObject({
      status: 202,
      body: { accepted: 3, rejected: [{ index: 0, code: 'account_suspended' }] },
    });
    expect(await access('other')).toEqual({ accountId: 'other', allowed: true });
  });

  it('is open at once when its limit is raised', async () => {
    const raised = await setLimit(10_000);
    expect(raised).toMatchObject({ status: 200, body: { status: 'active', limits: [{ perCycle: 10_000 }] } });
    expect(await access()).toEqual({ accountId: account, allowed: true });
    await stack.clock.advance(suspensionTtlMs);
    expect((await post({ bytes: 1 })).body).toMatchObject({ accepted: 1, rejected: [] });
    expect((await told(1)).map(({ kind, reason }) => [kind, reason])).toEqual([
      ['account.resumed', 'limit_raised'],
    ]);
  });

  it('is closed at once when it is lowered', async () => {
    expect((await setLimit(500)).body).toMatchObject({ status: 'suspended' });
    expect((await access()).allowed).toBe(false);
    expect(kinds(await told(3))).toEqual(['account.suspended', 'limit.near', 'limit.reached']);
  });

  it('is open when the cycle turns, without anybody acting', async () => {
    await stack.clock.advance(Date.parse('2026-12-01T00:00:00Z') - stack.clock.now());
    expect(await access()).toEqual({ accountId: account, allowed: true });
    expect((await post({ bytes: 1 })).body).toMatchObject({ accepted: 1, rejected: [] });
    await stack.clock.advance(60_000);
    expect((await told(1)).map(({ kind, reason }) => [kind, reason])).toEqual([
      ['account.resumed', 'cycle_ended'],
    ]);
    await eventually(shown, ({ meters }) => JSON.stringify(meters ?? []).includes('"used":1,'));
  });
});

describe('a plan', () => {
  it('that is lowered cuts off whom it is too small for, and one that is raised opens', async () => {
    const put = (perCycle: number) =>
      tenant.putConfig({ meters, plans: [{ name: 'basic', default: true, limits: limit(perCycle) }] });
    expect((await post({ subject: 'planned', bytes: 300 })).status).toBe(202);
    await eventually(
      () => tenant.usage('planned', 'meter=bytes'),
      ({ body }) => body.total === 300,
    );
    expect(await access('planned')).toMatchObject({ allowed: true });
    await put(200);
    await eventually(
      () => access('planned'),
      ({ allowed }) => allowed === false,
    );
    await put(400);
    await eventually(
      () => access('planned'),
      ({ allowed }) => allowed === true,
    );
  });
});
