import { describe, expect, it } from 'vitest';
import { CommandFault } from '../../../commands/command-fault.ts';
import { parseScoreOptions } from '../../../commands/score/options.ts';

const least = ['--interval', '1h', '--in', 'from', '--out', 'to'];

describe('the options of score', () => {
  it('are few', () => {
    expect(parseScoreOptions(least)).toEqual({
      from: 'from',
      to: 'to',
      intervalMs: 3_600_000,
      relative: new Map(),
      timeZone: 'UTC',
      threshold: 70,
    });
  });

  it('name relatives, a zone and a threshold', () => {
    const args = [
      ...least,
      '--relative',
      'orders=page_views,cart_adds.csv=page_views.csv',
      '--tz',
      'Europe/Paris',
    ];
    expect(parseScoreOptions([...args, '--threshold', '62.5', '--report'])).toMatchObject({
      to: undefined,
      relative: new Map([
        ['orders', 'page_views'],
        ['cart_adds', 'page_views'],
      ]),
      timeZone: 'Europe/Paris',
      threshold: 62.5,
    });
  });

  it('leave the step to each file', () => {
    expect(parseScoreOptions(['--interval', 'auto', ...least.slice(2)])).toMatchObject({
      intervalMs: undefined,
    });
  });

  it('answer help', () => {
    expect(parseScoreOptions(['--help'])).toBe('help');
    expect(parseScoreOptions([])).toBe('help');
  });

  it.each([
    { args: ['--interval', '7m', ...least.slice(2)], says: '--interval takes one of 5m, 10m, 1h, 1d, auto' },
    { args: ['--interval', 'toString', ...least.slice(2)], says: '--interval takes' },
    { args: ['--interval', '1h', '--out', 'to'], says: '--in takes' },
    { args: ['--interval', '1h', '--in', 'from'], says: '--out takes' },
    { args: [...least, '--relative', 'orders'], says: "not 'orders'" },
    { args: [...least, '--relative', 'orders=orders'], says: '--relative takes pairs' },
    { args: [...least, '--tz', 'Europe/Atlantis'], says: "'Europe/Atlantis' is none" },
    { args: [...least, '--threshold', '101'], says: "not '101'" },
    { args: [...least, '--fast'], says: '--fast' },
  ])('refuse $args', ({ args, says }) => {
    expect(() => parseScoreOptions(args)).toThrow(CommandFault);
    expect(() => parseScoreOptions(args)).toThrow(says);
  });
});
