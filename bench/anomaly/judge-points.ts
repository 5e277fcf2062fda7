import { frequentStep, judgeRows } from '../../commands/score/judge-rows.ts';

/** The step of a series that says none. */
export const stepOf = (starts: readonly number[]): number => frequentStep(starts);

/** What `npm run score -- --interval auto` makes of these points; 0 where it says nothing. */
export function judgePoints(starts: readonly number[], values: readonly number[]): Float64Array {
  const rows = starts.map((start, index) => ({
    line: index + 2,
    timestamp: '',
    text: '',
    start,
    value: Number.isNaN(values[index]!) ? null : values[index]!,
    special: undefined,
  }));
  const { judgements } = judgeRows(rows, { intervalMs: undefined, timeZone: 'UTC' });
  return Float64Array.from(judgements, (judgement) => judgement?.severity ?? 0);
}
