import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactLines } from '../../../commands/replay/exact-lines.ts';
import { lakeSource } from '../../../commands/replay/lake-source.ts';
import type { ReplayLine } from '../../../commands/replay/sender.ts';
import { parseExactJson } from '../../../events/exact-json.ts';
import { type EventLine, encodeLine } from '../../../events/stream-record.ts';
import { lakeOf, line } from '../lake/lake-fixture.ts';

const time = '2021-04-20T21:37:05+02:00';

async function replayed(lines: EventLine[], filter: { types?: string[] } = {}, config?: number) {
  const lake = await lakeOf([lines]);
  const source = await lakeSource(lake, { tenantId: 'T001', ...filter }, config);
  const found: ReplayLine[] = [];
  for await (const batch of source.batches()) found.push(...batch.lines);
  expect(source.total).toBe(found.length);
  return found;
}

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((value) => !/\p{C}/u.test(value));
const number = fc.constantFrom('0.1', '9007199254.740991', '12345678901234567890', '1e3', '-0.50');

describe('lakeSource', () => {
  it('gives every event as it was sent, to the last digit', async () => {
    const sent = fc.record({
      ...{ id: text, source: text, subject: fc.option(text, { nil: undefined }), unit: text, digits: number },
      version: fc.constantFrom(undefined, 1, 3),
      more: fc.option(fc.dictionary(fc.constantFrom('traceparent', 'site', '__proto__'), text), {
        nil: undefined,
      }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(sent, { minLength: 1, maxLength: 8, selector: ({ id }) => id }),
        async (all) => {
          const lines = all.map(({ id, source, subject, unit, digits, version, more }, index) => {
            const attributes = {
              specversion: '1.0',
              id,
              source,
              subject,
              type: 'vpn.usage',
              time,
              dataversion: version,
            };
            const others = JSON.stringify({ ...attributes, ...more, dataschema: 'https://x.example' }).slice(
              0,
              -1,
            );
            const event = parseExactJson(
              `${others},"data":{"bytes":${digits},"unit":${JSON.stringify(unit)}}}`,
            );
            const receivedAt = new Date(Date.UTC(2021, 3, 20, 21, 40, index)).toISOString();
            return { tenantId: 'T001', receivedAt, config: 7, event: event as EventLine['event'] };
          });
          const found = await replayed(lines);
          // Through the text that a replay puts on the stream, and back.
          const read = found.map(
            ({ line, text }) => exactLines(Buffer.from(encodeLine(line, text))).lines[0] as EventLine,
          );
          const plain = (lines: EventLine[]) =>
            lines.map(({ event, ...rest }) => ({
              ...rest,
              event: { ...event, dataversion: event.dataversion ?? 1, data: JSON.stringify(event.data) },
            }));
          expect(plain(read)).toEqual(plain(lines));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('sends a copy of each configuration, the first, in the order of receipt', async () => {
    const copy = (config: number, second: number, bytes: number) =>
      line(
        { id: 'a', subject: 'acct', type: 'vpn.usage', time, data: { bytes } },
        { config, receivedAt: `2021-04-20T21:40:0${second}.000Z` },
      );
    const lines = [copy(1, 2, 22), copy(1, 1, 11), copy(2, 3, 33)];
    const bytesOf = (found: ReplayLine[]) => found.map(({ line }) => line.event.data?.bytes);
    expect(bytesOf(await replayed(lines))).toEqual([11, 33]);
    // One configuration for all: then the first copy says all.
    expect(bytesOf(await replayed(lines, {}, 2))).toEqual([11]);
  });

  it('sends the event types that are asked for', async () => {
    const lines = ['vpn.usage', "it's", 'page.view'].map((type, index) =>
      line(
        { id: `${index}`, type, subject: 'acct', time },
        { receivedAt: `2021-04-20T21:40:0${index}.000Z` },
      ),
    );
    const found = await replayed(lines, { types: ["it's", 'page.view'] });
    expect(found.map(({ line }) => line.event.type)).toEqual(["it's", 'page.view']);
  });
});
