import { computed, signal } from '@preact/signals';
import type { Scope, WhoAmI } from '../api/answers.ts';
import { ApiFault } from '../api/problem-words.ts';
import { type ApiCall, callApi } from '../api/request.ts';
import { knownZone } from '../format/time.ts';

/** Who is signed in. `restoring`: the tab holds a key and asks whose it is. */
export type Session =
  | { state: 'out'; ended?: 'revoked' }
  | { state: 'restoring'; key: string }
  | { state: 'in'; key: string; who: WhoAmI };

/** Kept by the tab alone: gone when it is closed, seen by no other. */
const keyName = 'tidegate.key';

const kept = sessionStorage.getItem(keyName);

export const session = signal<Session>(kept ? { state: 'restoring', key: kept } : { state: 'out' });

/** The tenant's zone: every time is shown in it. */
export const zone = computed(() =>
  session.value.state === 'in' ? knownZone(session.value.who.timeZone) : 'UTC',
);

const has = (scope: Scope): boolean =>
  session.value.state === 'in' && session.value.who.scopes.includes(scope);

/** What the key may do decides what is offered. */
export const mayManage = computed(() => has('manage'));

/** Why a key that is in force is still of no use here. */
export class UselessKey extends Error {
  readonly reason: 'ingest-only' | 'no-tenant';
  constructor(reason: 'ingest-only' | 'no-tenant') {
    super(reason);
    this.reason = reason;
  }
}

/** Asks whose the key is, and signs in with it. Throws an ApiFault or a UselessKey. */
export async function signIn(key: string, signal?: AbortSignal): Promise<void> {
  const who = await callApi<WhoAmI>({ key, path: ['whoami'], ...(signal && { signal }) });
  if (typeof who.tenantId !== 'string' || who.tenantId === '' || !Array.isArray(who.scopes)) {
    throw new UselessKey('no-tenant');
  }
  if (!who.scopes.includes('read') && !who.scopes.includes('manage')) throw new UselessKey('ingest-only');
  sessionStorage.setItem(keyName, key);
  session.value = { state: 'in', key, who };
}

/** Forgets the key. */
export function signOut(ended?: 'revoked'): void {
  sessionStorage.removeItem(keyName);
  session.value = ended ? { state: 'out', ended } : { state: 'out' };
}

/** Calls the API below the tenant's own path. A key that has ended meanwhile ends the session. */
export async function askTenant<T>(call: Omit<ApiCall, 'key'>): Promise<T> {
  const { value } = session;
  if (value.state !== 'in') throw new ApiFault('unauthorized');
  try {
    return await callApi<T>({ ...call, key: value.key, path: ['tenants', value.who.tenantId, ...call.path] });
  } catch (error) {
    if (error instanceof ApiFault && error.kind === 'unauthorized' && session.value === value)
      signOut('revoked');
    throw error;
  }
}
