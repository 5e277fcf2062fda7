import { describe, expect, it } from 'vitest';
import { decodeLimitMessage, encodeLimitMessage } from '../../events/limit-message.ts';

const threshold = {
  kind: 'threshold',
  tenantId: 'T001',
  accountId: 'ü\ufffe',
  meter: 'bytes',
  cycleStart: 497_000,
  threshold: 80,
  limitRev: 2 ** 52,
} as const;

describe('a limit message', () => {
  it('comes back as it was sent, in characters that every queue takes', () => {
    const look = { kind: 'look', tenantId: 'T001', accountId: 'a', cause: 'x', endedAt: 1 } as const;
    for (const message of [threshold, look]) {
      expect(decodeLimitMessage(encodeLimitMessage(message))).toEqual(message);
      expect(encodeLimitMessage(message)).toMatch(/^[\x20-\x7e]*$/);
    }
  });

  it.each([
    { text: 'not json', says: 'no JSON object' },
    { text: 'null', says: 'no JSON object' },
    { text: '{}', says: 'tenantId' },
    { text: JSON.stringify({ ...threshold, accountId: 7 }), says: 'accountId' },
    { text: JSON.stringify({ ...threshold, cycleStart: -1 }), says: 'cycleStart' },
    { text: JSON.stringify({ ...threshold, limitRev: 1.5 }), says: 'limitRev' },
    { text: JSON.stringify({ ...threshold, kind: 'other' }), says: 'threshold or look' },
  ])('that is none says what is wrong: $text', ({ text, says }) => {
    expect(() => decodeLimitMessage(text)).toThrow(says);
  });
});
