import { Page } from '../parts/surface.tsx';
export function AnomaliesView(_: { query: Record<string, string> }) {
  return (
    <Page name="anomalies" title="anomalies">
      {null}
    </Page>
  );
}
