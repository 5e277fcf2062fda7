import { lastDates } from '../../domain/calendar/local-day.ts';
import type { UsageSum } from '../../domain/metering/days/day.ts';
import { dayUsage } from '../../domain/metering/days/day-usage.ts';
import { hourOf } from '../../domain/metering/window.ts';
import { encodeDays, encodeTotal } from '../../events/usage-answer.ts';
import type { AccountReader } from '../limits/account-reader.ts';
import { findAccount, meterOf, type UsageReader } from '../metering/usage-reader.ts';
import type { ApiResponse } from './api-handler.ts';
import type { ApiRequest } from './api-request.ts';
import { integer, readQuery, required } from './query-parameters.ts';

const parameters = { meter: required, days: integer({ min: 1, max: 35, absent: 30 }) };

/** GET …/accounts/{accountId}/devices/{deviceId}/usage */
export async function getDeviceUsage(reader: UsageReader, request: ApiRequest): Promise<ApiResponse> {
  const { tenantId, accountId, deviceId } = request.path as Record<string, string> & {
    tenantId: string;
    accountId: string;
    deviceId: string;
  };
  const now = reader.clock();
  const asked = readQuery<{ meter: string; days: number }>(request.query, parameters);
  const { config, meter } = await meterOf(reader, tenantId, asked.meter);
  const registered = await findAccount(reader, tenantId, accountId);
  const account = { tenantId, accountId, meter: meter.name };
  const dates = lastDates(config.zones, hourOf(now), asked.days);
  const sums = new Map<string, UsageSum>();
  const read = dayUsage(reader, reader.bounds);
  for await (const { date, usage } of read.ofDevice(
    { account, zones: config.zones, registered, now },
    deviceId,
    dates,
  )) {
    sums.set(date, usage);
  }
  const { events: _, ...total } = encodeTotal(meter, sums.values());
  return { status: 200, body: { deviceId, accountId, ...total, days: encodeDays(meter, dates, sums) } };
}

/** GET …/usage: the tenant's days as they were rolled up last, and how its accounts stand. */
export async function getTenantUsage(reader: AccountReader, request: ApiRequest): Promise<ApiResponse> {
  const { tenantId } = request.path as { tenantId: string };
  const now = reader.clock();
  const asked = readQuery<{ meter: string; days: number }>(request.query, parameters);
  const { config, meter } = await meterOf(reader, tenantId, asked.meter);
  const dates = lastDates(config.zones, hourOf(now), asked.days);
  const [stored, accounts, { near, suspended }] = await Promise.all([
    reader.tenantDays.readSums(tenantId, meter.name, dates[0] as string, dates.at(-1) as string),
    reader.tenantDays.readAccountCount(tenantId),
    reader.notable.count(tenantId, now),
  ]);
  // Only the dates of the present calendar: one that it skips is not listed and does not count.
  const sums = new Map([...stored].filter(([date]) => dates.includes(date)));
  const { events: _, ...total } = encodeTotal(meter, sums.values());
  // Accounts are counted by the roll-up: the newest may be among the suspended and not yet among them.
  const states = { active: Math.max(accounts - suspended, 0), near, suspended };
  return { status: 200, body: { ...total, days: encodeDays(meter, dates, sums), accounts: states } };
}
