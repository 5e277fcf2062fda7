import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eachAtOnce } from '../../domain/metering/at-once.ts';
import { type StackHandle, start } from '../../local/start.ts';
import { seeded } from '../seeded.ts';

/** Every account uses this much a second, and its limit is reached while it does. */
const unitsPerSecond = 1_000;
const limit = 1_000_000;
const accountsPerTrial = 25;
/** What is used is reported so often while a batch window passes, and every so many ms around its end. */
const reportsPerWindow = 30;
const reportMs = 250;
/** So much before its end the window is left to pass by itself: what follows then takes the time that it takes. */
const realMs = 1_000;
const giveUpMs = 60_000;
const requestsAtOnce = 8;

/** How one account was cut off. */
export interface CutOff {
  /** From posting the event that crosses the limit until access says no, by the stack's clock. */
  delayMs: number;
  /** What ingest took after that event. */
  overshoot: number;
}

/**
 * Drives accounts over their limit at moments spread over a batch window. The stack's clock is moved on while the
 * window gathers and nothing else goes on; from shortly before its end on it runs by itself.
 */
export async function measureCutOffs(
  windowSeconds: number,
  { trials, seed }: { trials: number; seed: number },
): Promise<CutOff[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-limits-'));
  try {
    const stack = await start({ port: 0, dataDir: folder, batchWindowSeconds: windowSeconds });
    try {
      const tenant = tenantOf(stack);
      await tenant.configure();
      const random = seeded(seed);
      const cutOffs: CutOff[] = [];
      // The first one loads every function and is not measured.
      await runTrial(stack, tenant, { windowSeconds, trial: -1, random });
      for (let trial = 0; trial < trials; trial++) {
        cutOffs.push(...(await runTrial(stack, tenant, { windowSeconds, trial, random })));
      }
      return cutOffs;
    } finally {
      await stack.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Driven extends Pick<CutOff, 'overshoot'> {
  accountId: string;
  used: number;
  crossedAt: number | undefined;
  closedAt: number | undefined;
  isRefused: boolean;
}

async function runTrial(
  stack: StackHandle,
  tenant: ReturnType<typeof tenantOf>,
  { windowSeconds, trial, random }: { windowSeconds: number; trial: number; random: () => number },
): Promise<CutOff[]> {
  const now = () => stack.clock.now();
  const windowMs = windowSeconds * 1_000;
  const accounts = Array.from(
    { length: accountsPerTrial },
    (_, index): Driven => ({
      accountId: `trial-${trial}-${index}`,
      used: 0,
      overshoot: 0,
      crossedAt: undefined,
      closedAt: undefined,
      isRefused: false,
    }),
  );
  // What is left before the batch window begins is used up at some moment of it.
  const left = accounts.map(() => Math.ceil(random() * windowSeconds * unitsPerSecond));
  await report(tenant, now, accounts, (index) => limit - (left[index] as number));
  await stack.clock.advance(windowMs);
  await tenant.shows(accounts);
  // The first report opens the window.
  const startsAt = now();
  let reportedAt = startsAt - reportMs;
  const reportSince = async () => {
    const units = Math.round(((now() - reportedAt) / 1_000) * unitsPerSecond);
    reportedAt = now();
    await report(tenant, now, accounts, () => units);
  };
  await reportSince();
  const everyMs = Math.max(windowMs / reportsPerWindow, reportMs);
  for (let at = startsAt + everyMs; at < startsAt + windowMs - realMs; at += everyMs) {
    if (at > now()) await stack.clock.advance(at - now());
    await reportSince();
  }
  while (accounts.some(({ closedAt, isRefused }) => closedAt === undefined || !isRefused)) {
    if (now() > startsAt + 2 * windowMs + giveUpMs)
      throw new Error('An account was not cut off in a minute.');
    if (now() - reportedAt >= reportMs) await reportSince();
    const open = accounts.filter(
      ({ crossedAt, closedAt }) => crossedAt !== undefined && closedAt === undefined,
    );
    await eachAtOnce(open, requestsAtOnce, async (account) => {
      if (!(await tenant.isAllowed(account.accountId))) account.closedAt = now();
    });
  }
  return accounts.map(({ crossedAt = 0, closedAt = 0, overshoot }) => ({
    delayMs: closedAt - crossedAt,
    overshoot,
  }));
}

let reports = 0;

/** One post for all accounts that are not refused yet. */
async function report(
  tenant: ReturnType<typeof tenantOf>,
  now: () => number,
  accounts: readonly Driven[],
  unitsOf: (index: number) => number,
): Promise<void> {
  const reporting = accounts
    .map((account, index) => ({ account, units: unitsOf(index) }))
    .filter(({ account }) => !account.isRefused);
  const postedAt = now();
  reports += 1;
  const refused = await tenant.post(
    reporting.map(({ account, units }) => ({
      specversion: '1.0',
      id: `report-${reports}`,
      source: `device-of-${account.accountId}`,
      subject: account.accountId,
      type: 'use',
      time: new Date(postedAt).toISOString(),
      data: { units },
    })),
  );
  for (const [index, { account, units }] of reporting.entries()) {
    if (refused.has(index)) account.isRefused = true;
    else if (account.crossedAt !== undefined) account.overshoot += units;
    else {
      account.used += units;
      if (account.used >= limit) account.crossedAt = postedAt;
    }
  }
}

interface Listed {
  accountId: string;
  meters: { used: number }[];
}

/** The demo's first tenant over HTTP. */
function tenantOf({ api, localJson }: StackHandle) {
  const tenant = localJson.tenants[0];
  if (!tenant) throw new Error('The stack has no tenant.');
  const { tenantId, keys } = tenant;
  const call = async (
    scope: keyof typeof keys,
    path: string,
    init: { method?: string; body?: object } = {},
  ) => {
    const { method = 'GET', body } = init;
    const answer = await fetch(`${api}/v1/tenants/${tenantId}/${path}`, {
      method,
      headers: { authorization: `Bearer ${keys[scope]}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
    return (await answer.json()) as any;
  };
  return {
    async configure() {
      const meters = [{ name: 'units', eventType: 'use', aggregation: 'sum', field: 'units' }];
      const plans = [{ name: 'basic', default: true, limits: [{ meter: 'units', perCycle: limit }] }];
      const { revision } = await call('manage', 'config', { method: 'PUT', body: { meters, plans } });
      if (!revision) throw new Error('The configuration was refused.');
    },
    /** Answers the places of the events that were refused as their account's is suspended. */
    async post(events: object[]): Promise<Set<number>> {
      const { rejected } = await call('ingest', 'events', { method: 'POST', body: events });
      for (const { code, detail } of rejected as { code: string; detail: string }[]) {
        if (code !== 'account_suspended') throw new Error(`An event was refused: ${detail}`);
      }
      return new Set((rejected as { index: number }[]).map(({ index }) => index));
    },
    /** Waits until all that the accounts used is counted. */
    async shows(accounts: readonly Driven[]): Promise<void> {
      const prefix = (accounts[0] as Driven).accountId.replace(/\d+$/, '');
      for (;;) {
        const listed = (await call('read', `accounts?q=${prefix}&limit=200`)).accounts as Listed[];
        const used = new Map(listed.map(({ accountId, meters }) => [accountId, meters[0]?.used]));
        if (accounts.every((account) => used.get(account.accountId) === account.used)) return;
      }
    },
    isAllowed: async (accountId: string): Promise<boolean> =>
      (await call('read', `accounts/${accountId}/access`)).allowed,
  };
}
