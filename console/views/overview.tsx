import type { AccountPage, Meter, TenantConfig, TenantUsage } from '../api/answers.ts';
import { groupDigits, sizeOf } from '../format/quantity.ts';
import { useLoad } from '../loading/use-load.ts';
import { Card, Empty, Figure, Page, Shown } from '../parts/surface.tsx';
import { Quantity, When } from '../parts/text.tsx';
import { hashOf } from '../routing/place.ts';
import { askTenant } from '../session/session.ts';
import { metersOf, readConfig } from '../session/tenant-config.ts';
import { AccountTable } from './account-table.tsx';
import { HealthCard, HealthNote, useHealth } from './health-card.tsx';
import { OpenAnomalies } from './open-anomalies.tsx';

const refreshMs = 30_000;

/** How things stand today; asks again by itself while it is seen. */
export function OverviewView() {
  const config = useLoad('config', readConfig);
  return (
    <Page name="Overview" title="Overview" lead="How things stand today. Refreshes by itself.">
      <Shown loaded={config} lines={6}>
        {(known) =>
          metersOf(known).length === 0 && !known.series?.length ? (
            <NothingConfigured />
          ) : (
            <Today config={known} />
          )
        }
      </Shown>
    </Page>
  );
}

function NothingConfigured() {
  return (
    <Card>
      <Empty title="Nothing is metered yet.">
        Your tenant has no meters and no series. Put a configuration with at least one meter; usage shows here
        as soon as the first events are counted.
      </Empty>
    </Card>
  );
}

function Today({ config }: { config: TenantConfig }) {
  const health = useHealth(refreshMs);
  const meters = metersOf(config);
  return (
    <>
      <HealthNote health={health.data} />
      {meters.length > 0 && (
        <div class="grid grid-figures">
          {meters.map((meter) => (
            <MeterToday key={meter.name} meter={meter} />
          ))}
        </div>
      )}
      <div class="grid grid-halves">
        <NotableAccounts config={config} />
        <OpenAnomalies refreshMs={refreshMs} />
      </div>
      <HealthCard health={health} />
    </>
  );
}

function MeterToday({ meter }: { meter: Meter }) {
  const usage = useLoad(
    `today ${meter.name}`,
    (signal) => askTenant<TenantUsage>({ path: ['usage'], query: { meter: meter.name, days: 30 }, signal }),
    refreshMs,
  );
  return (
    <Card title={meter.name} class="card-figure">
      <Shown loaded={usage} lines={3}>
        {({ days, total, unit }) => {
          const today = days.at(-1);
          return (
            <>
              <div class="figure-row">
                <Figure label="Today">
                  <Quantity of={today?.value ?? 0} unit={unit} />
                </Figure>
                <Figure label="30 days">
                  <Quantity of={total} unit={unit} />
                </Figure>
              </div>
              <Sparkline values={days.map(({ value }) => sizeOf(value))} />
            </>
          );
        }}
      </Shown>
    </Card>
  );
}

/** The days as small bars; the same numbers stand in words beside it. */
function Sparkline({ values }: { values: number[] }) {
  const most = Math.max(...values, 1);
  return (
    <div class="spark" aria-hidden="true">
      {values.map((value, index) => (
        <span
          key={index}
          class={index === values.length - 1 ? 'spark-bar spark-today' : 'spark-bar'}
          style={{ height: `${Math.max(value > 0 ? 6 : 2, (value / most) * 100)}%` }}
        />
      ))}
    </div>
  );
}

function NotableAccounts({ config }: { config: TenantConfig }) {
  const meter = metersOf(config)[0]?.name;
  const loaded = useLoad(
    `notable ${meter}`,
    async (signal) => {
      const ask = (query: Record<string, string | number>) =>
        askTenant<AccountPage>({ path: ['accounts'], query: { ...query, limit: 6 }, signal });
      const [suspended, reached, near, usage] = await Promise.all([
        ask({ status: 'suspended' }),
        ask({ state: 'reached' }),
        ask({ state: 'near' }),
        meter === undefined
          ? undefined
          : askTenant<TenantUsage>({ path: ['usage'], query: { meter, days: 1 }, signal }),
      ]);
      const known = new Map(
        [suspended, reached, near]
          .flatMap(({ accounts }) => accounts)
          .map((account) => [account.accountId, account]),
      );
      return { accounts: [...known.values()].slice(0, 6), counts: usage?.accounts };
    },
    refreshMs,
  );
  const counts = loaded.data?.counts;
  return (
    <Card
      class="card-column"
      title="Accounts near or over their limit"
      aside={<a href={hashOf('accounts')}>All accounts</a>}
    >
      <Shown loaded={loaded} lines={5}>
        {({ accounts }) => (
          <>
            {counts && (
              <dl class="counts">
                <Count label="Active" value={counts.active} to={hashOf('accounts', [], { show: 'active' })} />
                <Count label="Near limit" value={counts.near} to={hashOf('accounts', [], { show: 'near' })} />
                <Count
                  label="Suspended"
                  value={counts.suspended}
                  to={hashOf('accounts', [], { show: 'suspended' })}
                />
              </dl>
            )}
            {accounts.length === 0 ? (
              <Empty title="All accounts are within their limits." />
            ) : (
              <AccountTable accounts={accounts} config={config} isShort />
            )}
            <p class="footnote">
              {loaded.loadedAt !== undefined && (
                <>
                  As of <When at={loaded.loadedAt} style="clock" />
                </>
              )}
            </p>
          </>
        )}
      </Shown>
    </Card>
  );
}

function Count({ label, value, to }: { label: string; value: number; to: string }) {
  return (
    <div class="count">
      <dt>{label}</dt>
      <dd>
        <a href={to}>{groupDigits(String(value))}</a>
      </dd>
    </div>
  );
}
