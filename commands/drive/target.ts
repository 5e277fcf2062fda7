/** Where a drive sends and asks, and with which credentials. */
export interface DriveTarget {
  api: string;
  tenantId: string;
  keys: { ingest: string; read: string; manage?: string | undefined };
  /** The local stack's control server; absent where the stack is deployed. */
  control?: string | undefined;
}

/** A target that may change while a drive runs: a local stack that is started again may have other keys. */
export interface TargetSource {
  current(): DriveTarget;
  /** Looks again; answers whether anything changed. */
  refresh(): boolean;
}

export const fixedTarget = (target: DriveTarget): TargetSource => ({
  current: () => target,
  refresh: () => false,
});

/** A target that is read anew whenever it is refreshed; what cannot be read leaves the one before. */
export function readTarget(read: () => DriveTarget): TargetSource {
  let target = read();
  return {
    current: () => target,
    refresh() {
      const before = JSON.stringify(target);
      try {
        target = read();
      } catch {
        return false;
      }
      return JSON.stringify(target) !== before;
    },
  };
}

export const eventsPath = (tenantId: string): string => `/v1/tenants/${encodeURIComponent(tenantId)}/events`;

export const configPath = (tenantId: string): string => `/v1/tenants/${encodeURIComponent(tenantId)}/config`;

/** The hours of one account, by device. */
export function usagePath(
  tenantId: string,
  accountId: string,
  ask: { meter: string; from: number; to: number },
): string {
  const query = new URLSearchParams({
    meter: ask.meter,
    from: new Date(ask.from).toISOString(),
    to: new Date(ask.to).toISOString(),
    step: 'hour',
    groupBy: 'device',
  });
  const account = `/v1/tenants/${encodeURIComponent(tenantId)}/accounts/${encodeURIComponent(accountId)}`;
  return `${account}/usage?${query}`;
}
