import type { Grant } from '../../tenancy/grant.ts';
import type { Meter, TenantConfig } from '../../tenancy/tenant-config.ts';
import { trafficAmountsOf } from '../../traffic/traffic-amounts.ts';
import type { ReceivedEvent } from './received-event.ts';
import { isSameJson } from './same-json.ts';
import { metersOf, type UsageFault, usageRecordsOf } from './usage-records.ts';

/** The contract's bounds of an event's age and size. */
export const eventAgeMaxMs = 35 * 24 * 3_600_000;
export const eventAheadMaxMs = 5 * 60_000;
export const eventBytesMax = 64 * 1024;

/** An event as it was posted, decoded and within the bounds of its attributes. */
export interface SoundEvent {
  event: ReceivedEvent;
  /** As parsed. */
  value: unknown;
  /** Its JSON without white space, and how many bytes of UTF-8 that has. */
  text: string;
  bytes: number;
}

/** One posted value: an event, or what is wrong with it and its id where it has one. */
export type PostedEvent = SoundEvent | { detail: string; id?: string };

export type RejectionCode =
  | UsageFault['code']
  | 'unknown_type'
  | 'too_old'
  | 'in_future'
  | 'event_too_large'
  | 'conflicting_duplicate'
  | 'not_allowed'
  | 'account_suspended';

export interface Rejection {
  index: number;
  id?: string;
  code: RejectionCode;
  /** For the sender: what is wrong, and what would be right. */
  detail: string;
}

/** What became of every posted event: received = accepted + duplicates + rejected. */
export interface Receipt {
  received: number;
  accepted: number;
  duplicates: number;
  rejected: Rejection[];
}

export interface Acceptance {
  receipt: Receipt;
  accepted: SoundEvent[];
  /** An event was rejected for what a newer revision of the configuration may declare. */
  isConfigDoubted: boolean;
}

export interface AcceptanceRules {
  tenantId: string;
  /** Undefined where the tenant has none: then every type is unknown. */
  config: TenantConfig | undefined;
  /** What the credential is bound to. */
  bounds: Pick<Grant, 'accounts' | 'devices'>;
  /** Epoch milliseconds. */
  now: number;
  /** Says why an event that feeds these meters is refused as its account's is suspended; absent: nobody is. */
  suspension?: (event: ReceivedEvent, meters: readonly Meter[]) => string | undefined;
}

/**
 * Decides event by event. Each check sees one event alone, so that a fault never touches the events beside it;
 * only an accepted event makes a later one of the same source and id its duplicate.
 */
export function acceptEvents(posted: readonly PostedEvent[], rules: AcceptanceRules): Acceptance {
  const rejected: Rejection[] = [];
  const accepted: SoundEvent[] = [];
  const seen = new Map<string, SoundEvent>();
  let duplicates = 0;
  let isConfigDoubted = false;
  for (const [index, item] of posted.entries()) {
    if (!('event' in item)) {
      const id = item.id === undefined ? {} : { id: item.id };
      rejected.push({ index, ...id, code: 'invalid_event', detail: item.detail });
      continue;
    }
    const { id, deviceId } = item.event;
    const identity = `${deviceId.length}:${deviceId}${id}`;
    const first = seen.get(identity);
    const fault = faultOf(item, first, rules);
    if (fault) {
      rejected.push({ index, id, code: fault.code, detail: fault.detail });
      isConfigDoubted ||= fault.isConfigDoubted ?? false;
    } else if (first) {
      duplicates += 1;
    } else {
      seen.set(identity, item);
      accepted.push(item);
    }
  }
  const receipt = { received: posted.length, accepted: accepted.length, duplicates, rejected };
  return { receipt, accepted, isConfigDoubted };
}

interface Fault {
  code: RejectionCode;
  detail: string;
  isConfigDoubted?: boolean;
}

/** The first fault by the order of the checks; `first` is the accepted event of the same source and id. */
function faultOf(item: SoundEvent, first: SoundEvent | undefined, rules: AcceptanceRules): Fault | undefined {
  const { event } = item;
  const { config } = rules;
  const usage = config && usageRecordsOf(rules.tenantId, event, config);
  const usageFault = usage && 'fault' in usage ? usage.fault : undefined;
  if (usageFault?.code === 'invalid_event') return usageFault;
  return (
    (config ? typeFault(event, config) : unknownType(event.type)) ??
    timeFault(event, rules.now) ??
    sizeFault(item) ??
    usageFault ??
    (config && trafficFault(event, config)) ??
    conflict(item, first) ??
    boundsFault(event, rules.bounds) ??
    suspensionFault(event, rules)
  );
}

const declaredTypes = new WeakMap<TenantConfig, Set<string>>();

function typesOf(config: TenantConfig): Set<string> {
  let types = declaredTypes.get(config);
  if (!types) {
    const feeding = [...config.meters, ...config.series].map(({ eventType }) => eventType);
    types = new Set([...feeding, ...config.archiveOnly]);
    declaredTypes.set(config, types);
  }
  return types;
}

function typeFault(event: ReceivedEvent, config: TenantConfig): Fault | undefined {
  if (!typesOf(config).has(event.type)) return unknownType(event.type);
  const { type, version } = event;
  const versions = (Object.hasOwn(config.versions, type) && config.versions[type]) || [1];
  if (versions.includes(version)) return undefined;
  const detail = `dataversion ${version} is not declared for ${type}: the configuration has ${versions.join(', ')}`;
  return { code: 'invalid_event', detail, isConfigDoubted: true };
}

/** What a series adds up it must find, as a meter must: told to the sender, and not found out behind its back. */
function trafficFault(event: ReceivedEvent, config: TenantConfig): Fault | undefined {
  const read = trafficAmountsOf(event, config);
  return 'fault' in read ? read.fault : undefined;
}

const unknownType = (type: string): Fault => ({
  code: 'unknown_type',
  detail: `type ${type} is named by no meter, no series and not by archiveOnly of the configuration`,
  isConfigDoubted: true,
});

function timeFault({ occurredAt }: ReceivedEvent, now: number): Fault | undefined {
  if (occurredAt < now - eventAgeMaxMs) {
    return { code: 'too_old', detail: 'time is more than 35 days ago; older events are not taken' };
  }
  if (occurredAt > now + eventAheadMaxMs) {
    return { code: 'in_future', detail: 'time is more than 5 minutes ahead: check the sender’s clock' };
  }
  return undefined;
}

function sizeFault({ bytes }: SoundEvent): Fault | undefined {
  if (bytes <= eventBytesMax) return undefined;
  const detail = `the event has ${bytes} bytes of JSON, at most ${eventBytesMax} are taken`;
  return { code: 'event_too_large', detail };
}

function conflict(item: SoundEvent, first: SoundEvent | undefined): Fault | undefined {
  if (!first || first.text === item.text || isSameJson(first.value, item.value)) return undefined;
  const detail =
    'an earlier event of this request has the same source and id but differs; a retry must repeat the event unchanged';
  return { code: 'conflicting_duplicate', detail };
}

function boundsFault(
  { accountId, deviceId }: ReceivedEvent,
  { accounts, devices }: AcceptanceRules['bounds'],
): Fault | undefined {
  if (accounts && (accountId === undefined || !accounts.includes(accountId))) {
    return { code: 'not_allowed', detail: 'the credential may not report for this subject (account)' };
  }
  if (devices && !devices.includes(deviceId)) {
    return { code: 'not_allowed', detail: 'the credential may not report for this source (device)' };
  }
  return undefined;
}

function suspensionFault(event: ReceivedEvent, { config, suspension }: AcceptanceRules): Fault | undefined {
  const detail = config && suspension?.(event, metersOf(config, event.type));
  return detail === undefined ? undefined : { code: 'account_suspended', detail };
}
