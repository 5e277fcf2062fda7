import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { S3Objects } from '../../infra/s3-objects.ts';
import { listLakeFiles } from '../lake/lake-files.ts';
import { quoted } from '../lake/lake-views.ts';
import { openLake } from '../lake/open-lake.ts';
import type { StackTarget } from '../stack-target.ts';
import type { AccountName, Removed } from './erase-account.ts';

interface LakeBucket {
  stack: StackTarget;
  objects: Pick<S3Objects, 'put' | 'remove'>;
}

/**
 * Writes the files of the lake that hold events of the account anew, without them. An object is replaced whole, so
 * that a reader sees either; who dies in between goes on where he was.
 */
export async function eraseAccountFromLake(
  { stack, objects }: LakeBucket,
  { tenantId, accountId }: AccountName,
): Promise<Removed[]> {
  const lake = await openLake(stack, { tenant: tenantId });
  const removed = { events: 0, files: 0 };
  try {
    const subject = quoted(accountId);
    const held = await lake.rows(
      `select file, count(*)::int as events from copies where subject = ${subject} group by file`,
    );
    for (const { file: path, events } of held) {
      const file = lake.files.find((one) => one.path === path);
      if (!file) throw new Error(`The lake's view names ${path}, which is none of its files.`);
      const draft = join(dirname(file.path), `${randomUUID()}.draft`);
      const rest = `select * from read_parquet(${quoted(file.path)}) where subject is distinct from ${subject}`;
      try {
        await lake.connection.run(`copy (${rest}) to ${quoted(draft)} (format parquet, compression snappy)`);
        const [left] = await lake.rows(`select count(*)::int as events from read_parquet(${quoted(draft)})`);
        if (left?.events === 0) await objects.remove(file.key);
        else await objects.put(file.key, await readFile(draft), 'application/octet-stream');
      } finally {
        await rm(draft, { force: true });
      }
      removed.events += Number(events);
      removed.files += 1;
    }
    // The copies on this machine that still hold them go as well.
    if (removed.files > 0) (await openLake(stack, { tenant: tenantId, from: 0, to: 1 })).close();
  } finally {
    lake.close();
  }
  return [
    { what: 'events in the lake', count: removed.events },
    { what: 'files of the lake that were written anew', count: removed.files },
  ];
}

/** Removes all files of a tenant. */
export async function deleteTenantFromLake(
  { stack, objects }: LakeBucket,
  tenantId: string,
): Promise<Removed[]> {
  const files = await listLakeFiles(stack, { tenant: tenantId });
  for (const { key } of files) await objects.remove(key);
  if (files.length > 0) (await openLake(stack, { tenant: tenantId })).close();
  return [{ what: 'files of the lake', count: files.length }];
}
