import { connectLoading } from '../../commands/load-history/connect.ts';
import { loadHistory } from '../../commands/load-history/load-history.ts';
import { findStack } from '../../commands/stack-target.ts';
import { shopHours } from './demo-events.ts';

/** How far the demo's history reaches back. */
const historyDays = 20;
const dayMs = 86_400_000;

/**
 * Loads what the demo's shops sold in the weeks before they were counted here, as `npm run load-history` does. The
 * same again changes nothing.
 */
export async function loadDemoHistory(
  dataDir: string,
  tenantIds: readonly string[],
  until: number,
): Promise<void> {
  const stack = await findStack({ 'data-dir': dataDir });
  const { ports, close } = connectLoading(stack);
  const quiet = { clock: stack.clock, print: () => {}, complain: () => {} };
  try {
    const rows = shopHours(until).filter(({ at }) => at > until - historyDays * dayMs);
    const lines = rows.map(({ at, count }) => `${new Date(at).toISOString()},${count}`);
    const content = Buffer.from(['timestamp,value', ...lines].join('\n'));
    for (const tenantId of tenantIds) {
      await loadHistory(ports, { tenantId, series: 'orders', file: 'the demo', content }, quiet);
    }
  } finally {
    close();
  }
}
