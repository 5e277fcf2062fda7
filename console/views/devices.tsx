import { useState } from 'preact/hooks';
import type { Account, Usage } from '../api/answers.ts';
import type { Quantity as WireQuantity } from '../format/quantity.ts';
import { groupDigits, readPart, sizeOf, sumQuantities } from '../format/quantity.ts';
import { useLoad } from '../loading/use-load.ts';
import { Card, Empty, Shown } from '../parts/surface.tsx';
import { Name, Quantity } from '../parts/text.tsx';
import { hashOf } from '../routing/place.ts';
import { askTenant } from '../session/session.ts';

const shownMax = 12;

interface DeviceSum {
  deviceId: string;
  value: WireQuantity;
  events: number;
}

/** The account's devices in this cycle, each with its share. */
export function Devices({
  account,
  meter,
  unit,
}: {
  account: Account;
  meter: string;
  unit: string | undefined;
}) {
  const [isWhole, setWhole] = useState(false);
  const { accountId, cycle } = account;
  const loaded = useLoad(`devices ${meter} ${cycle.start}`, async (signal) => {
    const usage = await askTenant<Usage>({
      path: ['accounts', accountId, 'usage'],
      query: { meter, step: 'day', groupBy: 'device', from: cycle.start },
      signal,
    });
    return sumDevices(usage);
  });
  return (
    <Card
      title="Devices in this cycle"
      aside={loaded.data && <span class="muted">{groupDigits(String(loaded.data.length))}</span>}
    >
      <Shown loaded={loaded} lines={4}>
        {(devices) => {
          if (devices.length === 0) return <Empty title="No device has reported in this cycle." />;
          const all = devices.reduce((sum, { value }) => sum + sizeOf(value), 0);
          return (
            <>
              <table class="table table-devices">
                <thead>
                  <tr>
                    <th scope="col">Device</th>
                    <th scope="col">Share</th>
                    <th scope="col" class="number">
                      Usage
                    </th>
                    <th scope="col" class="number wide-only">
                      Events
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {devices.slice(0, isWhole ? undefined : shownMax).map((device) => (
                    <DeviceRow
                      key={device.deviceId}
                      device={device}
                      share={all > 0 ? sizeOf(device.value) / all : 0}
                      to={hashOf('device', [accountId, device.deviceId], { meter })}
                      unit={unit}
                    />
                  ))}
                </tbody>
              </table>
              {devices.length > shownMax && !isWhole && (
                <button type="button" class="button button-more" onClick={() => setWhole(true)}>
                  Show all {groupDigits(String(devices.length))} devices
                </button>
              )}
            </>
          );
        }}
      </Shown>
    </Card>
  );
}

function DeviceRow({
  device,
  share,
  to,
  unit,
}: {
  device: DeviceSum;
  share: number;
  to: string;
  unit: string | undefined;
}) {
  return (
    <tr>
      <td class="cell-name">
        <a href={to}>
          <Name text={device.deviceId} />
        </a>
      </td>
      <td class="cell-share">
        <div class="share">
          <div class="bar" aria-hidden="true">
            <span class="bar-fill" style={{ width: `${share * 100}%` }} />
          </div>
          <span class="share-text">{readPart(share)}</span>
        </div>
      </td>
      <td class="number">
        <Quantity of={device.value} unit={unit} />
      </td>
      <td class="number wide-only">{groupDigits(String(device.events))}</td>
    </tr>
  );
}

/** The most used first. */
function sumDevices({ windows }: Usage): DeviceSum[] {
  const values = new Map<string, { values: WireQuantity[]; events: number }>();
  for (const { devices = [] } of windows) {
    for (const { deviceId, value, events } of devices) {
      const known = values.get(deviceId) ?? { values: [], events: 0 };
      known.values.push(value);
      known.events += events;
      values.set(deviceId, known);
    }
  }
  return [...values]
    .map(([deviceId, { values: parts, events }]) => ({ deviceId, value: sumQuantities(parts), events }))
    .sort((one, other) => sizeOf(other.value) - sizeOf(one.value));
}
