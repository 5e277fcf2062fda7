import { Page } from '../parts/surface.tsx';
export function TrafficView(_: { series?: string | undefined; query: Record<string, string> }) {
  return (
    <Page name="traffic" title="traffic">
      {null}
    </Page>
  );
}
