import { describe, expect, it } from 'vitest';
import {
  checkRepeats,
  consumersOf,
  instantOf,
  knownRevision,
  parsed,
  spanOf,
  tenantOf,
  wholeNumber,
} from '../../../commands/replay/arguments.ts';
import { emptyConfig } from '../../../domain/tenancy/tenant-config.ts';

describe('arguments of the commands that look after events', () => {
  it('take dates and times', () => {
    expect(instantOf('from', '2026-11-21')).toBe(Date.parse('2026-11-21T00:00:00Z'));
    expect(instantOf('from', '2026-11-21T10:00:00+02:00')).toBe(Date.parse('2026-11-21T08:00:00Z'));
    // As reports print hours.
    expect(instantOf('from', '2026-11-21T10:00Z')).toBe(Date.parse('2026-11-21T10:00:00Z'));
    for (const wrong of [
      '2026-1-21',
      '2026-11-21T10Z',
      '2026-11-21T10:00',
      'yesterday',
      '2026-11-31',
      '',
      undefined,
    ])
      expect(() => instantOf('from', wrong)).toThrow('--from as a date or a time');
    expect(() => spanOf({ from: '2026-11-21', to: '2026-11-21' })).toThrow('--from must be before --to');
  });

  it('take consumers by their names, in one order', () => {
    expect(consumersOf('lake, record-usage')).toEqual(['record-usage', 'lake']);
    expect(() => consumersOf('lake,usage')).toThrow('"usage" is no consumer of the stream');
    expect(() => consumersOf('')).toThrow('is no consumer');
  });

  it('are read, and what is unknown says where to look', () => {
    const options = { rate: { type: 'string' } } as const;
    const read = (...args: string[]) => parsed('replay', { args, options });
    expect(read('--rate', '5').values).toEqual({ rate: '5' });
    for (const wrong of [['--rat', '5'], ['T001'], ['--rate']])
      expect(() => read(...wrong)).toThrow(/; npm run replay -- --help lists what there is\.$/);
  });

  it('take a revision that there is', async () => {
    const configs = {
      at: async (_tenantId: string, revision: number) => (revision === 2 ? emptyConfig : undefined),
    };
    expect(await knownRevision(configs, 'T001', 2)).toBe(2);
    await expect(knownRevision(configs, 'T001', 3)).rejects.toThrow('no configuration of revision 3');
  });

  it('let traffic be counted again only where that is agreed to', () => {
    expect(() => checkRepeats(['record-usage', 'count-traffic'], undefined)).toThrow('--count-again');
    checkRepeats(['count-traffic'], true);
    checkRepeats(['record-usage', 'lake'], undefined);
  });

  it('take whole numbers and tenants, and say what is right', () => {
    expect(wholeNumber('rate', undefined, 5, 10)).toBe(5);
    expect(wholeNumber('rate', '10', 5, 10)).toBe(10);
    for (const wrong of ['0', '11', '1.5', '', 'x'])
      expect(() => wholeNumber('rate', wrong, 5, 10)).toThrow('--rate');
    expect(tenantOf('T001')).toBe('T001');
    expect(() => tenantOf(undefined)).toThrow('Give the --tenant.');
    expect(() => tenantOf('../T001')).toThrow('is no tenant id');
  });
});
