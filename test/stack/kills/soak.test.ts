import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { soak, soakText } from '../../../commands/drive/soak.ts';

/** The same seed kills at the same times after each start; what the stack was doing then is another each time. */
const seed = 2_026;

it('a stack that is killed again and again at random moments counts exactly', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'tidegate-soak-'));
  const lines: string[] = [];
  const summary = await soak(
    { seed, minutes: 0.75, rate: 400, dataDir: join(parent, 'data'), run: 'ci' },
    (line) => lines.push(line),
  );

  const told = [...lines, soakText(summary)].join('\n');
  expect(summary.exact, told).toBe(true);
  expect(summary.kills.total, told).toBeGreaterThan(3);
  expect(summary.events.counted).toBeGreaterThan(500);
  expect(summary.events.counted).toBe(summary.events.distinct);
  rmSync(parent, { recursive: true, force: true });
});
