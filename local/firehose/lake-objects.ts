import { randomUUID } from 'node:crypto';
import type { DeliverySettings } from './delivery-settings.ts';
import { objectKey, prefixOf } from './object-keys.ts';
import { parquetOf, parseRow } from './parquet-rows.ts';
import type { SubRecord } from './sub-records.ts';
import type { Transformed } from './transform-lines.ts';

/** An object for the bucket, ready to be put. */
export interface LakeObject {
  key: string;
  body: () => Uint8Array;
}

/** "500 active partitions": what exceeds them goes to the error prefix, as Firehose does it. */
const activePartitionsMax = 500;

interface Pile<Item> {
  items: Item[];
  partitionKeys: Record<string, string>;
  arrivedAt: number;
}

/** The objects that a delivery of lines makes: Parquet by partition, and failed lines by kind of error. */
export function lakeObjects(
  transformed: readonly Transformed[],
  settings: DeliverySettings,
  now: number,
): LakeObject[] {
  const rows = new Map<string, Pile<Record<string, unknown>>>();
  const errors = new Map<string, Pile<string>>();
  const setAside = (line: SubRecord, type: string, errorCode: string, errorMessage: string) =>
    add(errors, type, errorText(line, { errorCode, errorMessage, settings, now }), line.arrivedAt);
  for (const one of transformed) {
    if (one.kind === 'failed') setAside(one.line, 'processing-failed', one.errorCode, one.errorMessage);
    if (one.kind !== 'ok') continue;
    const row = parseRow(one.text, settings.columns);
    const partition = JSON.stringify(one.partitionKeys);
    if (!row)
      setAside(
        one.line,
        'format-conversion-failed',
        'DataFormatConversion.MalformedData',
        'The row is none of the table.',
      );
    else if (!rows.has(partition) && rows.size === activePartitionsMax)
      setAside(
        one.line,
        'activePartitionExceeded',
        'DynamicPartitioning.ActivePartitionsLimitExceeded',
        'Too many partitions.',
      );
    else add(rows, partition, row, one.line.arrivedAt, one.partitionKeys);
  }
  const { name, prefix, errorPrefix, fileExtension, columns } = settings;
  const place = (at: string, extension: string) =>
    objectKey(at, { name, extension, at: now, uniqueId: randomUUID() });
  return [
    ...[...rows.values()].map(({ items, ...facts }) => ({
      key: place(prefixOf(prefix, facts), fileExtension),
      body: () => parquetOf(items, columns),
    })),
    ...[...errors].map(([errorOutputType, { items, arrivedAt }]) => ({
      key: place(prefixOf(errorPrefix, { errorOutputType, arrivedAt }), ''),
      body: () => Buffer.from(`${items.join('\n')}\n`),
    })),
  ];
}

function add<Item>(
  piles: Map<string, Pile<Item>>,
  name: string,
  item: Item,
  arrivedAt: number,
  partitionKeys: Record<string, string> = {},
): void {
  const pile = piles.get(name);
  if (!pile) piles.set(name, { items: [item], partitionKeys, arrivedAt });
  else {
    pile.items.push(item);
    pile.arrivedAt = Math.min(pile.arrivedAt, arrivedAt);
  }
}

interface Failure {
  errorCode: string;
  errorMessage: string;
  settings: DeliverySettings;
  now: number;
}

/** A record of the error prefix, as Firehose writes it ("Handle failure in data transformation"). */
const errorText = (line: SubRecord, { errorCode, errorMessage, settings, now }: Failure): string =>
  JSON.stringify({
    attemptsMade: 1 + settings.transform.retriesMax,
    arrivalTimestamp: line.arrivedAt,
    errorCode,
    errorMessage,
    attemptEndingTimestamp: now,
    rawData: line.data,
    lambdaArn: settings.transform.functionArn,
  });
