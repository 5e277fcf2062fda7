import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { eachAtOnce } from '../../domain/metering/at-once.ts';
import type { StackTarget } from '../stack-target.ts';
import { type LakeFile, lakeBucketId } from './lake-files.ts';

/** A file of the lake on this machine. */
export interface CachedFile extends LakeFile {
  path: string;
}

const fetchesAtOnce = 16;

/**
 * Keeps copies of the lake's files on this machine, so that SQL reads them here and nothing that it does reaches the
 * lake. A copy that the lake no longer has (its events were erased, say) is removed.
 */
export interface LakeCache {
  folder: string;
  /** Fetches what is not here yet. */
  fetchAll(files: readonly LakeFile[]): Promise<CachedFile[]>;
  /** Removes copies of a tenant, or of all, that are of none of these files. */
  keepOnly(files: readonly LakeFile[], tenant: string | undefined): Promise<void>;
}

export function lakeCache(client: S3Client, target: StackTarget): LakeCache {
  const bucket = target.resource(lakeBucketId);
  // Stacks on one machine call their buckets the same.
  const stack = hashOf(`${target.client('s3').endpoint ?? ''} ${bucket}`);
  const root = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(root, 'tidegate', 'lake', stack);
  const pathOf = (file: LakeFile) =>
    join(folder, hashOf(file.tenantId), hashOf(`${file.key} ${file.etag}`) + extension);

  async function fetchOne(file: LakeFile): Promise<void> {
    const path = pathOf(file);
    if (existsSync(path)) return;
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: file.key }));
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${randomUUID()}`;
    await writeFile(draft, (await Body?.transformToByteArray()) ?? '', { mode: 0o600 });
    await rename(draft, path);
  }

  return {
    folder,
    async fetchAll(files) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await eachAtOnce(files, fetchesAtOnce, fetchOne);
      return files.map((file) => ({ ...file, path: pathOf(file) }));
    },
    async keepOnly(files, tenant) {
      const kept = new Set(files.map(pathOf));
      const place = tenant === undefined ? folder : join(folder, hashOf(tenant));
      const found = await readdir(place, { recursive: true, withFileTypes: true }).catch(() => []);
      for (const entry of found) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && path.endsWith(extension) && !kept.has(path)) await rm(path, { force: true });
      }
    },
  };
}

const extension = '.parquet';
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
