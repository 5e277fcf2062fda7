import type { Anomaly, AnomalyPage } from '../api/answers.ts';
import { askTenant } from '../session/session.ts';

/** What is shown of one time at most. */
const pagesMax = 5;
const pageSize = 200;

/** Anomalies of a series that began in a time (epoch milliseconds), newest first. */
export async function readAnomalies(
  { series, from, to }: { series: string; from: number; to: number },
  signal: AbortSignal,
): Promise<Anomaly[]> {
  const found: Anomaly[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMax; page++) {
    const answer: AnomalyPage = await askTenant<AnomalyPage>({
      path: ['anomalies'],
      query: {
        series,
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        limit: pageSize,
        cursor,
      },
      signal,
    });
    found.push(...answer.anomalies);
    cursor = answer.cursor;
    if (cursor === undefined) break;
  }
  return found;
}
