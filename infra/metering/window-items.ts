import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Hour, hourMs, type WindowKey } from '../../domain/metering/window.ts';
import { asExactSum } from '../../domain/metering/windows/exact-sum.ts';
import { utf8Bytes } from '../../domain/metering/windows/utf8.ts';
import type { WindowPage } from '../../domain/metering/windows/window-page.ts';

export type Item = Record<string, AttributeValue>;

/** A window has fewer pages than this; at 64 KiB each that is far beyond what one account can send in an hour. */
const pagesMax = 100_000;

export const windowPk = ({ tenantId, accountId }: Pick<WindowKey, 'tenantId' | 'accountId'>): string =>
  `w#${tenantId}#${accountId}`;

/** The sort key's part that all pages of a meter's hour share, and that hours sort by. */
export const hourSk = (meter: string, hour: Hour): string =>
  `${meter}#${new Date(hour * hourMs).toISOString().slice(0, 13)}`;

export function pageSk({ meter, hour }: WindowKey, page: number): string {
  if (page >= pagesMax) throw new Error(`A window has at most ${pagesMax} pages.`);
  return `${hourSk(meter, hour)}#${String(page).padStart(5, '0')}`;
}

/** The hour of a page's sort key. */
export function hourOfSk(sk: string): Hour {
  const [, text] = sk.split('#');
  return Date.parse(`${text}:00:00Z`) / hourMs;
}

/** A page as UsageTable keeps it; empty parts are left out. */
export function toItem(window: WindowKey, page: WindowPage): Item {
  return {
    pk: { S: windowPk(window) },
    sk: { S: pageSk(window, page.page) },
    rev: { N: String(page.rev) },
    sealed: { BOOL: page.sealed },
    total: { N: String(page.value) },
    events: { N: String(page.events) },
    expiresAt: { N: String(page.expiresAt) },
    ids: { B: page.ids },
    counts: { B: page.counts },
    ...(page.names.length > 0 && { names: { B: page.names } }),
    ...(page.keyVersion !== undefined && { keyVersion: { N: String(page.keyVersion) } }),
  };
}

export function fromItem(item: Item): WindowPage {
  return {
    page: Number(item.sk?.S?.slice(-5)),
    rev: Number(item.rev?.N),
    sealed: item.sealed?.BOOL === true,
    value: asExactSum(BigInt(item.total?.N as string)),
    events: Number(item.events?.N),
    ids: item.ids?.B ?? empty,
    names: item.names?.B ?? empty,
    counts: item.counts?.B ?? empty,
    ...(item.keyVersion && { keyVersion: Number(item.keyVersion.N) }),
    expiresAt: Number(item.expiresAt?.N),
  };
}

const empty = new Uint8Array(0);

/** Attribute names that every page has, and the truth value of `sealed`. */
const fixedBytes = 'pkskrevsealedtotaleventsexpiresAtidscounts'.length + 1;

/** What the keys of every page have beside tenant, account and meter, which is ASCII as the tenant is. */
const keyFixedBytes = 'w##'.length + '#2026-11-21T10#00000'.length;

/** What DynamoDB bills `toItem` of this page as: the UTF-8 of its attribute names, and their values. */
export function billedBytes(window: WindowKey, page: WindowPage): number {
  const keys = keyFixedBytes + window.tenantId.length + utf8Bytes(window.accountId) + window.meter.length;
  const numbers =
    numberBytes(page.rev) + numberBytes(page.value) + numberBytes(page.events) + numberBytes(page.expiresAt);
  const body = page.ids.length + page.names.length + page.counts.length;
  const names = page.names.length > 0 ? 'names'.length : 0;
  const version = page.keyVersion === undefined ? 0 : 'keyVersion'.length + numberBytes(page.keyVersion);
  return fixedBytes + keys + numbers + body + names + version;
}

/**
 * A whole number from 0 up takes a byte, and one for each two digits, counted from the ones, that are between
 * its first and its last digit other than 0: 1234 takes 3, 120 takes 3 (01|20), 1200 takes 2 (12|00).
 */
export function numberBytes(value: number | bigint): number {
  // A double's remainder is exact for every whole number that is safe; beyond, there are bigints.
  if (typeof value === 'bigint')
    return value > BigInt(Number.MAX_SAFE_INTEGER)
      ? textNumberBytes(String(value))
      : numberBytes(Number(value));
  if (value === 0) return 1;
  let rest = value;
  while (rest % 100 === 0) rest /= 100;
  let bytes = 1;
  for (; rest >= 1; rest = Math.floor(rest / 100)) bytes += 1;
  return bytes;
}

const textNumberBytes = (digits: string): number => {
  const pairs = digits.length % 2 === 0 ? digits : `0${digits}`;
  return 1 + pairs.replace(/(00)+$/, '').length / 2;
};
