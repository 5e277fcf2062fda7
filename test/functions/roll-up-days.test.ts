import { Logger } from '@aws-lambda-powertools/logger';
import type { Context, SQSEvent } from 'aws-lambda';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RollUpOutcome, RollUpPartition } from '../../domain/metering/days/roll-up.ts';
import { memoryConfigHistory } from '../../domain/tenancy/memory-config-history.ts';
import { emptyConfig } from '../../domain/tenancy/tenant-config.ts';

vi.hoisted(() => {
  Object.assign(process.env, {
    TENANTS_TABLE: 'tenants',
    ACCOUNTS_TABLE: 'accounts',
    LIMIT_QUEUE_URL: 'https://queue.example/limits.fifo',
    USAGE_TABLE: 'usage',
    STREAM_RETENTION_HOURS: '168',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  });
});
const { createHandler } = await import('../../functions/roll-up-days.ts');

const now = Date.parse('2026-11-21T10:00:00Z');
const outcome: RollUpOutcome = {
  accounts: 0,
  days: { written: 0, unchanged: 0, empty: 0, contended: 0, expired: 0 },
  tenantDays: 0,
  marksCleared: 0,
};

let rolled: string[];
let rollUp: RollUpPartition;
beforeEach(() => {
  rolled = [];
  rollUp = async (tenantId, config, partition, at) => {
    if (partition === 13) throw new Error('throttled');
    rolled.push(`${tenantId}/${partition} by ${config.revision} at ${at - now}`);
    return outcome;
  };
});

async function handle(...bodies: string[]): Promise<string[]> {
  const history = memoryConfigHistory();
  await history.appendOnce('T001', emptyConfig);
  await history.appendOnce('T001', { ...emptyConfig, revision: 2 });
  const handler = createHandler({
    history,
    rollUp: (...asked) => rollUp(...asked),
    clock: () => now,
    logger: new Logger(),
  });
  const Records = bodies.map((body, index) => ({ messageId: `m${index}`, body }));
  const { batchItemFailures } = await handler({ Records } as unknown as SQSEvent, {} as Context);
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

const job = (over: object) => JSON.stringify({ job: 'roll-up-days', tenantId: 'T001', ...over });

describe('roll-up-days', () => {
  it('rolls up the partition of each message by the latest configuration', async () => {
    expect(await handle(job({ partition: 3 }), job({ partition: 15 }))).toEqual([]);
    expect(rolled).toEqual(['T001/3 by 2 at 0', 'T001/15 by 2 at 0']);
  });

  it('rolls up every partition where none is named', async () => {
    rollUp = async (_tenantId, _config, partition) => {
      rolled.push(String(partition));
      return outcome;
    };
    expect(await handle(job({}))).toEqual([]);
    expect(rolled).toEqual(Array.from({ length: 16 }, (_, partition) => String(partition)));
  });

  it('answers the messages that failed, and does the others', async () => {
    const failed = await handle(job({ partition: 1 }), job({ partition: 13 }), job({ partition: 2 }));
    expect(failed).toEqual(['m1']);
    expect(rolled).toHaveLength(2);
  });

  it('has nothing to do for a tenant that is not there', async () => {
    expect(await handle(job({ tenantId: 'T404', partition: 0 }))).toEqual([]);
    expect(rolled).toEqual([]);
  });

  it.each([
    'no json',
    'null',
    '[]',
    '{}',
    JSON.stringify({ job: 'other', tenantId: 'T001' }),
    job({ tenantId: '' }),
    job({ tenantId: 7 }),
    job({ partition: 16 }),
    job({ partition: -1 }),
    job({ partition: 1.5 }),
    job({ partition: '3' }),
  ])('leaves the message %s to the dead-letter queue', async (body) => {
    expect(await handle(body)).toEqual(['m0']);
    expect(rolled).toEqual([]);
  });
});
