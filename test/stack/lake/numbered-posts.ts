import { request } from 'node:http';
import type { LocalJson } from '../../../local/local-json.ts';

/** Posts events until they are acknowledged, whatever the stack goes through meanwhile. */
export interface NumberedPosts {
  /** Ids of the events that were acknowledged. */
  acknowledged: Set<string>;
  /** Posts batches, one after the other, until it is told to end; then the last one is acknowledged too. */
  run(signal: AbortSignal): Promise<void>;
}

const batchEvents = 50;

/** `find` gives the stack that runs now: its ports stay, its keys do too. */
export function numberedPosts(find: () => LocalJson, name: string, types: readonly string[]): NumberedPosts {
  const acknowledged = new Set<string>();
  let next = 0;

  async function postUntilAcknowledged(): Promise<void> {
    const events = Array.from({ length: batchEvents }, () => {
      const id = `${name}-${next++}`;
      const type = types[next % types.length];
      return {
        ...{ specversion: '1.0', id, type, source: `device-${next % 7}`, subject: `account-${next % 5}` },
        ...{ time: new Date().toISOString(), data: { bytes: next } },
      };
    });
    for (;;) {
      const status = await post(find(), JSON.stringify(events)).catch(() => 0);
      if (status === 202) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const { id } of events) acknowledged.add(id);
  }

  return {
    acknowledged,
    async run(signal) {
      while (!signal.aborted) await postUntilAcknowledged();
    },
  };
}

function post({ api, tenants }: LocalJson, body: string): Promise<number> {
  const { hostname, port } = new URL(api);
  const [tenant] = tenants;
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${tenant?.keys.ingest}`,
      'content-type': 'application/cloudevents-batch+json',
    };
    const path = `/v1/tenants/${tenant?.tenantId}/events`;
    const sent = request(
      { hostname, port, path, method: 'POST', headers, agent: false, timeout: 35_000 },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
        answer.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.end(body);
  });
}
