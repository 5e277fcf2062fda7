import { quantityMax } from '../../domain/metering/quantity.ts';
import { backoffMs, pause } from './backoff.ts';
import type { DrawStream } from './draw.ts';
import type { DrivenMeter } from './fleet.ts';
import { type ApiAnswer, type ApiCall, type ApiClient, described, jsonOf } from './http.ts';
import { DriveStopped } from './sender.ts';
import { configPath, type TargetSource } from './target.ts';

/** The contract's TenantConfig, as far as a drive needs it. */
interface ConfigAnswer {
  revision?: number;
  meters?: {
    name: string;
    eventType: string;
    aggregation: 'sum' | 'count';
    field?: string;
    scale?: number;
  }[];
  plans?: { limits?: { meter: string; perCycle: number; onReached?: string }[] }[];
  [member: string]: unknown;
}

/** What a tenant without any meter is given: the meter of the demo tenants. */
const bytesMeter = {
  name: 'bytes',
  eventType: 'vpn.usage',
  aggregation: 'sum',
  field: 'bytes',
  unit: 'By',
  scale: 0,
} as const;

export interface MeterWish {
  name: string;
  /** Add the meter to a configuration that has others. */
  configure: boolean;
  /** That one account will report in all. */
  eventsPerAccount: number;
}

export interface ConfigParts {
  client: ApiClient;
  target: TargetSource;
  draws: DrawStream;
  signal: AbortSignal;
}

/**
 * The meter to count on. A tenant that has no meter at all is given `bytes`, where the key may manage; one that
 * has others keeps its configuration unless it was asked for, and then only gains the meter.
 */
export async function prepareMeter(wish: MeterWish, parts: ConfigParts): Promise<DrivenMeter> {
  const config = await readConfig(parts);
  const meter = config.meters?.find(({ name }) => name === wish.name);
  if (meter !== undefined) return driven(meter, config, wish);

  const others = (config.meters ?? []).map(({ name }) => name);
  if (others.length > 0 && !wish.configure) {
    throw new DriveStopped(
      `The tenant has no meter ${wish.name}, but ${others.join(', ')}: name one with --meter, or let the drive add ${wish.name} with --configure.`,
    );
  }
  if (wish.name !== bytesMeter.name)
    throw new DriveStopped(
      `The tenant has no meter ${wish.name}; the drive can only add ${bytesMeter.name}.`,
    );
  await addBytesMeter(config, parts);
  return driven(bytesMeter, config, wish);
}

function driven(
  meter: NonNullable<ConfigAnswer['meters']>[number],
  config: ConfigAnswer,
  wish: MeterWish,
): DrivenMeter {
  const scale = meter.scale ?? 0;
  return {
    name: meter.name,
    eventType: meter.eventType,
    aggregation: meter.aggregation,
    ...(meter.aggregation === 'sum' && meter.field !== undefined ? { field: meter.field } : {}),
    scale,
    quantityMax: Math.min(Number(quantityMax), belowLimits(config, meter.name, scale, wish.eventsPerAccount)),
  };
}

/** So small that no account reaches a limit: a drive is to count, not to be cut off. */
function belowLimits(config: ConfigAnswer, meter: string, scale: number, events: number): number {
  const limits = (config.plans ?? [])
    .flatMap((plan) => plan.limits ?? [])
    .filter((limit) => limit.meter === meter && limit.onReached !== 'notify');
  const smallest = Math.min(...limits.map(({ perCycle }) => perCycle * 10 ** scale));
  return smallest === Infinity ? Infinity : Math.max(1, Math.floor(smallest / 2 / events));
}

async function readConfig(parts: ConfigParts): Promise<ConfigAnswer> {
  const { tenantId, keys } = parts.target.current();
  const answer = await callPatiently({ method: 'GET', path: configPath(tenantId), key: keys.read }, parts);
  if (answer.status !== 200)
    throw new DriveStopped(`The configuration of ${tenantId} cannot be read: ${described(answer)}`);
  return jsonOf(answer) ?? {};
}

async function addBytesMeter(config: ConfigAnswer, parts: ConfigParts): Promise<void> {
  const { tenantId, keys } = parts.target.current();
  if (keys.manage === undefined)
    throw new DriveStopped(
      `${tenantId} has no meter ${bytesMeter.name}, and no key was given that may manage.`,
    );
  const { revision, ...settings } = config;
  const answer = await callPatiently(
    {
      method: 'PUT',
      path: configPath(tenantId),
      key: keys.manage,
      headers: {
        'content-type': 'application/json',
        ...(revision === undefined ? {} : { 'if-match': String(revision) }),
      },
      body: JSON.stringify({ ...settings, meters: [...(config.meters ?? []), bytesMeter] }),
    },
    parts,
  );
  if (answer.status !== 200)
    throw new DriveStopped(
      `The meter ${bytesMeter.name} could not be added to ${tenantId}: ${described(answer)}`,
    );
}

const triesMax = 10;

/** Tries again while the stack is away; the last fault is thrown. */
async function callPatiently(call: ApiCall, { client, draws, signal }: ConfigParts): Promise<ApiAnswer> {
  for (let failures = 1; ; failures++) {
    const outcome = await client.call(call).catch((error: Error) => error);
    const passing = outcome instanceof Error || outcome.status === 429 || outcome.status >= 500;
    if (!passing) return outcome;
    if (failures === triesMax) {
      if (!(outcome instanceof Error)) return outcome;
      throw new DriveStopped(`No answer from the API: ${outcome.message}`);
    }
    await pause(backoffMs(failures, draws), signal);
  }
}
