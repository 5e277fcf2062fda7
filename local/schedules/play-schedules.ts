import { randomUUID } from 'node:crypto';
import type { DrivenClock } from '../clock/driven-clock.ts';
import type { InvocationResult } from '../lambda/function-task.ts';
import { StackFault } from '../stack-fault.ts';
import type { ResolvedResource, ResolvedStack } from '../template/resolved-stack.ts';
import { type NextDue, parseSchedule } from './schedule-expression.ts';

interface Surroundings {
  clock: DrivenClock;
  region: string;
  accountId: string;
  invoke: (functionArn: string, payload: string) => Promise<InvocationResult>;
  /** Resolves when what was called for earlier is done; asked for while the clock is moved on. */
  settled: () => Promise<void>;
  /** Told when a target has failed as often as it is tried. */
  failed: (sentence: string) => void;
}

/** Lambda tries an asynchronous invocation again after these waits. */
const retryDelaysMs = [60_000, 120_000];

/** A clock that is moved on by weeks fires a rule at most so often on the way, spread over the time that it passes. */
const firingsMax = 60;

/**
 * Plays the template's schedules by the stack's clock: what is due is invoked, one after the other in time order.
 * Of a rule that is due oftener than `firingsMax` within one move of the clock, some are left out, never the last.
 */
export function playSchedules(stack: ResolvedStack, around: Surroundings): { stop(): void } {
  const stops = new Set<() => void>();
  const ended = new AbortController();
  let passed: ReturnType<DrivenClock['passing']>;
  for (const rule of stack.ofType('AWS::Events::Rule')) {
    if (rule.properties.State === 'DISABLED') continue;
    const { ScheduleExpression } = rule.properties;
    if (ScheduleExpression === undefined)
      throw new StackFault(`${rule.logicalId} is no schedule; only those are played.`);
    checkTargets(rule);
    const nextDue = sparsely(parseSchedule(String(ScheduleExpression)), around.clock);
    const arn = stack.attribute(rule.logicalId, 'Arn');
    const arm = (after: number) => {
      const at = nextDue(after);
      const forget = around.clock.runAt(at, async () => {
        stops.delete(forget);
        if (ended.signal.aborted) return;
        arm(at);
        const span = around.clock.passing();
        // Consumers keep up with a clock that passes hours in a moment, or all would seem to have stood still: what
        // was under way before the move, and what each firing leads to, is done at its own time.
        if (span && span !== passed) await around.settled();
        passed = span;
        await fire(rule, arn, at, around, ended.signal);
        if (span) await around.settled();
      });
      stops.add(forget);
    };
    arm(around.clock.now());
  }
  return {
    stop() {
      ended.abort();
      for (const forget of stops) forget();
    },
  };
}

/** The next time that is worth firing at. */
export function sparsely(nextDue: NextDue, clock: Pick<DrivenClock, 'passing'>): NextDue {
  return (after) => {
    const next = nextDue(after);
    const span = clock.passing();
    if (!span || next > span.to) return next;
    const sparse = nextDue(after + Math.max(0, (span.to - span.from) / firingsMax - 1));
    if (sparse <= span.to) return sparse;
    let last = next;
    for (let due = next; due <= span.to; due = nextDue(due)) last = due;
    return last;
  };
}

interface Target {
  Arn: string;
  Input?: string;
}

/** What a target may say; anything else would have to be played. */
const targetMembers = ['Arn', 'Id', 'Input'];

function checkTargets({ logicalId, properties }: ResolvedResource): void {
  for (const target of (properties.Targets ?? []) as object[]) {
    const unknown = Object.keys(target).find((member) => !targetMembers.includes(member));
    if (unknown)
      throw new StackFault(`The local stack does not play ${unknown} of the target of ${logicalId}.`);
  }
}

async function fire(
  rule: ResolvedResource,
  ruleArn: string,
  at: number,
  around: Surroundings,
  ended: AbortSignal,
): Promise<void> {
  for (const target of (rule.properties.Targets ?? []) as Target[]) {
    const payload = target.Input ?? JSON.stringify(scheduledEvent(ruleArn, at, around));
    const result = await around.invoke(target.Arn, payload);
    if (result.functionError) void retry(target, payload, around, ended);
  }
}

/** Goes on by the clock while others are due, as it does in Lambda. */
async function retry(
  target: Target,
  payload: string,
  { clock, invoke, failed }: Surroundings,
  ended: AbortSignal,
): Promise<void> {
  let reason = '';
  for (const delayMs of retryDelaysMs) {
    try {
      await clock.wait(delayMs, ended);
    } catch {
      return;
    }
    const result = await invoke(target.Arn, payload);
    if (!result.functionError) return;
    reason = result.payload;
  }
  failed(
    `The schedule's call of ${target.Arn.split(':').at(-1)} failed three times: ${reason.slice(0, 300)}`,
  );
}

const scheduledEvent = (ruleArn: string, at: number, { region, accountId }: Surroundings) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: accountId,
  time: new Date(at).toISOString().replace('.000Z', 'Z'),
  region,
  resources: [ruleArn],
  detail: {},
});
