import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createFleet, type DrivenMeter } from '../../../commands/drive/fleet.ts';
import { closingPosts, planPosts } from '../../../commands/drive/plan.ts';
import { bodyOf } from '../../../commands/drive/sender.ts';
import { expectedReceipt, faults, itemText } from '../../../commands/drive/wire.ts';
import { acceptEvents } from '../../../domain/metering/intake/accept-events.ts';
import type { TenantConfig } from '../../../domain/tenancy/tenant-config.ts';
import { checkMediaType, decodeEventPost } from '../../../events/event-post.ts';

/** What the driver expects is what ingest decides, so a difference in a drive is never the driver's own. */

const until = Date.parse('2026-11-21T10:00:00Z');
const meters: DrivenMeter[] = [
  ...[0, 3, 6].map((scale) => ({
    ...{ name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum' as const, field: 'bytes' },
    ...{ scale, quantityMax: Number.MAX_SAFE_INTEGER },
  })),
  { name: 'calls', eventType: 'call', aggregation: 'count', scale: 0, quantityMax: 1 },
];

const fleetOf = (meter: DrivenMeter) =>
  createFleet({ seed: 5, run: 'r', accounts: 60, devices: 2, minutes: 25, lateShare: 0.1, until, meter });

function configOf({ quantityMax: _, ...meter }: DrivenMeter): TenantConfig {
  return {
    ...{ revision: 1, retiredMeters: [], retiredSeries: [], zones: [{ from: 0, timeZone: 'UTC' }] },
    ...{ meters: [meter], plans: [], cycle: { period: 'month', anchorDay: 1 }, onSuspended: 'reject' },
    ...{ series: [], timeZone: 'UTC', calendar: [], archiveOnly: [], versions: {} },
  } as unknown as TenantConfig;
}

function judge(meter: DrivenMeter, body: string | Buffer, headers: Record<string, string>) {
  const bytes = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : Buffer.from(body);
  const posted = decodeEventPost(checkMediaType(headers), bytes);
  const { receipt } = acceptEvents(posted, {
    tenantId: 'T001',
    config: configOf(meter),
    bounds: {},
    now: until,
  });
  return { ...receipt, rejected: receipt.rejected.map(({ index, code }) => ({ index, code })) };
}

describe.each(meters)('receipts for a $aggregation of scale $scale', (meter) => {
  it('are those that ingest gives', () => {
    const fleet = fleetOf(meter);
    const posts = [...planPosts(fleet, { duplicates: 0.3, faulty: 0.1 }), ...closingPosts(fleet)];
    expect(posts.length).toBeGreaterThan(100);
    for (const post of posts) {
      const { body, headers } = bodyOf(fleet, post);
      expect(judge(meter, body, headers)).toEqual(expectedReceipt(post.items));
    }
  });

  it.each(faults)('say $code of: $name', (fault) => {
    if (fault.ofQuantity && meter.field === undefined) return;
    const text = itemText(fleetOf(meter), { ordinal: 3, fault }, 'x');
    const { rejected } = judge(meter, `[${text}]`, { 'content-type': 'application/json' });
    expect(rejected).toEqual([{ index: 0, code: fault.code }]);
  });
});
