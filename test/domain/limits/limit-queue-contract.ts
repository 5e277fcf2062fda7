import { beforeEach, expect, it } from 'vitest';
import type {
  LimitMessage,
  LimitQueue,
  LookAtAccount,
  ThresholdPassed,
} from '../../../domain/limits/limit-queue.ts';

interface QueueUnderTest {
  queue: LimitQueue;
  sent(): Promise<LimitMessage[]>;
}

const threshold: ThresholdPassed = {
  kind: 'threshold',
  tenantId: 'T001',
  // Queues refuse the last of these characters as they stand.
  accountId: 'ac"ct\u{1f697}\ufffe',
  meter: 'bytes',
  cycleStart: 497_000,
  threshold: 80,
  limitRev: 2 ** 50 + 1,
};
const look: LookAtAccount = { kind: 'look', tenantId: 'T001', accountId: 'a', cause: 'ended', endedAt: 7 };

/** What LimitQueue promises, for whichever adapter `create` makes. */
export function limitQueueContract(create: () => Promise<QueueUnderTest>): void {
  let under: QueueUnderTest;
  beforeEach(async () => {
    under = await create();
  });
  const sortedTexts = (messages: LimitMessage[]) => messages.map((one) => JSON.stringify(one)).sort();

  it('gives out what was sent', async () => {
    await under.queue.sendAll([threshold, look]);
    expect(await under.sent()).toEqual(expect.arrayContaining([threshold, look]));
  });

  it('takes many at once', async () => {
    const messages = Array.from({ length: 25 }, (_, index) => ({ ...threshold, accountId: `a${index}` }));
    await under.queue.sendAll(messages);
    expect(sortedTexts(await under.sent())).toEqual(sortedTexts(messages));
  });

  it('takes the same message that is sent again for one', async () => {
    await under.queue.sendAll([threshold]);
    await under.queue.sendAll([threshold, look]);
    await under.queue.sendAll([look]);
    expect(await under.sent()).toHaveLength(2);
  });

  it('tells messages apart by all that they say', async () => {
    const others: LimitMessage[] = [
      threshold,
      { ...threshold, tenantId: 'T002' },
      { ...threshold, accountId: 'b' },
      { ...threshold, meter: 'calls' },
      { ...threshold, cycleStart: 1 },
      { ...threshold, threshold: 100 },
      { ...threshold, limitRev: 3 },
      look,
      { ...look, cause: 'changed' },
    ];
    await under.queue.sendAll(others);
    expect(sortedTexts(await under.sent())).toEqual(sortedTexts(others));
  });
}
