import { useState } from 'preact/hooks';
import type { Series } from '../api/answers.ts';
import { useLoad } from '../loading/use-load.ts';
import { Card, FaultNote, Note, Waiting } from '../parts/surface.tsx';
import { askTenant, mayManage } from '../session/session.ts';
import { readAnomalies } from './read-anomalies.ts';

const previewMs = 30 * 86_400_000;

/** From which severity a series rings. What a threshold would have meant is shown before it is set. */
export function SeriesSettings({ series, onSaved }: { series: Series; onSaved: () => void }) {
  const [threshold, setThreshold] = useState(series.severityThreshold);
  const [state, setState] = useState<{ isSaving: boolean; fault?: unknown; words?: string }>({
    isSaving: false,
  });
  const recent = useLoad(`threshold ${series.name}`, (signal) => {
    const now = Date.now();
    return readAnomalies({ series: series.name, from: now - previewMs, to: now }, signal);
  });
  const save = async (body: { severityThreshold?: number; muted?: boolean }, words: string) => {
    setState({ isSaving: true });
    try {
      await askTenant({ path: ['series', series.name], method: 'PUT', body });
      setState({ isSaving: false, words });
      onSaved();
    } catch (fault) {
      setState({ isSaving: false, fault });
    }
  };
  const isChanged = threshold !== series.severityThreshold;
  return (
    <Card title="When it rings">
      <div class="setting">
        <label class="field" for="threshold">
          <span>
            Severity of <strong>{threshold}</strong> or more rings
            {isChanged && <span class="muted"> (now {series.severityThreshold})</span>}
          </span>
          <input
            id="threshold"
            type="range"
            min="0"
            max="100"
            value={threshold}
            disabled={!mayManage.value}
            aria-describedby="threshold-preview"
            onInput={(event) => setThreshold(Number(event.currentTarget.value))}
          />
        </label>
        <p id="threshold-preview" class="preview" aria-live="polite" aria-busy={recent.isLoading}>
          {recent.data ? (
            <Preview severities={recent.data.map(({ severity }) => severity)} threshold={threshold} />
          ) : recent.isLoading ? (
            'Looking at the last 30 days …'
          ) : (
            'What it would have meant in the last 30 days could not be read.'
          )}
        </p>
        {mayManage.value && (
          <div class="setting-actions">
            <button
              type="button"
              class="button button-main"
              disabled={!isChanged || state.isSaving}
              onClick={() => void save({ severityThreshold: threshold }, `The threshold is ${threshold}.`)}
            >
              Set threshold
            </button>
            {isChanged && (
              <button type="button" class="button" onClick={() => setThreshold(series.severityThreshold)}>
                Undo
              </button>
            )}
            {series.muted !== undefined && (
              <button
                type="button"
                class="button"
                disabled={state.isSaving}
                onClick={() =>
                  void save(
                    { muted: !series.muted },
                    series.muted ? 'The series rings again.' : 'The series is muted.',
                  )
                }
              >
                {series.muted ? 'Let it ring again' : 'Mute'}
              </button>
            )}
          </div>
        )}
      </div>
      <div aria-live="polite">
        {state.words && <Note tone="good" role="status" title={state.words} />}
        {state.fault !== undefined && <FaultNote fault={state.fault} />}
      </div>
      {recent.isSlow && <Waiting lines={0} isSlow />}
    </Card>
  );
}

function Preview({ severities, threshold }: { severities: number[]; threshold: number }) {
  const rung = severities.filter((severity) => severity >= threshold).length;
  if (severities.length === 0) return <>There was no anomaly in the last 30 days.</>;
  return (
    <>
      Of the {severities.length} {severities.length === 1 ? 'anomaly' : 'anomalies'} of the last 30 days,{' '}
      <strong>{rung}</strong> would have rung.
    </>
  );
}
