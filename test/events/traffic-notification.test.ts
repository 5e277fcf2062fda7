import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnomalyDetected, AnomalyEnded, Notification } from '../../domain/notification/notification.ts';
import { encodeNotification } from '../../events/notification.ts';

const at = Date.parse('2026-11-21T10:32:05.250Z');
const start = Date.parse('2026-11-21T10:00:00Z');
const head = {
  tenantId: 'T001',
  at,
  anomalyId: 'orders~20261121T100000Z',
  series: 'orders',
  start,
  direction: 'below' as const,
  severity: 92.9,
};
const detected: AnomalyDetected = {
  ...head,
  id: 'd',
  kind: 'anomaly.detected',
  observed: 70n,
  scale: 0,
  expected: 101.25,
  lower: 80,
  upper: 120,
  worstAt: start,
};
const ended: AnomalyEnded = {
  ...head,
  id: 'e',
  kind: 'anomaly.ended',
  end: start + 3_600_000,
  isWithdrawn: false,
};
const encode = (notification: Notification) =>
  encodeNotification(notification, 'https://api.example/prod/console');

describe('a notification about an anomaly', () => {
  it('has the fields of the contract', () => {
    const { json, attributes } = encode(detected);
    const { text, ...members } = JSON.parse(json);
    expect(members).toEqual({
      id: 'd',
      kind: 'anomaly.detected',
      tenantId: 'T001',
      at: '2026-11-21T10:32:05.250Z',
      link: 'https://api.example/prod/console/#/anomalies/orders~20261121T100000Z',
      anomalyId: 'orders~20261121T100000Z',
      series: 'orders',
      start: '2026-11-21T10:00:00Z',
      worstAt: '2026-11-21T10:00:00Z',
      observed: 70,
      expected: 101.25,
      lower: 80,
      upper: 120,
      direction: 'below',
      severity: 92,
    });
    expect(attributes).toEqual({
      tenantId: 'T001',
      kind: 'anomaly.detected',
      series: 'orders',
      severity: 92,
      direction: 'below',
    });
    expect(JSON.parse(encode(ended).json)).toMatchObject({
      end: '2026-11-21T11:00:00Z',
      severity: 92,
      series: 'orders',
    });
  });

  it('says what, how far, since when and which series', () => {
    expect(JSON.parse(encode(detected).json).text).toBe(
      'orders is below what is expected since 2026-11-21 10:00 UTC. 70 instead of about 101 (-31 %); between 80 and 120 would be usual. Severity 92 of 100.',
    );
    expect(encode(detected).sms).toBe('Tidegate: -31 %, 70 for 101 since 2026-11-21 10:00 UTC: orders');
    expect(encode({ ...detected, worstAt: start + 600_000 }).email).toContain(
      'At its worst, at 2026-11-21 10:10 UTC: 70 instead',
    );
    expect(JSON.parse(encode(ended).json).text).toContain('as expected again since 2026-11-21 11:00 UTC');
    expect(JSON.parse(encode({ ...ended, isWithdrawn: true }).json)).toMatchObject({
      withdrawn: true,
      text: expect.stringContaining('did not deviate'),
    });
  });

  const oddFigure = /NaN|Infinity|undefined|e[+-]\d/;
  it('reads well whatever the figures', () => {
    const figures = fc.record({
      observed: fc.bigInt({ min: 0n, max: 2n ** 80n }),
      expected: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e15, noNaN: true })),
      scale: fc.constantFrom(0, 6),
      // A name may be that of what no figure may look like: e-0, undefined.
      series: fc.stringMatching(/^[a-z][a-z0-9_.-]{0,63}$/).filter((name) => !oddFigure.test(name)),
    });
    fc.assert(
      fc.property(figures, (given) => {
        const { sms, email, json, subject } = encode({ ...detected, ...given });
        expect(Buffer.byteLength(sms)).toBeLessThanOrEqual(140);
        expect(`${sms}${email}`).not.toMatch(oddFigure);
        expect(subject).toBe(encode({ ...detected, ...given, series: 'another' }).subject);
        expect(JSON.parse(json).kind).toBe('anomaly.detected');
      }),
    );
  });
});

describe('a notification about the data', () => {
  const of = { id: 'h', tenantId: 'T001', at };
  it('has the fields of the contract, and is short for phones', () => {
    const stalled = encode({ ...of, kind: 'data.stalled', since: start, shards: ['s-1'], isLagging: false });
    expect(JSON.parse(stalled.json)).toMatchObject({
      consumer: 'count-traffic',
      since: '2026-11-21T10:00:00Z',
      shards: ['s-1'],
      state: 'stalled',
    });
    const resumed = encode({ ...of, kind: 'data.resumed', since: start });
    expect(JSON.parse(resumed.json)).toMatchObject({
      consumer: 'count-traffic',
      since: '2026-11-21T10:00:00Z',
    });
    const duplicates = encode({ ...of, kind: 'data.duplicates', since: start, share: 0.031 });
    expect(JSON.parse(duplicates.json)).toMatchObject({ consumer: 'record-usage', share: 0.031 });
    expect(JSON.parse(duplicates.json).text).toContain('3.1 % of your events');
    const lagging = encode({ ...of, kind: 'data.stalled', since: start, shards: [], isLagging: true });
    expect(JSON.parse(lagging.json)).toMatchObject({ state: 'lagging' });
    for (const { sms, attributes } of [stalled, resumed, duplicates, lagging]) {
      expect(Buffer.byteLength(sms)).toBeLessThanOrEqual(140);
      expect(sms).not.toContain('...');
      expect(Object.keys(attributes)).toEqual(['tenantId', 'kind']);
    }
  });
});
