import { describe, expect, it } from 'vitest';
import { createLatencies } from '../../../commands/drive/latencies.ts';
import { targetOf } from '../../../commands/drive/local-target.ts';
import { driveHelp, parseDriveOptions } from '../../../commands/drive/options.ts';

describe('the command line', () => {
  it('has sensible defaults and takes what is given', () => {
    const options = parseDriveOptions(
      ['--accounts', '7', '--duplicates', '0.2', '--seed', '0', '--json'],
      36 ** 3,
    );
    expect(options).toMatchObject({
      accounts: 7,
      devices: 2,
      duplicates: 0.2,
      seed: 0,
      run: '1000',
      json: true,
    });
  });

  it.each([
    [['--accounts', '1.5'], "--accounts takes a whole number from 1 to 1000000, not '1.5'."],
    [['--duplicates', '2'], "--duplicates takes a number from 0 to 1, not '2'."],
    [['--rate', ''], '--rate takes a number'],
    [['--run', 'a/b'], '--run takes 1 to 20 letters and digits.'],
    [['--acounts', '1'], "Unknown option '--acounts'"],
    [['--accounts', '1000000', '--devices', '100', '--minutes', '2'], 'may be 100000000 events at most'],
  ])('%j is refused in a sentence', (args, sentence) => {
    expect(() => parseDriveOptions(args as string[], 0)).toThrow(sentence as string);
  });

  it('names every option in its help', () => {
    for (const name of ['--accounts', '--late', '--visible-within', '--json'])
      expect(driveHelp).toContain(name);
  });

  it('says what to do where there is no stack', () => {
    expect(() => targetOf({ dataDir: '/nowhere', json: false })).toThrow(
      'start the local stack with npm start',
    );
    expect(() => targetOf({ api: 'http://x', json: false })).toThrow('With --api go --tenant and --key');
  });
});

describe('latencies', () => {
  it('tell percentiles within 2 % and the exact maximum', () => {
    const latencies = createLatencies();
    for (let ms = 1; ms <= 1_000; ms++) latencies.add(ms);
    const { count, p50, p99, max } = latencies.summary()!;
    expect([count, max]).toEqual([1_000, 1_000]);
    expect(p50 / 500).toBeCloseTo(1.01, 1);
    expect(p99).toBeGreaterThanOrEqual(990);
    expect(p99).toBeLessThanOrEqual(1_000);
  });

  it('of nothing are not told', () => {
    expect(createLatencies().summary()).toBeUndefined();
  });
});
