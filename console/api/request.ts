import { ApiFault, kindOfStatus } from './problem-words.ts';

/** One call of the API. */
export interface ApiCall {
  key: string;
  path: string[];
  query?: Record<string, string | number | undefined>;
  method?: 'GET' | 'PUT' | 'POST';
  body?: unknown;
  signal?: AbortSignal;
}

/** The API stands beside the console, under the same stage. */
const apiRoot = new URL('../v1/', document.baseURI);

const answerMsMax = 30_000;
const triesMax = 4;
const retryMsMax = 5_000;

/** Answers the decoded JSON. A read that was throttled or not served is tried again. Throws an ApiFault. */
export async function callApi<T>(call: ApiCall): Promise<T> {
  for (let tries = 1; ; tries++) {
    const response = await send(call);
    if (response.ok) return decode<T>(response);
    const kind = kindOfStatus(response.status);
    const mayPass = kind === 'throttled' || kind === 'unavailable';
    if ((call.method ?? 'GET') === 'GET' && mayPass && tries < triesMax) {
      await pause(retryMs(response, tries), call.signal);
      continue;
    }
    const problem = await response.json().catch(() => ({}));
    throw new ApiFault(kind, { code: problem.code, detail: detailOf(problem) });
  }
}

async function send({ key, path, query = {}, method = 'GET', body, signal }: ApiCall): Promise<Response> {
  const timeout = AbortSignal.timeout(answerMsMax);
  const address = addressOf(path, query);
  try {
    return await fetch(address, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiFault(timeout.aborted ? 'timeout' : 'network');
  }
}

/** Browsers resolve `.` and `..` in addresses however they are encoded, so nothing of that name can be asked for. */
function addressOf(path: string[], query: Record<string, string | number | undefined>): URL {
  if (path.some((segment) => segment === '.' || segment === '..')) {
    throw new ApiFault('invalid', { detail: 'Browsers cannot ask for what is called by dots alone.' });
  }
  const address = new URL(path.map(encodeURIComponent).join('/'), apiRoot);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') address.searchParams.set(name, String(value));
  }
  return address;
}

async function decode<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiFault('unreadable');
  }
}

function retryMs(response: Response, tries: number): number {
  const seconds = Number(response.headers.get('retry-after'));
  const asked = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 500 * 2 ** tries;
  return Math.min(asked, retryMsMax) * (1 + Math.random() / 4);
}

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

/** The problem's words, with its faults where it names them one by one. */
function detailOf(problem: { detail?: unknown; faults?: unknown }): string {
  const faults = Array.isArray(problem.faults) ? problem.faults : [];
  const named = faults.map((fault) =>
    [fault?.path ?? fault?.parameter, fault?.detail].filter(Boolean).join(' '),
  );
  return [problem.detail, ...named].filter((part) => typeof part === 'string' && part !== '').join(' ');
}
