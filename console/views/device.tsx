import type { DeviceUsage } from '../api/answers.ts';
import { UsageChart } from '../chart/usage-chart.tsx';
import { sizeOf } from '../format/quantity.ts';
import { startOfDate } from '../format/time.ts';
import { useLoad } from '../loading/use-load.ts';
import { Card, Figure, Page, Shown } from '../parts/surface.tsx';
import { Name, Quantity, When } from '../parts/text.tsx';
import { hashOf } from '../routing/place.ts';
import { askTenant, zone } from '../session/session.ts';
import { metersOf, readConfig } from '../session/tenant-config.ts';
import { MeterChoice } from './meter-choice.tsx';

interface DeviceProps {
  accountId: string;
  deviceId: string;
  query: Record<string, string>;
}

/** What a device has used in the last 30 days. */
export function DeviceView({ accountId, deviceId, query }: DeviceProps) {
  const loaded = useLoad(`device ${query.meter}`, async (signal) => {
    const config = await readConfig(signal);
    const meter = query.meter ?? metersOf(config)[0]?.name ?? '';
    const usage = await askTenant<DeviceUsage>({
      path: ['accounts', accountId, 'devices', deviceId, 'usage'],
      query: { meter, days: 30 },
      signal,
    });
    return { config, usage };
  });
  return (
    <Page
      name={`Device ${deviceId}`}
      title={<Name text={deviceId} isWhole />}
      trail={
        <>
          <a href={hashOf('accounts')}>Accounts</a> ›{' '}
          <a href={hashOf('account', [accountId])}>
            <Name text={accountId} />
          </a>
        </>
      }
      lead="A device, and what it used in the last 30 days."
      actions={
        <MeterChoice
          config={loaded.data?.config}
          meter={loaded.data?.usage.meter}
          to={(meter) => hashOf('device', [accountId, deviceId], { meter })}
        />
      }
    >
      <Shown loaded={loaded} lines={8}>
        {({ usage }) => <DeviceUsageCards usage={usage} />}
      </Shown>
    </Page>
  );
}

function DeviceUsageCards({ usage: { days, total, unit, meter } }: { usage: DeviceUsage }) {
  const bars = days.map(({ date, value, events }, index) => {
    const startMs = startOfDate(date, zone.value);
    const next = days[index + 1]?.date;
    return { startMs, endMs: next ? startOfDate(next, zone.value) : startMs + 86_400_000, value, events };
  });
  const most = days.toSorted((one, other) => sizeOf(other.value) - sizeOf(one.value))[0];
  const active = days.filter(({ events }) => events > 0).length;
  return (
    <>
      <Card class="card-strip">
        <div class="figure-row">
          <Figure label={`${meter}, 30 days`}>
            <Quantity of={total} unit={unit} />
          </Figure>
          <Figure label="Today">
            <Quantity of={days.at(-1)?.value ?? 0} unit={unit} />
          </Figure>
          <Figure
            label="Most in a day"
            note={
              most && sizeOf(most.value) > 0 ? (
                <When at={startOfDate(most.date, zone.value)} style="weekday" />
              ) : (
                ''
              )
            }
          >
            <Quantity of={most?.value ?? 0} unit={unit} />
          </Figure>
          <Figure label="Days with usage">{active}</Figure>
        </div>
      </Card>
      <Card title="By day">
        <UsageChart label={`${meter} by day, the last 30 days.`} bars={bars} unit={unit} height={300} />
      </Card>
    </>
  );
}
