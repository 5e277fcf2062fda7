import { describe, expect, it } from 'vitest';
import { CommandFault } from '../../../commands/command-fault.ts';
import { streamSender } from '../../../commands/replay/sender.ts';
import { type PartitionedRecord, StreamUnavailable } from '../../../domain/metering/intake/event-stream.ts';
import { decodeStreamRecord, type EventLine } from '../../../events/stream-record.ts';

const line = (id: string, subject = 'acct-1'): EventLine => ({
  tenantId: 'T001',
  receivedAt: '2026-11-21T10:00:00.123Z',
  config: 7,
  event: {
    specversion: '1.0',
    id,
    source: 'phone-1',
    subject,
    type: 'vpn.usage',
    time: '2026-11-21T10:00:00Z',
  },
});

/** A stream that keeps what it gets, and a time that only pauses move on. */
function surroundings() {
  let time = 0;
  const calls: { at: number; records: readonly PartitionedRecord[] }[] = [];
  const stream = {
    appendAll: async (records: readonly PartitionedRecord[]) => void calls.push({ at: time, records }),
  };
  const wait = async (ms: number): Promise<void> => {
    time += ms;
  };
  const pace = { now: () => time, wait };
  const linesSent = () =>
    calls.flatMap(({ records }) =>
      records.flatMap(({ data }) => decodeStreamRecord(data).lines as EventLine[]),
    );
  return { stream, pace, calls, linesSent };
}

describe('streamSender', () => {
  it('sends every line as it was, marked for the consumers, by its own partition', async () => {
    const { stream, pace, calls, linesSent } = surroundings();
    const sender = streamSender(stream, { ...pace, rate: 1_000 });
    await sender.send([{ line: line('a') }, { line: line('b', 'acct-2') }], ['record-usage', 'lake']);
    expect(linesSent()).toEqual([
      { ...line('a'), for: ['record-usage', 'lake'] },
      { ...line('b', 'acct-2'), for: ['record-usage', 'lake'] },
    ]);
    const keys = calls.flatMap(({ records }) => records.map(({ partitionKey }) => partitionKey));
    expect(new Set(keys).size).toBe(2);
    expect(sender.sent).toBe(2);
  });

  it('keeps the text of an event to its last digit', async () => {
    const { stream, pace, calls } = surroundings();
    const text = '{"id":"a","data":{"bytes":9007199254.740991}}';
    await streamSender(stream, { ...pace, rate: 10 }).send([{ line: line('a'), text }], ['record-usage']);
    expect(Buffer.from(calls[0]!.records[0]!.data).toString()).toContain(
      `"event":${text},"for":["record-usage"]`,
    );
  });

  it.each([1, 7, 100, 20_000])('never sends more than %d events a second', async (rate) => {
    const { stream, pace, calls } = surroundings();
    const sender = streamSender(stream, { ...pace, rate });
    const lines = Array.from({ length: 3 * Math.min(rate, 200) + 1 }, (_, index) => ({
      line: line(`e${index}`),
    }));
    for (let part = 0; part < lines.length; part += 50)
      await sender.send(lines.slice(part, part + 50), ['record-usage']);
    let sent = 0;
    for (const { at, records } of calls) {
      // What was sent before this call has had its time.
      expect(at).toBeGreaterThanOrEqual((sent / rate) * 1_000 - 1e-6);
      sent += records.reduce((sum, { data }) => sum + decodeStreamRecord(data).lines.length, 0);
    }
    expect(sent).toBe(lines.length);
  });

  it('says what to do where the stream does not take it', async () => {
    const { pace } = surroundings();
    const stream = {
      appendAll: async () => {
        throw new StreamUnavailable({ records: 1, notStored: 1, lastCause: 'throttled' });
      },
    };
    const sender = streamSender(stream, { ...pace, rate: 10 });
    await expect(sender.send([{ line: line('a') }], ['lake'])).rejects.toThrow(CommandFault);
    await expect(sender.send([{ line: line('a') }], ['lake'])).rejects.toThrow(/Run the command again/);
    expect(sender.sent).toBe(0);
  });
});
