import { expect, it } from 'vitest';
import { parseDuration } from '../../../local/control/duration.ts';

it.each([
  ['PT1H', 3_600_000],
  ['P1D', 86_400_000],
  ['P1DT2H3M4S', 93_784_000],
  ['PT0.5S', 500],
  ['PT90M', 5_400_000],
  ['PT0S', 0],
  ['P', undefined],
  ['PT', undefined],
  ['-PT1H', undefined],
  ['P1M', undefined],
  ['P1Y', undefined],
  ['1h', undefined],
  [3600, undefined],
  [undefined, undefined],
])('%s is %s ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});
