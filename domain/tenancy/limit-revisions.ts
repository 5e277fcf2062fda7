import type {
  Limit,
  LimitRevisions,
  Plan,
  RevisionByMeter,
  TenantConfig,
  TenantSettings,
} from './tenant-config.ts';

/** The revisions that `settings` have as revision `revision`, which follows `previous`. */
export function revisedLimits(
  previous: TenantConfig,
  settings: TenantSettings,
  revision: number,
): LimitRevisions {
  const before = previous.limitRevisions;
  const planBefore = byName(previous.plans);
  const known = byName(previous.meters);
  return {
    meters: Object.fromEntries(
      settings.meters.map(({ name }) => [
        name,
        known.has(name) ? (ownOf(before?.meters, name) ?? 0) : revision,
      ]),
    ),
    plans: Object.fromEntries(
      settings.plans.map((plan) => [
        plan.name,
        revisedPlan(planBefore.get(plan.name), plan, ownOf(before?.plans, plan.name), revision),
      ]),
    ),
    default: revisedPlan(defaultOf(previous), defaultOf(settings), before?.default, revision),
  };
}

const byName = <T extends { name: string }>(all: readonly T[]) => new Map(all.map((one) => [one.name, one]));
const defaultOf = ({ plans }: { plans: Plan[] }) => plans.find((plan) => plan.default);

function revisedPlan(
  before: Plan | undefined,
  now: Plan | undefined,
  revisions: RevisionByMeter | undefined,
  revision: number,
): RevisionByMeter {
  return Object.fromEntries(
    (now?.limits ?? []).map((limit) => {
      const former = before?.limits.find(({ meter }) => meter === limit.meter);
      const isSame = former && isSameValue(former, limit);
      return [limit.meter, isSame ? (ownOf(revisions, limit.meter) ?? 0) : revision];
    }),
  );
}

/**
 * Is it the same limit in value? What happens when it is reached belongs to it: whoever changes that back and
 * forth must not meet decisions of the time between. When its nearing is told does not.
 */
const isSameValue = (a: Limit, b: Limit): boolean => a.perCycle === b.perCycle && a.onReached === b.onReached;

function ownOf<Value>(record: Record<string, Value> | undefined, name: string): Value | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}
