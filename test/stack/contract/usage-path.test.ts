import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datesOf } from '../../../domain/calendar/local-day.ts';
import { registryPartitions } from '../../../domain/metering/account-registry.ts';
import { dayUsage, usageReadBounds } from '../../../domain/metering/days/day-usage.ts';
import { hourMs, hourOf } from '../../../domain/metering/window.ts';
import { emptyConfig, type TenantConfig } from '../../../domain/tenancy/tenant-config.ts';
import { dynamoRecordUsage } from '../../../infra/metering/dynamo-record-usage.ts';
import { dynamoRollUp } from '../../../infra/metering/dynamo-roll-up.ts';
import { dynamoUsageReader } from '../../../infra/metering/usage-reader.ts';
import { currentConfig } from '../../../infra/tenancy/config-cache.ts';
import { dynamoConfigHistory } from '../../../infra/tenancy/dynamo-config-history.ts';
import { all } from '../../domain/metering/day-world.ts';
import { type EmulatedDynamo, startDynamo } from '../support/dynamo.ts';

describe('usage from its count to its day, over one table', () => {
  let dynamo: EmulatedDynamo;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterAll(() => dynamo.stop());

  it('reads the same from hours and from days, and marks end', async () => {
    const table = await dynamo.createTable();
    let now = Date.parse('2026-11-21T10:20:00Z');
    const clock = () => now;
    const retentionMs = 168 * hourMs;
    const tenantId = 'T001';
    const config: TenantConfig = {
      ...emptyConfig,
      meters: [{ name: 'bytes', eventType: 'x', aggregation: 'sum', field: 'bytes', scale: 0 }],
      zones: [{ from: 0, timeZone: 'Asia/Kolkata', cycle: { period: 'month', anchorDay: 1 } }],
    };
    const record = dynamoRecordUsage(dynamo.client, table, { retentionMs, clock });
    const rollUp = dynamoRollUp(dynamo.client, table, { retentionMs, clock });
    const configs = currentConfig(dynamoConfigHistory(dynamo.client, table), clock);
    const reader = dynamoUsageReader(dynamo.client, table, { configs, clock, retentionMs });
    const records = Array.from({ length: 900 }, (_, index) => ({
      tenantId,
      accountId: index % 3 === 0 ? 'acct#1' : '😀',
      deviceId: `device-${index % 150}`,
      eventId: `e${index}`,
      meter: 'bytes',
      hour: hourOf(now) - (index % 70),
      quantity: index,
    }));
    const touched = await record(records, now);
    expect(touched.filter(({ failure }) => failure)).toEqual([]);

    const dates = datesOf(config.zones, { from: hourOf(now) - 75, to: hourOf(now) + 1 });
    const read = async () => {
      const answers = [];
      for (const accountId of ['acct#1', '😀', 'nobody']) {
        const registered = await reader.registry.find(tenantId, accountId);
        const query = {
          account: { tenantId, accountId, meter: 'bytes' },
          zones: config.zones,
          registered,
          now,
        };
        const usage = dayUsage(reader, { ...usageReadBounds, retentionMs });
        answers.push(await all(usage.withDevices(query, dates)));
        answers.push(await all(usage.ofDevice(query, 'device-3', dates)));
      }
      return answers;
    };
    const rollAll = async () => {
      let cleared = 0;
      for (let partition = 0; partition < registryPartitions; partition++) {
        cleared += (await rollUp(tenantId, config, partition, now)).marksCleared;
      }
      return cleared;
    };

    const fromHours = await read();
    await rollAll();
    now += 60 * hourMs;
    expect(await rollAll()).toBeGreaterThan(0);
    const marked = await reader.registry.list(tenantId, { limit: 10 });
    expect(marked.map(({ dirtyDays }) => dirtyDays.size)).toEqual([0, 0]);
    expect(await read()).toEqual(fromHours);
    const sums = await reader.tenantDays.readSums(tenantId, 'bytes', dates[0]!, dates.at(-1)!);
    const events = [...sums.values()].reduce((sum, day) => sum + day.events, 0);
    expect(events).toBe(900);
    expect(await reader.tenantDays.readAccountCount(tenantId)).toBe(2);
  });
});
