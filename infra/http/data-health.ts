import { hourMs } from '../../domain/metering/window.ts';
import type { RecountReport, RecountReports } from '../../domain/reconciliation/recount-reports.ts';
import { encodeInstant } from '../../events/usage-answer.ts';
import type { Clock } from '../clock.ts';
import type { HealthReader } from '../judging/series-reader.ts';
import type { QuarantineCount } from '../quarantine/quarantine-count.ts';
import type { ApiResponse } from './api-handler.ts';
import type { ApiRequest } from './api-request.ts';
import { readQuery } from './query-parameters.ts';

const dayMs = 86_400_000;

export interface HealthPorts {
  traffic: HealthReader;
  quarantine: QuarantineCount;
  recounts: Pick<RecountReports, 'last'>;
  clock: Clock;
}

/** GET …/health: whether the tenant's data is complete, and what of the last day was not as it should be. */
export async function getDataHealth(ports: HealthPorts, request: ApiRequest): Promise<ApiResponse> {
  const { tenantId } = request.path as { tenantId: string };
  readQuery(request.query, {});
  const now = ports.clock();
  const [{ state, since, completeUntil }, share, quarantined24h, recount] = await Promise.all([
    ports.traffic.watermark(),
    ports.traffic.duplicatesShare(tenantId, now - dayMs, now),
    ports.quarantine.last24h(tenantId, now),
    ports.recounts.last(tenantId),
  ]);
  const isKnown = Number.isFinite(completeUntil);
  return {
    status: 200,
    body: {
      state,
      ...(since !== undefined && { since: encodeInstant(since) }),
      completeUntil: isKnown ? encodeInstant(completeUntil) : null,
      duplicatesShare: Number((share ?? 0).toPrecision(4)),
      quarantined24h,
      ...(recount && { conservation: encodeRecount(recount) }),
    },
  };
}

const encodeRecount = ({ at, span, isEqual, total, hours, hoursOmitted }: RecountReport) => ({
  at: encodeInstant(at),
  from: encodeInstant(span.from * hourMs),
  to: encodeInstant(span.to * hourMs),
  equal: isEqual,
  ...total,
  hours: hours.map(({ hour, ...counts }) => ({ start: encodeInstant(hour * hourMs), ...counts })),
  hoursOmitted,
});
