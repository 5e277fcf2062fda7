import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TargetOptions, UsageFault } from './options.ts';
import { type DriveTarget, fixedTarget, readTarget, type TargetSource } from './target.ts';

/** The target that the command line names: an API with its key, or the local stack with the keys in its folder. */
export function targetOf(options: TargetOptions): TargetSource {
  const { api, key, readKey, tenant } = options;
  if (api === undefined) return readTarget(() => localTarget(options));
  if (key === undefined || tenant === undefined)
    throw new UsageFault(
      'With --api go --tenant and --key: what a deployed stack knows stands in no file here.',
    );
  return fixedTarget({
    api,
    tenantId: tenant,
    keys: { ingest: key, read: readKey ?? key, manage: readKey ?? key },
  });
}

interface LocalFile {
  api: string;
  control: string;
  tenants: { tenantId: string; keys: { ingest: string; read: string; manage: string } }[];
}

function localTarget({
  dataDir = process.env.TIDEGATE_DATA_DIR ?? '.tidegate',
  tenant,
  key,
  readKey,
}: TargetOptions): DriveTarget {
  const file = join(dataDir, 'local.json');
  const { api, control, tenants } = readLocal(file);
  const found = tenant === undefined ? tenants[0] : tenants.find(({ tenantId }) => tenantId === tenant);
  if (found === undefined && (tenant === undefined || key === undefined))
    throw new UsageFault(`${file} knows no tenant ${tenant ?? 'at all'}: give its --tenant and --key.`);
  const keys =
    key === undefined ? found?.keys : { ingest: key, read: readKey ?? key, manage: readKey ?? key };
  return { api, control, tenantId: tenant ?? found?.tenantId ?? '', keys: keys as DriveTarget['keys'] };
}

function readLocal(file: string): LocalFile {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LocalFile;
  } catch {
    throw new UsageFault(
      `${file} cannot be read: start the local stack with npm start, or name one with --api.`,
    );
  }
}
