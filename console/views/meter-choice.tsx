import type { TenantConfig } from '../api/answers.ts';
import { Select } from '../parts/controls.tsx';
import { go } from '../routing/location.ts';
import { metersOf } from '../session/tenant-config.ts';

/** Which meter is shown, where there are several. */
export function MeterChoice({
  config,
  meter,
  to,
}: {
  config: TenantConfig | undefined;
  meter: string | undefined;
  to: (meter: string) => string;
}) {
  const meters = metersOf(config);
  if (meters.length < 2) return null;
  return (
    <Select
      label="Meter"
      value={meter ?? ''}
      choices={meters.map(({ name }) => ({ value: name, label: name }))}
      onChoose={(chosen) => go(to(chosen))}
    />
  );
}
