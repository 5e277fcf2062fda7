import type { Account, Limit, Meter, Plan, TenantConfig } from '../api/answers.ts';
import { type AmountUnit, amountOf, amountUnits, parseAmount } from '../format/amount.ts';
import { readQuantity } from '../format/quantity.ts';

/** A meter's limit as it stands in the form. */
export interface LimitDraft {
  meter: string;
  isOwn: boolean;
  text: string;
  unit: AmountUnit;
  onReached: 'suspend' | 'notify';
  nearPercent: number[];
}

export interface AccountDraft {
  plan: string;
  limits: LimitDraft[];
}

/** What the account has now, as the form begins. */
export function draftOf(account: Account, config: TenantConfig): AccountDraft {
  const meters = config.meters ?? [];
  return { plan: account.plan ?? '', limits: meters.map((meter) => limitDraft(account, config, meter)) };
}

function limitDraft(account: Account, config: TenantConfig, { name, unit }: Meter): LimitDraft {
  const own = account.limits?.find(({ meter }) => meter === name);
  const known = own ?? planLimit(config, account.plan, name);
  const amount = known
    ? amountOf(known.perCycle, unit)
    : { text: '', unit: amountUnits(unit)[unit === 'By' ? 2 : 0] as AmountUnit };
  return {
    meter: name,
    isOwn: own !== undefined,
    text: amount.text,
    unit: amount.unit,
    onReached: known?.onReached ?? 'suspend',
    nearPercent: known?.nearPercent ?? [80],
  };
}

const planOf = (config: TenantConfig, plan: string | undefined): Plan | undefined =>
  config.plans?.find(({ name }) => name === plan);

export const planLimit = (config: TenantConfig, plan: string | undefined, meter: string): Limit | undefined =>
  planOf(config, plan)?.limits?.find((limit) => limit.meter === meter);

/** What to send, and what it comes to in words; or what is wrong, by meter. */
export type Change =
  | { body: { plan?: string; limits?: Limit[] }; words: string[] }
  | { faults: Record<string, string> };

export function changeOf(draft: AccountDraft, account: Account, config: TenantConfig): Change {
  const faults: Record<string, string> = {};
  const limits: Limit[] = [];
  for (const limit of draft.limits.filter(({ isOwn }) => isOwn)) {
    const scale = config.meters?.find(({ name }) => name === limit.meter)?.scale ?? 0;
    const parsed = parseAmount(limit.text, limit.unit, scale);
    if ('fault' in parsed) faults[limit.meter] = parsed.fault;
    else {
      const { meter, onReached, nearPercent } = limit;
      limits.push({ meter, perCycle: parsed.value, onReached, nearPercent });
    }
  }
  if (Object.keys(faults).length > 0) return { faults };
  const kept = (account.limits ?? []).filter(
    ({ meter }) => !draft.limits.some((each) => each.meter === meter),
  );
  const wanted = [...kept, ...limits];
  const isPlanNew = draft.plan !== (account.plan ?? '') && draft.plan !== '';
  const areLimitsNew = !isSame(wanted, account.limits ?? []);
  return {
    body: { ...(isPlanNew && { plan: draft.plan }), ...(areLimitsNew && { limits: wanted }) },
    words: [
      ...(isPlanNew ? [`Plan: ${account.plan ?? 'none'} → ${draft.plan}`] : []),
      ...draft.limits.flatMap((limit) => limitWords(limit, { account, config, wanted, plan: draft.plan })),
    ],
  };
}

function limitWords(
  { meter }: LimitDraft,
  {
    account,
    config,
    wanted,
    plan,
  }: { account: Account; config: TenantConfig; wanted: Limit[]; plan: string },
): string[] {
  const before =
    account.limits?.find((each) => each.meter === meter) ?? planLimit(config, account.plan, meter);
  const after = wanted.find((each) => each.meter === meter) ?? planLimit(config, plan, meter);
  const unit = config.meters?.find(({ name }) => name === meter)?.unit;
  const [from, to] = [before, after].map((limit) => limitText(limit, unit));
  if (from === to) return [];
  const isAmountAlone = before && after && actionOf(before) === actionOf(after);
  return [`${meter}: ${isAmountAlone ? readQuantity(before.perCycle, unit).text : from} → ${to}`];
}

function limitText(limit: Limit | undefined, unit: string | undefined): string {
  if (!limit) return 'no limit';
  return `${readQuantity(limit.perCycle, unit).text} a cycle, ${actionOf(limit)}`;
}

const actionOf = ({ onReached }: Limit): string => (onReached === 'notify' ? 'tell only' : 'suspend');

const isSame = (one: Limit[], other: Limit[]): boolean => {
  const text = (limits: Limit[]) =>
    JSON.stringify(
      limits
        .map(({ meter, perCycle, onReached = 'suspend', nearPercent = [80] }) => [
          meter,
          perCycle,
          onReached,
          nearPercent,
        ])
        .toSorted(),
    );
  return text(one) === text(other);
};
