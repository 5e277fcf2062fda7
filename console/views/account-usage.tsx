import type { Usage } from '../api/answers.ts';
import { UsageChart } from '../chart/usage-chart.tsx';
import { useLoad } from '../loading/use-load.ts';
import { Segments } from '../parts/controls.tsx';
import { Card, Shown } from '../parts/surface.tsx';
import { Quantity } from '../parts/text.tsx';
import { restate } from '../routing/location.ts';
import { hashOf } from '../routing/place.ts';
import { askTenant } from '../session/session.ts';

const spans = [
  { value: '1', label: '24 hours' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
] as const;
const steps = [
  { value: 'hour', label: 'By hour' },
  { value: 'day', label: 'By day' },
] as const;

const dayMs = 86_400_000;

/** What the account has used, by hour or day. */
export function AccountUsage({
  accountId,
  meter,
  query,
}: {
  accountId: string;
  meter: string;
  query: Record<string, string>;
}) {
  const days = spans.find(({ value }) => value === query.days)?.value ?? '7';
  const step = steps.find(({ value }) => value === query.step)?.value ?? 'hour';
  const choose = (chosen: Record<string, string>) =>
    restate(hashOf('account', [accountId], { ...query, ...chosen }));
  const usage = useLoad(`usage ${meter} ${days} ${step}`, (signal) => {
    const to = Date.now();
    const from = new Date(to - Number(days) * dayMs).toISOString();
    return askTenant<Usage>({
      path: ['accounts', accountId, 'usage'],
      query: { meter, step, from, to: new Date(to).toISOString() },
      signal,
    });
  });
  return (
    <Card
      title="Usage"
      aside={
        <div class="choices">
          <Segments
            label="By hour or day"
            name="step"
            choices={[...steps]}
            value={step}
            onChoose={(value) => choose({ step: value })}
          />
          <Segments
            label="How far back"
            name="days"
            choices={[...spans]}
            value={days}
            onChoose={(value) => choose({ days: value })}
          />
        </div>
      }
    >
      <Shown loaded={usage} lines={8}>
        {({ windows, unit, total }) => (
          <>
            <p class="total">
              Together{' '}
              <strong>
                <Quantity of={total} unit={unit} />
              </strong>
            </p>
            <UsageChart
              label={`${meter} of the account by ${step}.`}
              bars={windows.map(({ start, end, value, events }) => ({
                startMs: Date.parse(start),
                endMs: Date.parse(end),
                value,
                events,
              }))}
              unit={unit}
            />
          </>
        )}
      </Shown>
    </Card>
  );
}
