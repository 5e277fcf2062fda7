/** What can go wrong with a request, by what a person can do about it. */
export type FaultKind =
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'invalid'
  | 'throttled'
  | 'unavailable'
  | 'network'
  | 'timeout'
  | 'unreadable';

/** A request that came to nothing. `detail` is the API's own words where it gave any. */
export class ApiFault extends Error {
  readonly kind: FaultKind;
  readonly code: string | undefined;
  readonly detail: string | undefined;

  constructor(kind: FaultKind, { code, detail }: { code?: string; detail?: string } = {}) {
    super(detail ?? kind);
    this.name = 'ApiFault';
    this.kind = kind;
    this.code = code;
    this.detail = detail;
  }
}

export function kindOfStatus(status: number): FaultKind {
  const kinds: Record<number, FaultKind> = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not_found',
    412: 'conflict',
    429: 'throttled',
  };
  return kinds[status] ?? (status >= 500 ? 'unavailable' : 'invalid');
}

interface Words {
  title: string;
  advice: string;
}

const words: Record<FaultKind, Words> = {
  unauthorized: {
    title: 'This key is not in force.',
    advice: 'It is unknown, or it has been revoked or has ended. Sign in with another one.',
  },
  forbidden: {
    title: 'This key may not do that.',
    advice: 'Ask whoever manages your keys for one with the scope that it takes.',
  },
  not_found: {
    title: 'This is not there.',
    advice: 'It may have been removed, or the address is not whole.',
  },
  conflict: {
    title: 'Somebody else has changed this meanwhile.',
    advice: 'Load it again, then repeat your change.',
  },
  invalid: { title: 'The request was refused.', advice: 'See what it says below.' },
  throttled: {
    title: 'Too many requests at the moment.',
    advice: 'The rate of your tenant is used up. Wait a moment, then try again.',
  },
  unavailable: {
    title: 'Tidegate cannot answer at the moment.',
    advice: 'Trying again in a moment is safe.',
  },
  network: {
    title: 'Tidegate cannot be reached.',
    advice: 'Check your connection; nothing was changed.',
  },
  timeout: {
    title: 'No answer came in time.',
    advice: 'The connection or the service is slow. Trying again is safe.',
  },
  unreadable: {
    title: 'The answer could not be read.',
    advice: 'Something between here and Tidegate may have changed it. Try again.',
  },
};

/** What a person is told. Anything that is no ApiFault is a mistake of ours. */
export function wordsOf(fault: unknown): Words & { detail?: string } {
  if (!(fault instanceof ApiFault))
    return { title: 'The console made a mistake.', advice: 'Load the page again.', detail: String(fault) };
  const isTelling = fault.kind === 'invalid' || fault.kind === 'conflict';
  return { ...words[fault.kind], ...(isTelling && fault.detail && { detail: fault.detail }) };
}

/**
 * The same for who signs in, where the key is what can be mended. The API does not tell a key that was revoked from one
 * that never was: who tries keys would learn which are real. `key` is what can be looked up by whoever manages them.
 */
export function signInWords(fault: unknown, key?: { keyId: string; tenantId: string }): Words {
  if (fault instanceof ApiFault && fault.kind === 'unauthorized') {
    return {
      title: 'This key is not known, or it has been revoked.',
      advice: key
        ? `Whoever manages the keys of ${key.tenantId} can see which: it is called ${key.keyId}. Ask for a new one, or check that you pasted the right one.`
        : 'Ask for a new one, or check that you pasted the right one.',
    };
  }
  if (fault instanceof ApiFault && fault.kind === 'forbidden') {
    return {
      title: 'This key may not be used here.',
      advice: 'Its tenant has been closed, or the key belongs to none. Ask whoever gave it to you.',
    };
  }
  return wordsOf(fault);
}
