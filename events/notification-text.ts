import { decimalText } from '../domain/metering/quantity.ts';
import type {
  AccountNotification,
  AccountResumed,
  AccountSuspended,
  BudgetSpent,
  LimitPassed,
  Notification,
} from '../domain/notification/notification.ts';
import { healthText, longAnomalyText, shortAnomalyText, shortHealthText } from './traffic-text.ts';

/** Of mails. */
export const subjects: Record<Notification['kind'], string> = {
  'limit.near': 'Tidegate: an account nears its limit',
  'limit.reached': 'Tidegate: an account has reached its limit',
  'account.suspended': 'Tidegate: an account is suspended',
  'account.resumed': 'Tidegate: an account is served again',
  'anomaly.detected': 'Tidegate: traffic is not as expected',
  'anomaly.ended': 'Tidegate: traffic is as expected again',
  'data.stalled': 'Tidegate: traffic is not counted',
  'data.resumed': 'Tidegate: traffic is counted again',
  'data.duplicates': 'Tidegate: many events are sent more than once',
  'budget.spent': 'Tidegate: no more notifications today',
};

const reasons: Record<AccountResumed['reason'], string> = {
  cycle_ended: 'a new cycle has begun',
  limit_raised: 'its limit has changed',
  plan_changed: 'its plan has changed',
};

/** Whole sentences, with everything that one needs to know. */
export function longText(notification: Notification): string {
  if (notification.kind === 'budget.spent') return spentText(notification);
  if (isOfAccount(notification)) return accountText(notification);
  return 'anomalyId' in notification ? longAnomalyText(notification) : healthText(notification);
}

const isOfAccount = (notification: Notification): notification is AccountNotification =>
  'accountId' in notification;

function accountText(notification: AccountNotification): string {
  const account = `Account ${shown(notification.accountId)}`;
  if (notification.kind === 'account.resumed') {
    return `${account} is served again: ${reasons[notification.reason]} (${notification.meter.name}).`;
  }
  const usage = usageText(notification);
  if (notification.kind === 'account.suspended') {
    return `${account} is suspended until ${minute(notification.until)}: it has used ${usage}.`;
  }
  const { threshold, cycle } = notification;
  const what =
    threshold === 100
      ? `has reached its limit of ${notification.meter.name}`
      : `has used ${threshold} % of its limit of ${notification.meter.name}`;
  return `${account} ${what}: ${usage}. The cycle ends ${minute(cycle.end)}.`;
}

/** The same for a small screen: what changed comes first, so that it survives where the account's id is long. */
export function shortText(notification: Notification): string {
  if (notification.kind === 'budget.spent') return spentText(notification);
  if (isOfAccount(notification)) return shortAccountText(notification);
  return 'anomalyId' in notification ? shortAnomalyText(notification) : shortHealthText(notification);
}

function shortAccountText(notification: AccountNotification): string {
  const { meter } = notification;
  const what: Record<AccountNotification['kind'], () => string> = {
    'limit.near': () => `${(notification as LimitPassed).threshold}% of ${meter.name} used`,
    'limit.reached': () => `limit of ${meter.name} reached`,
    'account.suspended': () => `suspended until ${minute((notification as AccountSuspended).until)}`,
    'account.resumed': () => `served again, ${reasons[(notification as AccountResumed).reason]}`,
  };
  return `Tidegate: ${what[notification.kind]()}: ${shown(notification.accountId)}`;
}

const spentText = ({ silenced, until, count }: BudgetSpent): string =>
  `${count} notifications on ${silenced} were sent today: no more until ${minute(until)}.`;

function usageText({ used, limit, meter }: LimitPassed | AccountSuspended): string {
  const unit = meter.unit === undefined ? '' : ` ${shown(meter.unit)}`;
  return `${decimalText(used, meter.scale)} of ${decimalText(limit, meter.scale)}${unit}`;
}

/** 2026-12-01 00:00 UTC */
const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** As it stands, but for what no mail may hold. */
const shown = (text: string): string => text.replace(/[\ufffe\uffff]/g, '\ufffd');
