import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenBucket } from '../../../local/gateway/token-bucket.ts';

describe('a token bucket', () => {
  it('gives its burst at once and its rate from then on', () => {
    const bucket = tokenBucket({ rate: 10, burst: 3 });
    expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false]);
    expect([bucket.take(99), bucket.take(100), bucket.take(100)]).toEqual([false, true, false]);
  });

  it('never holds more than its burst, however long nobody came', () => {
    const bucket = tokenBucket({ rate: 10, burst: 2 });
    bucket.take(0);
    expect([1, 2, 3].map(() => bucket.take(1e9))).toEqual([true, true, false]);
  });

  it('gives at most burst + rate * time in any span, at whatever times it is asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.nat(500), { maxLength: 300 }),
        (rate, burst, steps) => {
          const bucket = tokenBucket({ rate, burst });
          let now = 1_000_000;
          let given = 0;
          for (const step of steps) {
            now += step;
            if (bucket.take(now)) given += 1;
          }
          expect(given).toBeLessThanOrEqual(burst + ((now - 1_000_000) / 1000) * rate + 1e-6);
        },
      ),
    );
  });

  it('takes nothing back when it is asked about an earlier time', () => {
    const bucket = tokenBucket({ rate: 1, burst: 1 });
    bucket.take(10_000);
    expect(bucket.take(5_000)).toBe(false);
    expect(bucket.take(10_500)).toBe(false);
    expect(bucket.take(11_000)).toBe(true);
  });
});
