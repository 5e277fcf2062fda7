/** States in a word and a colour, never by colour alone. */
import type { Account, LimitState, Standing } from '../api/answers.ts';
import { readQuantity, readShare } from '../format/quantity.ts';
import { severityStep } from '../format/severity.ts';

type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'accent';

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: string }) {
  return <span class={`badge badge-${tone}`}>{children}</span>;
}

const stateWords: Record<LimitState, { word: string; tone: Tone }> = {
  within: { word: 'Within', tone: 'plain' },
  near: { word: 'Near', tone: 'warn' },
  reached: { word: 'Reached', tone: 'bad' },
  unlimited: { word: 'Unlimited', tone: 'plain' },
};

/** How an account stands: suspended, or the worst of its meters. */
export function AccountBadge({ account }: { account: Account }) {
  if (account.status === 'suspended') return <Badge tone="bad">Suspended</Badge>;
  const { word, tone } = stateWords[worstOf(account.meters)];
  return <Badge tone={tone}>{word}</Badge>;
}

const byGravity: LimitState[] = ['unlimited', 'within', 'near', 'reached'];

function worstOf(standings: Standing[]): LimitState {
  const worst = Math.max(0, ...standings.map(({ state }) => byGravity.indexOf(state)));
  return byGravity[worst] ?? 'unlimited';
}

/** Usage against its limit. Beyond the limit the bar is full; the words say by how much. */
export function LimitBar({
  standing,
  unit,
  isLarge = false,
}: {
  standing: Standing;
  unit?: string | undefined;
  isLarge?: boolean;
}) {
  const used = readQuantity(standing.used, unit);
  if (standing.limit === undefined) return null;
  const limit = readQuantity(standing.limit, unit);
  const ratio = standing.ratio ?? Number(standing.used) / Number(standing.limit);
  return (
    <div
      class={`bar bar-${standing.state} ${isLarge ? 'bar-large' : ''}`}
      role="img"
      aria-label={`${standing.meter}: ${used.text} of ${limit.text}, ${readShare(ratio)}`}
    >
      <span class="bar-fill" style={{ width: `${Math.min(100, ratio * 100)}%` }} />
    </div>
  );
}

export function SeverityBadge({ severity }: { severity: number }) {
  const step = severityStep(severity);
  return (
    <span class={`severity severity-${step}`}>
      <span class="severity-value">{Math.round(severity)}</span>
      <span class="severity-word">{step}</span>
    </span>
  );
}
