import type { Notable, NotableAccounts } from './notable-accounts.ts';

/** The double of NotableAccounts. */
export function memoryNotableAccounts(): NotableAccounts {
  const tenants = new Map<string, Map<string, Notable>>();
  const notedOf = (tenantId: string, now: number) =>
    [...(tenants.get(tenantId) ?? [])].filter(([, { until }]) => now < until);
  return {
    async note(tenantId, accountId, notable) {
      const noted = tenants.get(tenantId) ?? new Map<string, Notable>();
      if (notable) noted.set(accountId, { ...notable });
      else noted.delete(accountId);
      tenants.set(tenantId, noted);
    },
    async list(tenantId, { prefix = '', after = '', limit, state, now }) {
      return notedOf(tenantId, now)
        .filter(([id, noted]) => id.startsWith(prefix) && isAfter(id, after) && isAsked(noted, state))
        .map(([id]) => id)
        .sort((one, other) => (isAfter(one, other) ? 1 : -1))
        .slice(0, limit);
    },
    async count(tenantId, now) {
      const noted = notedOf(tenantId, now).map(([, one]) => one);
      return {
        near: noted.filter(({ state }) => state === 'near').length,
        suspended: noted.filter(({ isSuspended }) => isSuspended).length,
      };
    },
  };
}

const isAsked = ({ state, isSuspended }: Notable, asked: Notable['state'] | 'suspended'): boolean =>
  asked === 'suspended' ? isSuspended : state === asked;

/** In the order of their bytes of UTF-8, which is that of their code points. */
function isAfter(id: string, other: string): boolean {
  const [one, two] = [[...id], [...other]];
  const at = one.findIndex((character, index) => character !== two[index]);
  return at >= 0 && (two[at] === undefined || (one[at]?.codePointAt(0) ?? 0) > (two[at].codePointAt(0) ?? 0));
}
