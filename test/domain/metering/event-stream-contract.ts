import { beforeEach, describe, expect, it } from 'vitest';
import { type EventStream, StreamUnavailable } from '../../../domain/metering/intake/event-stream.ts';

export interface EventStreamUnderTest {
  stream: EventStream;
  /** Everything that is stored, in any order. */
  stored(): Promise<{ partitionKey: string; data: Uint8Array }[]>;
}

const plenty = () => 20_000;
const recordOf = (key: number, text: string) => ({ partitionKey: `T001/${key}`, data: Buffer.from(text) });

/** What every EventStream promises. */
export function eventStreamContract(start: () => Promise<EventStreamUnderTest>): void {
  describe('an EventStream', () => {
    let under: EventStreamUnderTest;
    beforeEach(async () => {
      under = await start();
    });
    const storedTexts = async () =>
      (await under.stored())
        .map(({ partitionKey, data }) => `${partitionKey} ${Buffer.from(data)}`)
        .toSorted();

    it('has stored every record, with its key, once it has resolved', async () => {
      const records = Array.from({ length: 600 }, (_, at) => recordOf(at % 64, `record ${at}`));
      await under.stream.appendAll(records, plenty);
      const sent = records.map(({ partitionKey, data }) => `${partitionKey} ${data}`).toSorted();
      expect([...new Set(await storedTexts())]).toEqual(sent);
    });

    it('stores again what is appended again', async () => {
      const record = recordOf(1, 'twice');
      await under.stream.appendAll([record], plenty);
      await under.stream.appendAll([record], plenty);
      expect((await storedTexts()).length).toBeGreaterThanOrEqual(2);
    });

    it('says so where no time is left, and has nothing to do with nothing', async () => {
      await expect(under.stream.appendAll([recordOf(1, 'late')], () => 0)).rejects.toBeInstanceOf(
        StreamUnavailable,
      );
      await under.stream.appendAll([], () => 0);
      expect(await storedTexts()).toEqual([]);
    });
  });
}
