import { type ApiClient, createApiClient, jsonOf } from './http.ts';
import type { TargetSource } from './target.ts';

/**
 * The time that the stack goes by, as a clock: a local stack's may have been moved on, and this machine's may be
 * wrong. A local stack tells its own; any other tells it with each answer, to the second.
 */
export async function readStackClock(parts: {
  target: TargetSource;
  client: ApiClient;
  now: () => number;
}): Promise<() => number> {
  const { target, client, now } = parts;
  const { control } = target.current();
  const told = control === undefined ? undefined : await controlTime(control);
  const ahead = (told ?? (await answerTime(client)) ?? now()) - now();
  return () => now() + ahead;
}

async function controlTime(control: string): Promise<number | undefined> {
  const client = createApiClient(control, 1);
  try {
    const answer = await client.call({ method: 'GET', path: '/clock' }).catch(() => undefined);
    return answer?.status === 200 ? instant(jsonOf(answer)?.now) : undefined;
  } finally {
    client.close();
  }
}

async function answerTime(client: ApiClient): Promise<number | undefined> {
  const answer = await client.call({ method: 'GET', path: '/v1/health' }).catch(() => undefined);
  return instant(answer?.headers.date);
}

function instant(value: unknown): number | undefined {
  const parsed =
    typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}
