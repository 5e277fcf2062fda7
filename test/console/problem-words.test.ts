import { describe, expect, it } from 'vitest';
import {
  ApiFault,
  type FaultKind,
  kindOfStatus,
  signInWords,
  wordsOf,
} from '../../console/api/problem-words.ts';

const kinds: FaultKind[] = [
  'unauthorized',
  'forbidden',
  'not_found',
  'conflict',
  'invalid',
  'throttled',
  'unavailable',
  'network',
  'timeout',
  'unreadable',
];

describe('what went wrong', () => {
  it('is told with what can be done, each in its own words', () => {
    const told = kinds.map((kind) => wordsOf(new ApiFault(kind)));
    for (const { title, advice } of told) {
      expect(title).toMatch(/\.$/);
      expect(advice).toMatch(/\.$/);
    }
    expect(new Set(told.map(({ title }) => title)).size).toBe(kinds.length);
  });

  it.each([
    [400, 'invalid'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [412, 'conflict'],
    [429, 'throttled'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('with status %i is %s', (status, kind) => {
    expect(kindOfStatus(status)).toBe(kind);
  });

  it('shows the words of the API only where they say what to change', () => {
    const invalid = new ApiFault('invalid', { detail: 'limits/0/perCycle must be above zero' });
    expect(wordsOf(invalid).detail).toContain('must be above zero');
    expect(wordsOf(new ApiFault('unavailable', { detail: 'x' })).detail).toBeUndefined();
  });

  it('of our own making is said to be that', () => {
    expect(wordsOf(new TypeError('x is undefined')).title).toBe('The console made a mistake.');
  });
});

describe('who signs in', () => {
  it('is told of his key', () => {
    expect(signInWords(new ApiFault('unauthorized')).title).toContain('revoked');
    expect(signInWords(new ApiFault('forbidden')).advice).toContain('tenant');
    expect(signInWords(new ApiFault('network')).title).toBe('Tidegate cannot be reached.');
  });
});
