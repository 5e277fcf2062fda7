import { Page } from '../parts/surface.tsx';
export function AnomalyView(_: { anomalyId: string }) {
  return (
    <Page name="anomaly" title="anomaly">
      {null}
    </Page>
  );
}
