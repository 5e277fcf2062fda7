import { createHash } from 'node:crypto';
import type { Quarantined, StreamPosition } from '../../domain/quarantine/quarantine.ts';
import { decodeFailedBatch } from '../../events/failed-batch.ts';
import { decodeFirehoseErrors } from '../../events/firehose-error.ts';
import { decodeStreamRecord, type EventLine, encodeLine, isHeartbeat } from '../../events/stream-record.ts';
import type { StoredObject } from '../s3-objects.ts';

/** What an object of a failure destination is in the quarantine: the same items whenever it is read. */
export type FailureItems = (object: StoredObject, bytes: Uint8Array) => Quarantined[];

/** Consumers of the stream with a mapping; a function's name ends in its own, whatever the stage. */
const consumers = ['record-usage', 'count-traffic'];

/** What mappings have given up: every record of the batch, whole. */
export const itemsOfBatch: FailureItems = (object, bytes) => {
  const batch = decodeFailedBatch(bytes);
  if (!batch) return [wholeObject(object, bytes, 'it is no invocation record of a mapping')];
  const { functionName, condition, records } = batch;
  const consumer = consumers.find((name) => functionName.endsWith(name)) ?? functionName;
  const detail = `the batch was tried as often as its bounds allow (${condition || 'no condition given'})`;
  return records.flatMap(({ bytes: data, ...position }) =>
    partsOf(data).map((part) => ({ ...part, reason: 'gave_up' as const, detail, consumer, position })),
  );
};

/** What Firehose could not deliver: its records, those of a tenant and a cause together where they stand in a row. */
export const itemsOfFirehoseErrors: FailureItems = (object, bytes) => {
  const { errors, bad } = decodeFirehoseErrors(bytes);
  const packs: Pack[] = [];
  for (const { errorCode, errorMessage, arrivedAt, bytes: data } of errors) {
    const cause = `Firehose could not deliver it: ${errorCode} ${errorMessage}`.trim();
    for (const part of partsOf(data)) pack(packs, part, { cause, arrivedAt });
  }
  const strange = { cause: `${object.key}: the line is none of Firehose's`, arrivedAt: object.storedAt };
  for (const line of bad) pack(packs, { bytes: line, isBad: true }, strange);
  return packs.map(({ tenantId, parts, arrivedAt, isBad, cause }, index) => ({
    ...(tenantId !== undefined && { tenantId }),
    reason: isBad ? 'undecodable' : 'gave_up',
    detail: cause,
    consumer: 'lake',
    position: placeOf(object, String(index), arrivedAt),
    bytes: Buffer.concat(parts),
  }));
};

/** As much as a record of the stream holds, so that what is replayed fits one. */
const packBytesMax = 200 * 1024;

interface Pack {
  tenantId: string | undefined;
  cause: string;
  isBad: boolean;
  arrivedAt: number;
  parts: Uint8Array[];
  bytes: number;
}

/** Adds a part to the last pack where it is of the same tenant and cause; what nobody can read stays alone. */
function pack(packs: Pack[], part: Part, { cause, arrivedAt }: Pick<Pack, 'cause' | 'arrivedAt'>): void {
  const last = packs.at(-1);
  const isLike =
    last && !last.isBad && !part.isBad && last.tenantId === part.tenantId && last.cause === cause;
  if (isLike && last.bytes + part.bytes.length <= packBytesMax) {
    last.parts.push(part.bytes);
    last.bytes += part.bytes.length;
    return;
  }
  const { tenantId, isBad, bytes } = part;
  packs.push({ tenantId, cause, isBad, arrivedAt, parts: [bytes], bytes: bytes.length });
}

interface Part {
  /** Undefined where nobody can tell. */
  tenantId?: string;
  bytes: Uint8Array;
  isBad: boolean;
}

/** A record's bytes by tenant, so that none is filed under another's name. Ours hold one tenant and stay as they are. */
function partsOf(bytes: Uint8Array): Part[] {
  const { lines, bad } = decodeStreamRecord(bytes);
  const events = lines.filter((line): line is EventLine => !isHeartbeat(line));
  const byTenant = Map.groupBy(events, ({ tenantId }) => tenantId);
  const [first] = byTenant.keys();
  if (bad.length === 0 && byTenant.size === 1 && first !== undefined)
    return [{ tenantId: first, bytes: withNewline(bytes), isBad: false }];
  return [
    ...[...byTenant].map(([tenantId, ofTenant]) => ({
      tenantId,
      bytes: Buffer.from(`${ofTenant.map((line) => encodeLine(line)).join('\n')}\n`),
      isBad: false,
    })),
    ...bad.map((line) => ({ bytes: line.bytes, isBad: true })),
  ];
}

const withNewline = (bytes: Uint8Array): Uint8Array =>
  bytes.at(-1) === 10 ? bytes : Buffer.concat([bytes, Buffer.of(10)]);

/** What nobody can read is set aside as it stands, so that nothing is lost and the destination gets empty. */
function wholeObject(object: StoredObject, bytes: Uint8Array, why: string): Quarantined {
  return {
    reason: 'undecodable',
    detail: `${object.key}: ${why}`,
    consumer: 'file-failed-batches',
    position: placeOf(object, '0', object.storedAt),
    bytes,
  };
}

function placeOf({ key }: StoredObject, part: string, arrivedAt: number): StreamPosition {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return { shardId: 'object', sequenceNumber: `${digest}-${part}`, arrivedAt };
}
