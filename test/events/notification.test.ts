import { describe, expect, it } from 'vitest';
import type { Notification } from '../../domain/notification/notification.ts';
import { encodeNotification } from '../../events/notification.ts';

const meter = {
  name: 'bytes',
  eventType: 'vpn.usage',
  aggregation: 'sum',
  field: 'bytes',
  unit: 'GBy',
  scale: 2,
} as const;
const cycle = { start: Date.parse('2026-11-01T00:00:00Z'), end: Date.parse('2026-12-01T00:00:00Z') };
const at = Date.parse('2026-11-21T10:30:05.250Z');
const of = { tenantId: 'T001', at, accountId: 'acct-42', meter };
const usage = { used: 8050n, limit: 10_000n, cycle, limitRev: 67_108_866 };

const near: Notification = { ...of, ...usage, id: 'n', kind: 'limit.near', threshold: 80 };
const reached: Notification = {
  ...of,
  ...usage,
  id: 'r',
  kind: 'limit.reached',
  threshold: 100,
  used: 10_001n,
};
const suspended: Notification = { ...of, ...usage, id: 's', kind: 'account.suspended', until: cycle.end };
const resumed: Notification = { ...of, id: 'e', kind: 'account.resumed', reason: 'plan_changed' };
const spent: Notification = {
  id: 'b',
  kind: 'budget.spent',
  tenantId: 'T001',
  at,
  silenced: 'accounts',
  until: cycle.end,
  count: 10_000,
};
const consoleUrl = 'https://api.example/prod/console';
const encode = (notification: Notification) => encodeNotification(notification, consoleUrl);

describe('a notification', () => {
  it('has the fields of the contract', () => {
    const head = {
      tenantId: 'T001',
      at: '2026-11-21T10:30:05.250Z',
      accountId: 'acct-42',
      meter: 'bytes',
      unit: 'GBy',
    };
    const link = `${consoleUrl}/#/accounts/acct-42`;
    const ofCycle = {
      limit: 100,
      cycle: { start: '2026-11-01T00:00:00Z', end: '2026-12-01T00:00:00Z' },
      limitRev: 67_108_866,
    };
    expect(JSON.parse(encode(near).json)).toEqual({
      ...head,
      ...ofCycle,
      link,
      id: 'n',
      kind: 'limit.near',
      threshold: 80,
      used: 80.5,
      text: 'Account acct-42 has used 80 % of its limit of bytes: 80.5 of 100 GBy. The cycle ends 2026-12-01 00:00 UTC.',
    });
    expect(JSON.parse(encode(suspended).json)).toEqual({
      ...head,
      ...ofCycle,
      link,
      id: 's',
      kind: 'account.suspended',
      used: 80.5,
      until: '2026-12-01T00:00:00Z',
      text: 'Account acct-42 is suspended until 2026-12-01 00:00 UTC: it has used 80.5 of 100 GBy.',
    });
    expect(JSON.parse(encode(resumed).json)).toEqual({
      ...head,
      link,
      id: 'e',
      kind: 'account.resumed',
      reason: 'plan_changed',
      text: 'Account acct-42 is served again: its plan has changed (bytes).',
    });
    expect(JSON.parse(encode(spent).json)).toMatchObject({
      kind: 'budget.spent',
      silenced: 'accounts',
      until: '2026-12-01T00:00:00Z',
      count: 10_000,
      link: `${consoleUrl}/`,
    });
  });

  it('is a sentence and a link in a mail, and what happened on a phone', () => {
    expect(encode(reached).email).toBe(
      `Account acct-42 has reached its limit of bytes: 100.01 of 100 GBy. The cycle ends 2026-12-01 00:00 UTC.\n\n${consoleUrl}/#/accounts/acct-42\n`,
    );
    expect(encode(reached).sms).toBe('Tidegate: limit of bytes reached: acct-42');
    expect(encode(near).sms).toBe('Tidegate: 80% of bytes used: acct-42');
    expect(encode(suspended).sms).toBe('Tidegate: suspended until 2026-12-01 00:00 UTC: acct-42');
    expect(encode(resumed).sms).toBe('Tidegate: served again, its plan has changed: acct-42');
  });

  it('keeps quantities exact that a number does not hold', () => {
    const huge = { ...suspended, used: 2n ** 70n } as Notification;
    expect(JSON.parse(encode(huge).json).used).toBe('11805916207174113034.24');
  });

  const hostile = [
    '\u{1f697}'.repeat(64),
    'a'.repeat(128),
    '\ufffe\uffff',
    '"}{\\',
    '<b>&amp;',
    '\u2028\u2029',
    'é'.repeat(128),
  ];

  it.each(hostile)('can be sent whatever the account is called: %j', (accountId) => {
    for (const notification of [near, reached, suspended, resumed]) {
      const encoded = encode({ ...notification, accountId } as Notification);
      expect(JSON.parse(encoded.json).accountId).toBe(accountId);
      expect(encoded.json).toMatch(/^[\x20-\x7e]*$/);
      expect(Buffer.byteLength(encoded.sms)).toBeLessThanOrEqual(140);
      expect(encoded.sms.isWellFormed()).toBe(true);
      for (const text of [encoded.email, encoded.sms, encoded.attributes.accountId]) {
        expect(text).not.toMatch(/[\ufffe\uffff]/);
      }
      expect(encoded.subject).toBe(encode(notification).subject);
      expect(encoded.subject).toMatch(/^[\x20-\x7e]{1,100}$/);
    }
  });
});
