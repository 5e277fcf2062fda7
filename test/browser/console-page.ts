import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect, inject, onTestFinished } from 'vitest';

const world = inject('world');
const output = new URL('./output/', import.meta.url).pathname;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Look {
  width?: number;
  height?: number;
  scheme?: 'light' | 'dark';
  /** Signed in with it; undefined: not signed in. */
  key?: string | undefined;
  /** What the browser may complain of: a request that is refused is told in its console too. */
  mayComplain?: RegExp;
}

/** A page of the console that fails its test where the browser complains or anything leaves the origin. */
export async function openConsole(browser: Browser, hash: string, look: Look = {}): Promise<Page> {
  const { width = 1360, height = 900, scheme = 'light', key, mayComplain } = look;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
  onTestFinished(() => context.close());
  watch(context, mayComplain);
  const page = await context.newPage();
  if (key !== undefined) {
    await page.addInitScript((kept) => sessionStorage.setItem('tidegate.key', kept), key);
  }
  await page.goto(`${world.api}/console/${hash}`);
  return page;
}

/** What went wrong in it is told when the test has finished. */
export function watch(context: BrowserContext, mayComplain?: RegExp): void {
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(`error: ${error.error().message}`));
  context.on('console', (message) => {
    const isSerious = message.type() === 'error' || message.type() === 'warning';
    if (isSerious && !mayComplain?.test(message.text())) complaints.push(message.text());
  });
  context.on('request', (request) => {
    if (!request.url().startsWith(`${world.api}/`)) complaints.push(`left the origin: ${request.url()}`);
  });
  onTestFinished(() => expect(complaints).toEqual([]));
}

/** Kept under test/browser/output, to be looked at. */
export async function screenshot(page: Page, name: string, fullPage = true): Promise<void> {
  mkdirSync(output, { recursive: true });
  if (fullPage) await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: `${output}${name}.png`, fullPage, animations: 'disabled' });
}

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Fails with every rule of WCAG 2.2 A and AA, and of good practice, that the page breaks. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run(root: Document, options: object): Promise<{ violations: Violation[] }> };
    };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return (await checker.run(document, { runOnly: tags })).violations;
  });
  const told = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n${html.slice(0, 300)}\n${failureSummary}`),
  );
  expect(told).toEqual([]);
}

/** Waits until all that the view asked for is there. */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => !document.querySelector('.waiting, progress'));
}
