import type { TenantConfig } from '../../domain/tenancy/tenant-config.ts';
import type { CloudEvent } from '../../events/cloud-event.ts';

export const now = Date.UTC(2026, 10, 21, 10, 5, 30);

/** An event that the sample configuration counts; a member given as undefined is left out. */
export function sampleEvent(members: Record<string, unknown> = {}): CloudEvent {
  const event = {
    specversion: '1.0',
    id: 'event-1',
    source: 'phone-7',
    subject: 'acct-42',
    type: 'vpn.usage',
    time: '2026-11-21T10:05:00Z',
    data: { bytes: 1_048_576 },
    ...members,
  };
  return JSON.parse(JSON.stringify(event));
}

/** Bytes (no decimals) of vpn.usage, euros (cents) and a count of card.charge; a series of page.view. */
export function sampleConfig(changes: Partial<TenantConfig> = {}): TenantConfig {
  return {
    revision: 7,
    meters: [
      { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', unit: 'By', scale: 0 },
      { name: 'euros', eventType: 'card.charge', aggregation: 'sum', field: 'amount', scale: 2 },
      { name: 'charges', eventType: 'card.charge', aggregation: 'count', scale: 0 },
    ],
    plans: [],
    cycle: { period: 'month', anchorDay: 1 },
    onSuspended: 'reject',
    series: [
      {
        name: 'views',
        eventType: 'page.view',
        aggregation: 'count',
        interval: 'PT5M',
        severityThreshold: 70,
      },
    ],
    timeZone: 'UTC',
    calendar: [],
    archiveOnly: ['audit.note'],
    versions: { 'audit.note': [1, 2] },
    retiredMeters: [],
    retiredSeries: [],
    zones: [],
    ...changes,
  };
}
