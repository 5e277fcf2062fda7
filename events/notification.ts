import { Buffer } from 'node:buffer';
import { formatQuantity } from '../domain/metering/quantity.ts';
import type { Notification } from '../domain/notification/notification.ts';
import { asciiJson } from './ascii-json.ts';
import { longText, shortText, subjects } from './notification-text.ts';
import { anomalyAttributes, anomalyMembers, healthMembers } from './traffic-notification.ts';

/** A notification as its subscribers get it: JSON for queues and functions, texts for people. */
export interface EncodedNotification {
  /** Holds nothing that a tenant chose. */
  subject: string;
  json: string;
  email: string;
  /** At most 140 bytes. */
  sms: string;
  /** For the filters of subscriptions. */
  attributes: Record<string, string | number>;
}

const smsBytesMax = 140;

/** `consoleUrl` is where the console is, without a slash at its end. */
export function encodeNotification(notification: Notification, consoleUrl: string): EncodedNotification {
  const { id, kind, tenantId, at } = notification;
  const text = longText(notification);
  const link = linkTo(notification, consoleUrl);
  const head = { id, kind, tenantId, at: instant(at), text, link };
  return {
    subject: subjects[kind],
    json: asciiJson({ ...head, ...members(notification) }),
    email: `${text}\n\n${link}\n`,
    sms: cut(shortText(notification), smsBytesMax),
    attributes: {
      tenantId,
      kind,
      ...('accountId' in notification && { accountId: withoutNoncharacters(notification.accountId) }),
      ...('anomalyId' in notification && anomalyAttributes(notification)),
    },
  };
}

const instant = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** What a kind has beside what all have (contract, messages). */
function members(notification: Notification): Record<string, unknown> {
  if (notification.kind === 'budget.spent') {
    const { silenced, until, count } = notification;
    return { silenced, until: instant(until), count };
  }
  if ('anomalyId' in notification) return anomalyMembers(notification, instant);
  if (!('accountId' in notification)) return healthMembers(notification, instant);
  const { accountId, meter } = notification;
  const head = { accountId, meter: meter.name, ...(meter.unit !== undefined && { unit: meter.unit }) };
  if (notification.kind === 'account.resumed') return { ...head, reason: notification.reason };
  const { used, limit, cycle, limitRev } = notification;
  return {
    ...head,
    ...('threshold' in notification && { threshold: notification.threshold }),
    used: formatQuantity(used, meter.scale),
    limit: formatQuantity(limit, meter.scale),
    cycle: { start: instant(cycle.start), end: instant(cycle.end) },
    limitRev,
    ...('until' in notification && { until: instant(notification.until) }),
  };
}

function linkTo(notification: Notification, consoleUrl: string): string {
  if ('accountId' in notification)
    return `${consoleUrl}/#/accounts/${encodeURIComponent(notification.accountId)}`;
  if ('anomalyId' in notification)
    return `${consoleUrl}/#/anomalies/${encodeURIComponent(notification.anomalyId)}`;
  return `${consoleUrl}/`;
}

/** Attributes are refused with them. */
const withoutNoncharacters = (text: string): string => text.replace(/[\ufffe\uffff]/g, '\ufffd');

/** As many whole characters as fit. */
function cut(text: string, bytesMax: number): string {
  if (Buffer.byteLength(text) <= bytesMax) return text;
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(kept) + Buffer.byteLength(character) + '...'.length > bytesMax) break;
    kept += character;
  }
  return `${kept}...`;
}
