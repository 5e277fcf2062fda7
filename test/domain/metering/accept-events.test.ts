import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AcceptanceRules,
  acceptEvents,
  type PostedEvent,
} from '../../../domain/metering/intake/accept-events.ts';
import { decodeEventPost } from '../../../events/event-post.ts';
import { now, sampleConfig, sampleEvent } from '../../events/sample-events.ts';

const rules: AcceptanceRules = { tenantId: 'T001', config: sampleConfig(), bounds: {}, now };
const posted = (...values: unknown[]): PostedEvent[] =>
  decodeEventPost('application/json', Buffer.from(JSON.stringify(values)));
const at = (ms: number): string => new Date(ms).toISOString();
const codesOf = (events: unknown[], changes: Partial<AcceptanceRules> = {}): (string | undefined)[] => {
  const { receipt } = acceptEvents(posted(...events), { ...rules, ...changes });
  return events.map((_, index) => receipt.rejected.find((rejection) => rejection.index === index)?.code);
};
const dayMs = 86_400_000;

describe('acceptEvents', () => {
  it('accepts what is right, and says how many', () => {
    const { receipt, accepted, isConfigDoubted } = acceptEvents(
      posted(sampleEvent(), sampleEvent({ id: 'event-2' })),
      rules,
    );
    expect(receipt).toEqual({ received: 2, accepted: 2, duplicates: 0, rejected: [] });
    expect(accepted.map(({ event }) => event.id)).toEqual(['event-1', 'event-2']);
    expect(isConfigDoubted).toBe(false);
  });

  it.each([
    ['an event that is none', { specversion: '2' }, 'invalid_event'],
    ['no account where a meter counts', { subject: undefined }, 'invalid_event'],
    ['a type that nothing names', { type: 'other' }, 'unknown_type'],
    ['a type that every object has', { type: 'constructor' }, 'unknown_type'],
    ['an undeclared version', { dataversion: 2 }, 'invalid_event'],
    ['one that is too old', { time: at(now - 35 * dayMs - 1) }, 'too_old'],
    ['one that is ahead', { time: at(now + 300_001) }, 'in_future'],
    ['one that is too large', { extension: 'x'.repeat(65_536) }, 'event_too_large'],
    ['a quantity that is none', { data: { bytes: '1' } }, 'invalid_quantity'],
    ['a repeat with another account', { id: 'good', subject: 'acct-43' }, 'conflicting_duplicate'],
    ['a repeat at another time', { id: 'good', time: '2026-11-21T10:05:01Z' }, 'conflicting_duplicate'],
    ['a repeat with another attribute', { id: 'good', note: null }, 'conflicting_duplicate'],
  ])('rejects %s and takes the events beside it', (_what, members, code) => {
    const events = [sampleEvent({ id: 'good' }), sampleEvent(members), sampleEvent({ id: 'better' })];
    expect(codesOf(events)).toEqual([undefined, code, undefined]);
  });

  it.each([
    ['at the horizon', { time: at(now - 35 * dayMs) }],
    ['5 minutes ahead', { time: at(now + 300_000) }],
    ['of a series', { type: 'page.view', subject: undefined, data: { x: -1 } }],
    ['only archived, of a declared version', { type: 'audit.note', dataversion: 2 }],
    [
      'with as many bytes as may be',
      { extension: 'x'.repeat(65_536 - JSON.stringify(sampleEvent({ extension: '' })).length) },
    ],
  ])('takes an event %s', (_what, members) => {
    expect(codesOf([sampleEvent(members)])).toEqual([undefined]);
  });

  it('finds faults in the order of the contract', () => {
    let members: Record<string, unknown> = {
      subject: undefined,
      dataversion: 3,
      time: at(0),
      extension: 'x'.repeat(70_000),
      data: {},
    };
    const repairs = [
      {},
      { subject: 'acct-42' },
      { dataversion: 1 },
      { time: at(now + 999_999_999) },
      { time: at(now) },
      { extension: '' },
      { data: { bytes: 1 } },
    ];
    const codes = repairs.map((repair) => {
      members = { ...members, ...repair };
      return codesOf([sampleEvent(members)])[0];
    });
    const order = [
      'invalid_event',
      'invalid_event',
      'too_old',
      'in_future',
      'event_too_large',
      'invalid_quantity',
    ];
    expect(codes).toEqual([...order, undefined]);
  });

  it('knows a repeat whatever the order of its members, and its numbers’ spelling', () => {
    const text = JSON.stringify(sampleEvent());
    const turned = JSON.stringify(Object.fromEntries(Object.entries(sampleEvent()).toReversed()));
    const spelled = text.replace('1048576', '1048576.00000000000000000000');
    const body = Buffer.from(`[${text},${turned},${spelled},${text}]`);
    const { receipt } = acceptEvents(decodeEventPost('application/json', body), rules);
    expect(receipt).toEqual({ received: 4, accepted: 1, duplicates: 3, rejected: [] });
  });

  it('holds events of other devices apart, whatever their names', () => {
    expect(codesOf([sampleEvent({ source: 'a', id: 'bc' }), sampleEvent({ source: 'ab', id: 'c' })])).toEqual(
      [undefined, undefined],
    );
  });

  it('tells the sender where a series lacks what it adds up', () => {
    const { series } = sampleConfig();
    const revenue = {
      name: 'revenue',
      eventType: 'vpn.usage',
      aggregation: 'sum',
      field: 'amount',
      interval: 'PT1H',
      severityThreshold: 70,
    } as const;
    const config = { ...sampleConfig(), series: [...series, revenue] };
    const events = [{}, { bytes: 1 }, { bytes: 1, amount: '3' }, { bytes: 1, amount: 0.1 + 0.2 }].map(
      (data, index) => sampleEvent({ id: `e${index}`, data }),
    );
    const { receipt } = acceptEvents(posted(...events), { ...rules, config });
    expect(receipt.rejected.map(({ index, code }) => [index, code])).toEqual([
      [0, 'invalid_quantity'],
      [1, 'invalid_quantity'],
      [2, 'invalid_quantity'],
    ]);
    expect(receipt.rejected[1]?.detail).toBe('data.amount is missing: series revenue adds up numbers >= 0');
  });

  it('lets only an accepted event make a later one its duplicate', () => {
    const events = [
      sampleEvent({ data: { bytes: -1 } }),
      sampleEvent(),
      sampleEvent({ id: 'b', subject: 'other' }),
      sampleEvent({ id: 'b' }),
    ];
    expect(codesOf(events, { bounds: { accounts: ['acct-42'] } })).toEqual([
      'invalid_quantity',
      undefined,
      'not_allowed',
      undefined,
    ]);
  });

  it('takes only events of the accounts and devices that the credential is bound to', () => {
    const events = [
      sampleEvent(),
      sampleEvent({ id: 'b', subject: 'acct-43' }),
      sampleEvent({ id: 'c', source: 'phone-8' }),
      sampleEvent({ id: 'd', type: 'page.view', subject: undefined }),
    ];
    expect(codesOf(events, { bounds: { accounts: ['acct-42'], devices: ['phone-7'] } })).toEqual([
      undefined,
      'not_allowed',
      'not_allowed',
      'not_allowed',
    ]);
    expect(codesOf(events, { bounds: { devices: [] } })).toEqual(events.map(() => 'not_allowed'));
  });

  it('refuses suspended accounts by the meters that the event feeds', () => {
    const suspension: AcceptanceRules['suspension'] = ({ accountId }, meters) =>
      accountId === 'acct-42' && meters.some(({ name }) => name === 'bytes') ? 'suspended' : undefined;
    const events = [
      sampleEvent(),
      sampleEvent({ id: 'b', subject: 'acct-43' }),
      sampleEvent({ id: 'c', type: 'page.view' }),
    ];
    expect(codesOf(events, { suspension })).toEqual(['account_suspended', undefined, undefined]);
  });

  it('doubts its configuration where a newer one may know better', () => {
    const doubts = (members: Record<string, unknown>, changes: Partial<AcceptanceRules> = {}) =>
      acceptEvents(posted(sampleEvent(members)), { ...rules, ...changes }).isConfigDoubted;
    expect(doubts({ type: 'other' })).toBe(true);
    expect(doubts({ dataversion: 2 })).toBe(true);
    expect(doubts({}, { config: undefined })).toBe(true);
    expect(doubts({ time: at(0) })).toBe(false);
  });

  it('accounts for every event: accepted, duplicate or rejected once', () => {
    const members = fc.record(
      {
        id: fc.constantFrom('a', 'b', ''),
        subject: fc.constantFrom('acct-42', 'acct-43'),
        type: fc.constantFrom('vpn.usage', 'page.view', 'other'),
        data: fc.constantFrom({ bytes: 1 }, { bytes: -1 }, {}),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(members, { maxLength: 12 }), (all) => {
        const events = posted(...all.map((some) => sampleEvent(some)));
        const { receipt, accepted } = acceptEvents(events, rules);
        const indexes = receipt.rejected.map(({ index }) => index);
        expect(new Set(indexes).size).toBe(indexes.length);
        expect(receipt.accepted + receipt.duplicates + indexes.length).toBe(receipt.received);
        expect(new Set(accepted.map(({ event }) => event.id)).size).toBe(accepted.length);
        const alone = events.map((event) => acceptEvents([event], rules).receipt.accepted);
        for (const [index, soundAlone] of alone.entries()) {
          const code = receipt.rejected.find((rejection) => rejection.index === index)?.code;
          expect(code === undefined || code === 'conflicting_duplicate').toBe(soundAlone === 1);
        }
      }),
    );
  });
});
