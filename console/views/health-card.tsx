import type { DataHealth } from '../api/answers.ts';
import { groupDigits, readShare } from '../format/quantity.ts';
import { readAge } from '../format/time.ts';
import { type Loaded, useLoad } from '../loading/use-load.ts';
import { Badge } from '../parts/badges.tsx';
import { Card, Note, Shown } from '../parts/surface.tsx';
import { When } from '../parts/text.tsx';
import { askTenant } from '../session/session.ts';
import { LastRecount } from './last-recount.tsx';

const states = {
  ok: { word: 'Complete', tone: 'good', text: 'Everything that was sent is counted.' },
  lagging: { word: 'Lagging', tone: 'warn', text: 'Counting is behind. Recent numbers still grow.' },
  stalled: {
    word: 'Stalled',
    tone: 'bad',
    text: 'Counting stands still. Silence is not zero: nothing is judged.',
  },
} as const;

export const useHealth = (refreshMs: number): Loaded<DataHealth> =>
  useLoad('health', (signal) => askTenant<DataHealth>({ path: ['health'], signal }), refreshMs);

/** Stands above all numbers where they are not whole. */
export function HealthNote({ health }: { health: DataHealth | undefined }) {
  if (!health || health.state === 'ok') return null;
  const { word, tone, text } = states[health.state];
  return (
    <Note
      tone={tone}
      role="status"
      title={
        <>
          {word}
          {health.since && (
            <>
              {' '}
              since <When at={health.since} style="minute" />
            </>
          )}
        </>
      }
    >
      {text}
    </Note>
  );
}

/** Whether what is shown is all there is. */
export function HealthCard({ health }: { health: Loaded<DataHealth> }) {
  return (
    <Card title="Data health">
      <Shown loaded={health} lines={3}>
        {({ state, since, completeUntil, duplicatesShare, quarantined24h, conservation }) => (
          <>
            <div class="health">
              <div class="health-words">
                <p class="health-state">
                  <Badge tone={states[state].tone}>{states[state].word}</Badge>
                  {since && (
                    <span class="muted">
                      since <When at={since} style="minute" />
                    </span>
                  )}
                </p>
                <p class="muted">{states[state].text}</p>
              </div>
              <dl class="facts">
                {completeUntil && (
                  <div>
                    <dt>Complete until</dt>
                    <dd>
                      <When at={completeUntil} style="clock" />{' '}
                      <span class="fact-note">{readAge(Date.parse(completeUntil), Date.now())}</span>
                    </dd>
                  </div>
                )}
                {duplicatesShare !== undefined && (
                  <div>
                    <dt>Sent twice</dt>
                    <dd>{readShare(duplicatesShare)}</dd>
                  </div>
                )}
                {quarantined24h !== undefined && (
                  <div>
                    <dt>Set aside, 24 h</dt>
                    <dd>{groupDigits(String(quarantined24h))}</dd>
                  </div>
                )}
              </dl>
            </div>
            <LastRecount of={conservation} />
          </>
        )}
      </Shown>
    </Card>
  );
}
