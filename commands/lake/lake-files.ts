import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { lateAfterMs } from '../../domain/lake/lake-partition.ts';
import { lateTable } from '../../domain/lake/table-name.ts';
import { eventAgeMaxMs, eventAheadMaxMs } from '../../domain/metering/intake/accept-events.ts';
import type { StackTarget } from '../stack-target.ts';

/** Of which tenant, and of which time of the events: [from, to), epoch milliseconds. What is absent has no bound. */
export interface LakeRange {
  tenant?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
}

/** A Parquet file of the lake. */
export interface LakeFile {
  key: string;
  /** Changes with the content. */
  etag: string;
  bytes: number;
  tenantId: string;
  /** Of an event type (`domain/lake/table-name`), or `late`, which holds those of any type. */
  table: string;
  /** `dataversion` of its events; 0 for `late`. */
  version: number;
  /** The UTC day of its events, 2026-11-21; for `late`, that of their receipt. */
  day: string;
}

export const lakeBucketId = 'LakeBucket';

/** A client of the stack's objects, wherever they are. */
export function lakeClient(target: StackTarget): S3Client {
  const config = target.client('s3');
  return new S3Client({ ...config, ...(config.endpoint && { forcePathStyle: true }) });
}

/** The files that may hold events of the range, by key. */
export async function listLakeFiles(target: StackTarget, range: LakeRange): Promise<LakeFile[]> {
  const client = lakeClient(target);
  try {
    return (await listAllFiles(client, target, range.tenant)).filter((file) => mayHold(file, range));
  } finally {
    client.destroy();
  }
}

/** All files of the lake, or of a tenant. */
export async function listAllFiles(
  client: S3Client,
  target: StackTarget,
  tenant: string | undefined,
): Promise<LakeFile[]> {
  const files: LakeFile[] = [];
  const Prefix = tenant === undefined ? 'tenant=' : `tenant=${tenant}/`;
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: target.resource(lakeBucketId),
        Prefix,
        ...(token && { ContinuationToken: token }),
      }),
    );
    for (const { Key = '', ETag = '', Size = 0 } of page.Contents ?? []) {
      const file = parseKey(Key);
      if (file) files.push({ ...file, key: Key, etag: ETag.replaceAll('"', ''), bytes: Size });
    }
    token = page.NextContinuationToken;
  }
  return files;
}

const keyPattern =
  /^tenant=([^/]+)\/table=([^/]+)\/version=(\d)\/year=(\d{4})\/month=(\d\d)\/day=(\d\d)\/[^/]+\.parquet$/;

function parseKey(key: string): Pick<LakeFile, 'tenantId' | 'table' | 'version' | 'day'> | undefined {
  const [, tenantId, table, version, year, month, day] = keyPattern.exec(key) ?? [];
  if (tenantId === undefined || table === undefined) return undefined;
  return { tenantId, table, version: Number(version), day: `${year}-${month}-${day}` };
}

const dayMs = 86_400_000;

/** Whether a file may hold events of the range: by its day, or where that is of the receipt, by how late they may be. */
export function mayHold(file: LakeFile, { from = -Infinity, to = Infinity }: LakeRange): boolean {
  const start = Date.parse(`${file.day}T00:00:00Z`);
  const end = start + dayMs;
  if (file.table !== lateTable) return start < to && end > from;
  return start - eventAgeMaxMs - eventAheadMaxMs < to && end - lateAfterMs > from;
}
