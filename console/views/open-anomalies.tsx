import type { AnomalyPage } from '../api/answers.ts';
import { useLoad } from '../loading/use-load.ts';
import { Card, Empty, Shown } from '../parts/surface.tsx';
import { hashOf } from '../routing/place.ts';
import { askTenant } from '../session/session.ts';
import { AnomalyTable } from './anomaly-table.tsx';

/** The newest anomalies that nobody has judged. */
export function OpenAnomalies({ refreshMs }: { refreshMs: number }) {
  const loaded = useLoad(
    'open anomalies',
    (signal) => askTenant<AnomalyPage>({ path: ['anomalies'], query: { status: 'open', limit: 6 }, signal }),
    refreshMs,
  );
  return (
    <Card title="Open anomalies" aside={<a href={hashOf('anomalies')}>All anomalies</a>}>
      <Shown loaded={loaded} lines={5}>
        {({ anomalies }) =>
          anomalies.length === 0 ? (
            <Empty title="No open anomalies.">
              Traffic is as expected, or all that was not has been looked at.
            </Empty>
          ) : (
            <AnomalyTable anomalies={anomalies} isShort />
          )
        }
      </Shown>
    </Card>
  );
}
