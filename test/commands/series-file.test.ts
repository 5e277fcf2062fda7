import { describe, expect, it } from 'vitest';
import { instantOf, readSeriesFile, SeriesFileFault } from '../../commands/series-file.ts';

describe('a time in a series file', () => {
  const noon = Date.UTC(2026, 10, 21, 12);

  it.each([
    '2026-11-21T12:00:00Z',
    '2026-11-21T13:00:00+01:00',
    '2026-11-21 12:00:00',
    '2026-11-21T12:00:00',
    '2026-11-21 12:00',
    '2026-11-21 12:00:00.000000',
    '2026-11-21 12:00:00Z',
    '2026-11-21 17:30:00+05:30',
    '1795262400',
    '1795262400000',
  ])('%s is noon', (text) => {
    expect(instantOf(text)).toBe(noon);
  });

  it('of a day alone is its midnight', () => {
    expect(instantOf('2026-11-21')).toBe(Date.UTC(2026, 10, 21));
  });

  it.each(['', 'noon', '2026-02-30 12:00:00', '2026-11-21 25:00:00', '21/11/2026', '12', '2026-11-21T12'])(
    '%j is none',
    (text) => {
      expect(instantOf(text)).toBeNaN();
    },
  );
});

describe('readSeriesFile', () => {
  it('finds its columns whatever their case, order and neighbours', () => {
    const { rows, faults } = readSeriesFile(
      '\uFEFF"Label","Value","TimeStamp","Calendar"\r\n0,"12.5","2026-11-21 00:00:00","Black Friday"\r\n1,,2026-11-21 01:00:00,0\r\n',
    );
    expect(faults).toEqual([]);
    expect(rows).toEqual([
      {
        line: 2,
        timestamp: '2026-11-21 00:00:00',
        text: '12.5',
        start: Date.UTC(2026, 10, 21),
        value: 12.5,
        special: 'Black Friday',
      },
      {
        line: 3,
        timestamp: '2026-11-21 01:00:00',
        text: '',
        start: Date.UTC(2026, 10, 21, 1),
        value: null,
        special: undefined,
      },
    ]);
  });

  it('keeps the rows that it cannot read, and says which they are', () => {
    const { rows, faults } = readSeriesFile(
      'timestamp,value\n2026-11-21 00:00:00,many\nyesterday,3\n2026-11-21 02:00:00\n2026-11-21 03:00:00,NaN\n',
    );
    expect(rows.map(({ value }) => value)).toEqual([null, 3, null, null]);
    expect(rows[1]?.start).toBeNaN();
    expect(faults).toEqual([
      '1 row without a time (RFC 3339, or YYYY-MM-DD HH:MM:SS, which is UTC) (line 3: "yesterday")',
      '2 rows whose value is no number (line 2: "many")',
    ]);
  });

  it.each([
    { text: '', says: 'it is empty' },
    { text: 'when,how many\n1,2\n', says: 'its columns are when, how many; it needs timestamp and value' },
    { text: 'timestamp,value\n"2026-11-21,3\n', says: 'it is no csv' },
  ])('refuses what is no series: $says', ({ text, says }) => {
    expect(() => readSeriesFile(text)).toThrow(SeriesFileFault);
    expect(() => readSeriesFile(text)).toThrow(says);
  });
});
