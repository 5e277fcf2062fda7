import { expect, it } from 'vitest';
import { type AnomalyMessage, anomalyMessageKey } from '../../domain/judging/anomaly-queue.ts';
import { decodeAnomalyMessage, encodeAnomalyMessage } from '../../events/anomaly-message.ts';

const anomaly: AnomalyMessage = {
  kind: 'anomaly',
  tenantId: 'T001',
  series: 'orders',
  anomalyId: 'orders~20261121T100000Z',
  cause: 'detected',
};
const health: AnomalyMessage = { kind: 'health', tenantId: 'T001', cause: 'data.stalled 5' };

it.each([anomaly, { ...anomaly, cause: 'ended' as const }, health])(
  'reads what was written: %j',
  (message) => {
    expect(decodeAnomalyMessage(encodeAnomalyMessage(message))).toEqual(message);
  },
);

it.each([
  ['x', 'no JSON object'],
  ['{}', 'tenantId'],
  [JSON.stringify({ ...anomaly, kind: 'look' }), 'anomaly or health'],
  [JSON.stringify({ ...anomaly, cause: 'x' }), 'detected or ended'],
  [JSON.stringify({ ...anomaly, anomalyId: 5 }), 'anomalyId'],
  [JSON.stringify({ ...anomaly, series: '' }), 'series'],
])('says what is wrong with %s', (text, says) => {
  expect(() => decodeAnomalyMessage(text)).toThrow(says);
});

it('tells messages apart by what they are about', () => {
  const all = [anomaly, { ...anomaly, cause: 'ended' as const }, { ...anomaly, tenantId: 'T002' }, health];
  expect(new Set(all.map(anomalyMessageKey)).size).toBe(all.length);
});
