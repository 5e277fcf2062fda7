import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, it, onTestFinished } from 'vitest';
import { localClients } from '../../local/resources/local-clients.ts';
import { eventually } from './support/eventually.ts';
import { meters, stackForTest, usageEvent } from './support/running-stack.ts';
import { tenantClient } from './support/tenant-client.ts';

it('sets garbage on the stream aside with its bytes, and counts what stands around it', async () => {
  const stack = await stackForTest();
  const tenant = tenantClient(stack.localJson, 'T001');
  const { aws, resources } = stack.localJson;
  const clients = localClients(aws.region, aws.endpoints);
  onTestFinished(clients.close);
  const { body } = await tenant.putConfig({ meters });
  const line = (id: string) => {
    const event = usageEvent(stack, { id, subject: 'neighbour', bytes: 7 });
    return JSON.stringify({ tenantId: 'T001', receivedAt: event.time, config: body.revision, event });
  };
  const garbage = Buffer.from([0xff, 0x00, 0x7b, 0x22]);
  const data = [
    Buffer.from(`${line('before')}\n`),
    garbage,
    Buffer.from(`${line('after')}\nnot json\n${line('beside')}\n`),
  ];
  await clients.kinesis.send(
    new PutRecordsCommand({
      StreamName: resources.EventStream,
      Records: data.map((Data) => ({ Data, PartitionKey: 'T001/0' })),
    }),
  );

  const counted = await eventually(
    () => tenant.usage('neighbour', 'meter=bytes'),
    ({ body }) => body.events === 3,
  );
  expect(counted.body.total).toBe(21);
  const Bucket = resources.QuarantineBucket;
  const stored = await eventually(
    // Each consumer sets aside what it cannot read.
    async () => {
      const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket }));
      return Contents.filter(({ Key }) => Key?.includes('/record-usage/'));
    },
    (objects) => objects.length === 2,
  );
  const texts = await Promise.all(
    stored.map(async ({ Key }) =>
      (await clients.s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString(),
    ),
  );
  expect(texts.join()).toContain(garbage.toString('base64'));
});
