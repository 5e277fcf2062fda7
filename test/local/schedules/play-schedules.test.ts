import { expect, it, onTestFinished } from 'vitest';
import { drivenClock } from '../../../local/clock/driven-clock.ts';
import { createOffset } from '../../../local/clock/offset-clock.ts';
import { playSchedules } from '../../../local/schedules/play-schedules.ts';
import type { ResolvedStack } from '../../../local/template/resolved-stack.ts';

const minuteMs = 60_000;

/** A stack of one rule a minute for each of these functions. */
const stackOf = (...names: string[]): ResolvedStack => {
  const rules = names.map((name) => ({
    logicalId: `${name}Rule`,
    properties: { ScheduleExpression: 'rate(1 minute)', Targets: [{ Arn: name, Id: name }] },
  }));
  return { ofType: () => rules, attribute: (id: string) => id } as unknown as ResolvedStack;
};

it('finishes what a firing leads to before the clock goes on', async () => {
  const clock = drivenClock(createOffset(0), () => undefined);
  onTestFinished(clock.close);
  const invokedAt: number[] = [];
  const doneAt: number[] = [];
  const { stop } = playSchedules(stackOf('put-heartbeats', 'detect-anomalies'), {
    ...{ clock, region: 'eu-central-1', accountId: '0', failed: () => undefined },
    invoke: async () => {
      invokedAt.push(clock.now());
      return { requestId: '', payload: 'null' };
    },
    // What was led to is done while somebody waits for it, by the clock as it stands then.
    settled: async () => {
      while (doneAt.length < invokedAt.length) doneAt.push(clock.now());
    },
  });
  onTestFinished(stop);
  await clock.advance(30 * minuteMs);
  expect(invokedAt.length).toBeGreaterThanOrEqual(58);
  const lags = invokedAt.map((at, index) => Number(doneAt[index]) - at);
  expect(Math.max(...lags)).toBeLessThan(minuteMs / 2);
});
