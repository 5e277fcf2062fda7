import { drawStream } from '../../../commands/drive/draw.ts';
import type { DrivenMeter } from '../../../commands/drive/fleet.ts';
import { type ApiAnswer, createApiClient } from '../../../commands/drive/http.ts';
import { createSendUntilAcknowledged } from '../../../commands/drive/sender.ts';
import { eventsPath, type TargetSource } from '../../../commands/drive/target.ts';
import { truthOf } from '../../../commands/drive/truth.ts';
import { verifyAccounts } from '../../../commands/drive/verifier.ts';
import { eventText, partsOf } from '../../../commands/drive/wire.ts';

const meter: DrivenMeter = {
  ...{ name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes' },
  ...{ scale: 0, quantityMax: 1 },
};

let posts = 0;

/** One event that a test posts by itself, to see what it is answered, and later that it counts once. */
export function onePost(target: TargetSource) {
  const occurredAt = Date.now();
  const accountId = `one-post-${occurredAt}-${posts++}`;
  const time = new Date(occurredAt).toISOString();
  const event = { account: 0, accountId, deviceId: 'd', id: 'e', occurredAt, time, quantity: 7 };
  const sent = {
    body: eventText(partsOf(event, meter), meter),
    headers: { 'content-type': 'application/cloudevents+json' },
  };
  const client = createApiClient(target.current().api, 2);
  const common = {
    ...{ client, target, meter, now: Date.now, draws: drawStream(1), connections: 1, giveUpMs: 90_000 },
    signal: new AbortController().signal,
  };
  return {
    accountId,
    /** Posts it once, and answers what came of it. */
    once(): Promise<ApiAnswer> {
      const { tenantId, keys } = target.current();
      return client.call({ method: 'POST', path: eventsPath(tenantId), key: keys.ingest, ...sent });
    },
    /** Posts it until it is acknowledged; what is then found differing from having been counted once. */
    async differencesOnceAcknowledged() {
      await createSendUntilAcknowledged(common)(sent, () => {});
      const truth = truthOf(accountId, [event]);
      const { differences } = await verifyAccounts([() => truth], { ...common, onAccount: () => {} });
      client.close();
      return differences.named;
    },
  };
}

/** What every error must be: problem+json with its code, that names nothing of what is behind the API. */
export function faultsOfProblem(answer: ApiAnswer, statuses: number[]): string[] {
  const faults: string[] = [];
  if (!statuses.includes(answer.status))
    faults.push(`status ${answer.status} is none of ${statuses.join(', ')}`);
  if (answer.headers['content-type'] !== 'application/problem+json')
    faults.push(`content type ${answer.headers['content-type']}`);
  if (!/"code":\s*"[a-z_]+"/.test(answer.text)) faults.push(`no code in ${answer.text}`);
  if (/\bE[A-Z]{5,}|127\.0\.0\.1|Table|Stream|\.[jt]s:|node:|[Kk]inesis|[Dd]ynamo/.test(answer.text))
    faults.push(`names what is behind: ${answer.text}`);
  return faults;
}
