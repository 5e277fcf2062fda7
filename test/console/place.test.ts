import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, placeOf } from '../../console/routing/place.ts';

const id = fc.string({ unit: 'binary', minLength: 1, maxLength: 128 }).filter((text) => text.isWellFormed());

describe('an address', () => {
  it.each([
    ['', 'overview', []],
    ['#', 'overview', []],
    ['#/', 'overview', []],
    ['#/accounts', 'accounts', []],
    ['#/accounts/', 'accounts', []],
    ['#/accounts/acct-42', 'account', ['acct-42']],
    ['#/accounts/a%2Fb/devices/%3Cimg%3E', 'device', ['a/b', '<img>']],
    ['#/traffic', 'traffic', []],
    ['#/traffic/views', 'traffic', ['views']],
    ['#/anomalies/views~20261121T100000Z', 'anomaly', ['views~20261121T100000Z']],
    ['#/nothing', 'unknown', []],
    ['#/accounts/a/b', 'unknown', []],
    ['#/accounts/%E0%A4', 'unknown', []],
    ['#/__proto__', 'unknown', []],
  ])('%j is the view %s', (hash, view, ids) => {
    const place = placeOf(hash);
    expect([place.view, place.ids]).toEqual([view, ids]);
  });

  it('says what is chosen in the view', () => {
    expect(placeOf('#/accounts?q=a%26b&show=near').query).toEqual({ q: 'a&b', show: 'near' });
    expect(placeOf('#/accounts?q=a?b').query).toEqual({ q: 'a?b' });
    expect(hashOf('accounts', [], { q: '', show: undefined })).toBe('#/accounts');
  });

  it('leads back to where it was made for, whatever ids hold', () => {
    fc.assert(
      fc.property(id, id, id, (account, device, q) => {
        const place = placeOf(hashOf('device', [account, device], { q }));
        expect(place).toEqual({ view: 'device', ids: [account, device], query: { q } });
      }),
    );
  });
});
