import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type StackHandle, start } from '../../../local/start.ts';
import type { StartOptions } from '../../../local/start-options.ts';

/** A folder that is removed after the test file or the test that asked for it. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'tidegate-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A stack on an empty folder that ends with its test. */
export async function stackForTest(options: StartOptions = {}): Promise<StackHandle> {
  const folder = temporaryFolder();
  onTestFinished(folder.remove);
  const stack = await start({ port: 0, dataDir: folder.path, ...options });
  onTestFinished(() => stack.stop());
  return stack;
}

export const meters = [
  { name: 'bytes', eventType: 'vpn.usage', aggregation: 'sum', field: 'bytes', unit: 'By' },
  { name: 'orders', eventType: 'shop.order', aggregation: 'count' },
];

/** An event of the contract; what is not said is as any device would send it. */
export const usageEvent = (
  stack: StackHandle,
  given: { id: string; bytes?: number; minutesAgo?: number; [name: string]: unknown },
) => {
  const { bytes = 100, minutesAgo = 0, ...attributes } = given;
  const time = new Date(stack.clock.now() - minutesAgo * 60_000).toISOString();
  return {
    specversion: '1.0',
    source: 'phone-1',
    subject: 'acct-1',
    type: 'vpn.usage',
    time,
    data: { bytes },
    ...attributes,
  };
};
