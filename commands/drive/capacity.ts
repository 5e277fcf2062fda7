import { createApiClient, jsonOf } from './http.ts';
import type { TargetSource } from './target.ts';

/** Read and write units that the local stack's database has spent. */
export interface CapacityUse {
  readUnits: number;
  writeUnits: number;
  /** By table and operation, as the control server tells them. */
  tables: Record<string, Record<string, Units>>;
}

interface Units {
  readUnits: number;
  writeUnits: number;
}

interface CapacityParts {
  target: TargetSource;
}

/**
 * What has been spent until now, to be subtracted later; undefined where there is no control server. A stack
 * that was started again in between has counted from zero: then there is nothing to tell.
 */
export async function readCapacity(
  parts: CapacityParts,
): Promise<{ since(parts: CapacityParts): Promise<CapacityUse | undefined> } | undefined> {
  const before = await askCapacity(parts);
  if (before === undefined) return undefined;
  return {
    async since(later) {
      const after = await askCapacity(later);
      return after === undefined ? undefined : subtract(after, before);
    },
  };
}

async function askCapacity({ target }: CapacityParts): Promise<CapacityUse['tables'] | undefined> {
  const { control } = target.current();
  if (control === undefined) return undefined;
  const client = createApiClient(control, 1);
  try {
    const answer = await client.call({ method: 'GET', path: '/capacity' }).catch(() => undefined);
    return answer?.status === 200 ? (jsonOf(answer)?.tables as CapacityUse['tables']) : undefined;
  } finally {
    client.close();
  }
}

function subtract(after: CapacityUse['tables'], before: CapacityUse['tables']): CapacityUse | undefined {
  const use: CapacityUse = { readUnits: 0, writeUnits: 0, tables: {} };
  for (const [table, operations] of Object.entries(after)) {
    for (const [operation, units] of Object.entries(operations)) {
      const former = before[table]?.[operation] ?? { readUnits: 0, writeUnits: 0 };
      const readUnits = units.readUnits - former.readUnits;
      const writeUnits = units.writeUnits - former.writeUnits;
      if (readUnits < 0 || writeUnits < 0) return undefined;
      use.readUnits += readUnits;
      use.writeUnits += writeUnits;
      use.tables[table] = { ...use.tables[table], [operation]: { readUnits, writeUnits } };
    }
  }
  return use;
}
