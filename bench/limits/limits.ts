import { type Part, percentile, type Table } from '../report.ts';
import { measureCutOffs } from './cut-off.ts';
import { limitedCost } from './limited-cost.ts';

const batchWindows = [1, 5, 60, 300];
const trials = { sample: 2, full: 8 };

/** How fast an account is cut off, how much it gets beyond its limit, and what that costs, at the same settings. */
export const limits: Part = async (options) => {
  const rows: Table['rows'] = [];
  for (const windowSeconds of batchWindows) {
    options.progress(`limits: batch window ${windowSeconds} s`);
    const { limited, alone } = await limitedCost(windowSeconds, options);
    const cutOffs = await measureCutOffs(windowSeconds, {
      trials: options.full ? trials.full : trials.sample,
      seed: options.seed,
    });
    const delays = cutOffs.map(({ delayMs }) => delayMs / 1_000);
    const overshoots = cutOffs.map(({ overshoot }) => overshoot / 1_000);
    rows.push([
      windowSeconds,
      percentile(delays, 0.5),
      percentile(delays, 0.99),
      percentile(overshoots, 0.5),
      percentile(overshoots, 0.99),
      limited.write,
      alone.write,
      limited.read,
      alone.read,
      cutOffs.length,
    ]);
  }
  return [
    {
      title: 'Limits: the cut-off, and what it costs',
      columns: [
        'batch window s',
        'access says no p50 s',
        'p99 s',
        'overshoot p50 s',
        'p99 s',
        'write units an event',
        'without limits',
        'read units an event',
        'without limits',
        'cut-offs',
      ],
      rows,
      notes: [
        'From posting the event that crosses the limit until access says no, on the whole local stack; crossings spread over the window.',
        'The stack’s clock is moved on while a batch gathers, and runs by itself from a second before the window ends.',
        'Overshoot: what ingest took after the crossing event, in seconds of the account’s use.',
        'Units a distinct event of W1 (see cost), with a limit on every account that none reaches; a crossing is one write more, and its enforcement.',
      ],
    },
  ];
};
