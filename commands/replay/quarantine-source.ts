import type { QuarantineArchive } from '../../domain/quarantine/quarantine-archive.ts';
import { linesOf } from './quarantine-lines.ts';
import type { ReplaySource } from './run-replay.ts';
import { type EventFilter, isWanted } from './stream-source.ts';

/** Events that are set aside. They stay where they are: they may be only a part of what an object holds. */
export async function quarantineSource(
  quarantine: Pick<QuarantineArchive, 'list' | 'read'>,
  filter: EventFilter,
): Promise<ReplaySource> {
  const keys: string[] = [];
  for await (const { key } of quarantine.list({ tenantId: filter.tenantId })) keys.push(key);
  return {
    total: keys.length,
    async *batches() {
      for (const key of keys) {
        const item = await quarantine.read(key);
        const lines = item ? linesOf(item).lines.filter((line) => isWanted(line, filter)) : [];
        yield { lines: lines.map((line) => ({ line })), advance: 1 };
      }
    },
  };
}
