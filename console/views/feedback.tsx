import { useState } from 'preact/hooks';
import type { Anomaly, Judged, Verdict } from '../api/answers.ts';
import { Card, FaultNote, Note } from '../parts/surface.tsx';
import { askTenant, mayManage } from '../session/session.ts';
import { verdictWords } from './anomaly-table.tsx';

interface FeedbackProps {
  anomaly: Anomaly;
  /** What the last verdict has come to, in the API's words. */
  effect: string | undefined;
  onJudged: (judged: Judged) => void;
}

/** What a person says of an anomaly, and what comes of it. */
export function Feedback({ anomaly, effect, onJudged }: FeedbackProps) {
  const [note, setNote] = useState(anomaly.note ?? '');
  const [state, setState] = useState<{ saving?: Verdict; fault?: unknown }>({});
  const judge = async (verdict: Verdict) => {
    setState({ saving: verdict });
    try {
      const text = note.trim();
      const body = { verdict, ...(text !== '' && { note: text }) };
      onJudged(
        await askTenant<Judged>({
          path: ['anomalies', anomaly.anomalyId, 'feedback'],
          method: 'POST',
          body,
        }),
      );
      setState({});
    } catch (fault) {
      setState({ fault });
    }
  };
  return (
    <Card title="Your verdict">
      <div aria-live="polite">
        {anomaly.status !== 'open' && (
          <Note tone="info" role="status" title={`${verdictWords[anomaly.status]}.`}>
            {effect ?? effects[anomaly.status]}
          </Note>
        )}
        {state.fault !== undefined && <FaultNote fault={state.fault} />}
      </div>
      {mayManage.value ? (
        <div class="verdict">
          <label class="field">
            <span class="field-label">Note, for who looks at it later</span>
            <textarea
              class="input"
              maxLength={1000}
              value={note}
              onInput={(event) => setNote(event.currentTarget.value)}
            />
          </label>
          <div class="verdict-actions">
            <VerdictButton
              verdict="confirmed"
              label="Confirm"
              text="Something was wrong. Deviations like it go on to ring."
              anomaly={anomaly}
              saving={state.saving}
              onJudge={judge}
            />
            <VerdictButton
              verdict="dismissed"
              label="Dismiss"
              text="All was as it should be. Deviations like it need more to ring."
              anomaly={anomaly}
              saving={state.saving}
              onJudge={judge}
            />
          </div>
        </div>
      ) : (
        <ReadOnly note={anomaly.note} />
      )}
    </Card>
  );
}

const effects: Record<Verdict, string> = {
  confirmed: 'A deviation like this one rings as before.',
  dismissed: 'A deviation like this one needs more to ring.',
};

function VerdictButton({
  verdict,
  label,
  text,
  anomaly,
  saving,
  onJudge,
}: {
  verdict: Verdict;
  label: string;
  text: string;
  anomaly: Anomaly;
  saving: Verdict | undefined;
  onJudge: (verdict: Verdict) => void;
}) {
  const isSo = anomaly.status === verdict;
  return (
    <div class="verdict-action">
      <button
        type="button"
        class="button"
        aria-pressed={isSo}
        aria-describedby={`verdict-${verdict}`}
        disabled={saving !== undefined}
        onClick={() => onJudge(verdict)}
      >
        {saving === verdict ? 'Saving …' : label}
      </button>
      <span class="muted" id={`verdict-${verdict}`}>
        {text}
      </span>
    </div>
  );
}

function ReadOnly({ note }: { note: string | undefined }) {
  return (
    <>
      {note && (
        <p>
          Note: <bdi>{note}</bdi>
        </p>
      )}
      <p class="muted">Your key may look and not judge: that takes the scope manage.</p>
    </>
  );
}
