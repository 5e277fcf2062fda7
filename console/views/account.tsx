import { useState } from 'preact/hooks';
import type { Account, Standing, TenantConfig } from '../api/answers.ts';
import { readShare } from '../format/quantity.ts';
import { readAge } from '../format/time.ts';
import { useLoad } from '../loading/use-load.ts';
import { AccountBadge, Badge, LimitBar } from '../parts/badges.tsx';
import { Card, Empty, Figure, Note, Page, Shown } from '../parts/surface.tsx';
import { Name, Quantity, When } from '../parts/text.tsx';
import { hashOf } from '../routing/place.ts';
import { askTenant, mayManage } from '../session/session.ts';
import { metersOf, readConfig, unitOf } from '../session/tenant-config.ts';
import { AccountUsage } from './account-usage.tsx';
import { ChangeAccount } from './change-account.tsx';
import { Devices } from './devices.tsx';
import { MeterChoice } from './meter-choice.tsx';

const refreshMs = 30_000;

/** One account: how it stands, what it used by hour or day, its devices; and its plan and limits, to be changed. */
export function AccountView({ accountId, query }: { accountId: string; query: Record<string, string> }) {
  const [isChanging, setChanging] = useState(false);
  const [saved, setSaved] = useState<string>();
  const loaded = useLoad(
    'account',
    async (signal) => {
      const [config, account] = await Promise.all([
        readConfig(signal),
        askTenant<Account>({ path: ['accounts', accountId], signal }),
      ]);
      return { config, account };
    },
    refreshMs,
  );
  const { data } = loaded;
  const meter =
    query.meter ??
    data?.account.meters.find(({ limit }) => limit !== undefined)?.meter ??
    metersOf(data?.config)[0]?.name;
  return (
    <Page
      name={`Account ${accountId}`}
      title={<Name text={accountId} isWhole />}
      trail={<a href={hashOf('accounts')}>Accounts</a>}
      lead={data && <AccountLead account={data.account} />}
      actions={
        <>
          <MeterChoice
            config={data?.config}
            meter={meter}
            to={(chosen) => hashOf('account', [accountId], { ...query, meter: chosen })}
          />
          {data && mayManage.value && (
            <button type="button" class="button" onClick={() => setChanging(true)}>
              Change plan or limits
            </button>
          )}
        </>
      }
    >
      <Shown loaded={loaded} lines={10}>
        {({ config, account }) => (
          <>
            <div class="live" aria-live="polite">
              {saved && <Note tone="good" title={saved} role="status" />}
            </div>
            {account.status === 'suspended' && <Suspended account={account} />}
            <Standings account={account} config={config} meter={meter} />
            {meter !== undefined && (
              <>
                <AccountUsage accountId={accountId} meter={meter} query={query} />
                <Devices account={account} meter={meter} unit={unitOf(config, meter)} />
              </>
            )}
            {isChanging && (
              <ChangeAccount
                account={account}
                config={config}
                onClose={() => setChanging(false)}
                onSaved={(words) => {
                  setChanging(false);
                  setSaved(words);
                  loaded.reload();
                }}
              />
            )}
          </>
        )}
      </Shown>
    </Page>
  );
}

function AccountLead({ account }: { account: Account }) {
  return (
    <>
      <AccountBadge account={account} />
      {account.plan !== undefined && (
        <span>
          Plan <Name text={account.plan} />
        </span>
      )}
      {(account.limits?.length ?? 0) > 0 && <Badge tone="accent">Own limits</Badge>}
      <span>
        Cycle <When at={account.cycle.start} style="day" /> – <When at={account.cycle.end} style="day" />
      </span>
    </>
  );
}

function Suspended({ account: { suspendedAt, suspendedUntil } }: { account: Account }) {
  return (
    <Note tone="bad" title="This account is suspended.">
      {suspendedAt && (
        <>
          Its limit was reached <When at={suspendedAt} style="minute" />.{' '}
        </>
      )}
      {suspendedUntil && (
        <>
          It is open again with its next cycle, <When at={suspendedUntil} style="minute" /> (
          {readAge(Date.parse(suspendedUntil), Date.now())}), or at once when its limit is raised.
        </>
      )}
    </Note>
  );
}

function Standings({
  account,
  config,
  meter,
}: {
  account: Account;
  config: TenantConfig;
  meter: string | undefined;
}) {
  const standing = account.meters.find((each) => each.meter === meter);
  if (!standing) {
    return (
      <Card>
        <Empty title="No meter counts this account." />
      </Card>
    );
  }
  const unit = unitOf(config, standing.meter);
  return (
    <Card class="card-strip" title={`${standing.meter} in this cycle`}>
      <div class="figure-row">
        <Figure
          label="Used"
          note={standing.ratio !== undefined ? `${readShare(standing.ratio)} of the limit` : ''}
        >
          <Quantity of={standing.used} unit={unit} />
        </Figure>
        <Figure label="Limit" note={limitNote(account, standing)}>
          {standing.limit === undefined ? 'None' : <Quantity of={standing.limit} unit={unit} />}
        </Figure>
        <Forecast standing={standing} />
        <Figure label="Cycle ends" note={<When at={account.cycle.end} style="minute" />}>
          {readAge(Date.parse(account.cycle.end), Date.now())}
        </Figure>
      </div>
      <LimitBar standing={standing} unit={unit} isLarge />
    </Card>
  );
}

const limitNote = ({ limits, plan }: Account, { meter, limit }: Standing): string => {
  if (limits?.some((own) => own.meter === meter)) return 'Its own';
  return limit !== undefined && plan !== undefined ? `Of plan ${plan}` : '';
};

function Forecast({ standing: { forecastAt, limit, state } }: { standing: Standing }) {
  if (limit === undefined) return null;
  if (state === 'reached') return <Figure label="Forecast">Reached</Figure>;
  if (forecastAt === undefined)
    return (
      <Figure label="Forecast" note="At the present rate">
        Within the limit
      </Figure>
    );
  return (
    <Figure
      label="Forecast"
      note={
        <>
          Reached <When at={forecastAt} style="minute" />
        </>
      }
    >
      {readAge(Date.parse(forecastAt), Date.now())}
    </Figure>
  );
}
