import { type LakeRow, lineOfRow } from '../../events/lake-row.ts';
import { quoted } from '../lake/lake-views.ts';
import type { Lake } from '../lake/open-lake.ts';
import type { ReplaySource } from './run-replay.ts';
import type { EventFilter } from './stream-source.ts';

/** The columns of a `LakeRow`. */
export const rowColumns =
  'id, source, subject, type, "time", dataversion, datacontenttype, dataschema, attributes, data, epoch_ms("receivedAt")::double as "receivedAt", config';

/**
 * Events of the lake, which is open for their span, in the order in which they were received. Of copies that were
 * judged by the same configuration the first says all; `config`, where one is given, judges all of them.
 */
export async function lakeSource(
  lake: Pick<Lake, 'connection' | 'rows'>,
  { tenantId, types }: Pick<EventFilter, 'tenantId' | 'types'>,
  config: number | undefined,
): Promise<ReplaySource> {
  const ofTypes = types ? ` and type in (${types.map(quoted).join(', ')})` : '';
  const identity = `type, source, id, subject, date_trunc('hour', "occurredAt")`;
  await lake.connection.run(
    `create or replace temp table replayed as select ${rowColumns} from copies where tenant = ${quoted(tenantId)}${ofTypes}
     qualify row_number() over (partition by ${identity}${config === undefined ? ', config' : ''} order by "receivedAt") = 1`,
  );
  const [counted] = await lake.rows('select count(*)::double as total from replayed');
  return {
    total: Number(counted?.total ?? 0),
    async *batches() {
      const result = await lake.connection.stream('select * from replayed order by "receivedAt"');
      for await (const rows of result.yieldRowObjectJson()) {
        const lines = rows.map((row) => lineOfRow(tenantId, row as unknown as LakeRow));
        yield { lines, advance: lines.length };
      }
    },
  };
}
