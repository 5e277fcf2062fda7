import type { AnomalyRecord, AnomalyStatus } from '../../domain/judging/anomaly.ts';
import { parseAnomalyId } from '../../domain/judging/anomaly.ts';
import { Problem } from '../../events/problem.ts';
import { encodeAnomaly } from '../../events/traffic-answer.ts';
import type { SeriesReader } from '../judging/series-reader.ts';
import type { ApiResponse } from './api-handler.ts';
import type { ApiRequest } from './api-request.ts';
import {
  instant,
  integer,
  invalidQuery,
  oneOf,
  optionalText,
  type Parameter,
  QueryFault,
  readQuery,
} from './query-parameters.ts';

/** Anomalies that one request looks at for those it is to list. */
const lookedAtMax = 5_000;
const lookedAtOnce = 500;
const nameBytesMax = 64;

interface Filter {
  minSeverity: number;
  status: AnomalyStatus | undefined;
  series: string | undefined;
  from: number | undefined;
  to: number | undefined;
}

/**
 * GET …/anomalies, newest first. Who looks for some of them may get fewer than `limit` with a cursor: so far the list
 * has looked.
 */
export async function listAnomalies(reader: SeriesReader, request: ApiRequest): Promise<ApiResponse> {
  const { tenantId } = request.path as { tenantId: string };
  const { limit, cursor, ...filter } = readQuery<Filter & { limit: number; cursor: Cursor | undefined }>(
    request.query,
    {
      minSeverity: integer({ min: 0, max: 100, absent: 0 }),
      status: oneOf('open', 'confirmed', 'dismissed'),
      series: optionalText(nameBytesMax),
      from: instant,
      to: instant,
      limit: integer({ min: 1, max: 200, absent: 50 }),
      cursor: cursorParameter,
    },
  );
  if (filter.from !== undefined && filter.to !== undefined && filter.from > filter.to) {
    throw invalidQuery([{ parameter: 'from', detail: 'must not be after to' }]);
  }
  if (cursor && cursor.filter !== nameOf(filter)) {
    const detail = 'is of a list with other parameters: repeat those of the page before, or leave it out';
    throw invalidQuery([{ parameter: 'cursor', detail }]);
  }
  const found: AnomalyRecord[] = [];
  let after = cursor?.after;
  let lookedAt = 0;
  let isEnd = false;
  const { from, to } = filter;
  const span = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  while (!isEnd && found.length < limit && lookedAt < lookedAtMax) {
    const page = await reader.anomalies.list(tenantId, {
      ...span,
      ...(after !== undefined && { after }),
      limit: lookedAtOnce,
    });
    isEnd = page.length < lookedAtOnce;
    for (const anomaly of page) {
      if (found.length === limit) {
        isEnd = false;
        break;
      }
      after = anomaly.id;
      lookedAt += 1;
      if (matches(anomaly, filter)) found.push(anomaly);
    }
  }
  const more =
    isEnd || after === undefined ? {} : { cursor: encodeCursor({ after, filter: nameOf(filter) }) };
  return { status: 200, body: { anomalies: found.map(encodeAnomaly), ...more } };
}

/** GET …/anomalies/{anomalyId} */
export async function getAnomaly(reader: SeriesReader, request: ApiRequest): Promise<ApiResponse> {
  const { tenantId, anomalyId } = request.path as { tenantId: string; anomalyId: string };
  readQuery(request.query, {});
  const anomaly = await reader.anomalies.find(tenantId, anomalyId);
  if (!anomaly) throw noSuchAnomaly();
  return { status: 200, body: encodeAnomaly(anomaly) };
}

export const noSuchAnomaly = (): Problem => new Problem('not_found', 'The tenant has no anomaly of this id.');

/** What late events have shown to be none is not listed. */
const matches = (anomaly: AnomalyRecord, { minSeverity, status, series }: Filter): boolean =>
  !anomaly.isWithdrawn &&
  anomaly.severity >= minSeverity &&
  (status ?? anomaly.status) === anomaly.status &&
  (series ?? anomaly.series) === anomaly.series;

interface Cursor {
  /** Id of the last anomaly that was looked at. */
  after: string;
  filter: string;
}

/** The parameters that a list goes by, as one text. */
const nameOf = ({ minSeverity, status, series, from, to }: Filter): string =>
  JSON.stringify([minSeverity, status ?? null, series ?? null, from ?? null, to ?? null]);

/** The tenant is always the path's, so a cursor that was forged moves its sender about in its own list. */
const encodeCursor = ({ after, filter }: Cursor): string =>
  Buffer.from(JSON.stringify(['n', after, filter])).toString('base64url');

const cursorParameter: Parameter<Cursor | undefined> = (text) => {
  if (text === undefined) return undefined;
  const cursor = decodeCursor(text);
  if (!cursor) throw new QueryFault('must be the `cursor` of the page before, unchanged');
  return cursor;
};

function decodeCursor(text: string): Cursor | undefined {
  try {
    const [kind, after, filter] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    if (kind !== 'n' || typeof after !== 'string' || typeof filter !== 'string') return undefined;
    const isOurs = parseAnomalyId(after) !== undefined && encodeCursor({ after, filter }) === text;
    return isOurs ? { after, filter } : undefined;
  } catch {
    return undefined;
  }
}
