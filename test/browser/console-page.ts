import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect, inject, onTestFinished } from 'vitest';

const world = inject('world');
const output = new URL('./output/', import.meta.url).pathname;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A machine that does much else may take long to answer: a hang is what this bound is for. */
const waitMsMax = 120_000;

export interface Look {
  width?: number;
  height?: number;
  scheme?: 'light' | 'dark';
  /** Signed in with it; undefined: not signed in. */
  key?: string | undefined;
  /** What the browser may complain of: a request that is refused is told in its console too. */
  mayComplain?: RegExp;
}

/**
 * A page of the console that fails its test where the browser complains or anything leaves the origin. The sign-in can
 * be typed into as soon as it is answered: its script has run.
 */
export async function openConsole(browser: Browser, hash: string, look: Look = {}): Promise<Page> {
  const { width = 1360, height = 900, scheme = 'light', key, mayComplain } = look;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(waitMsMax);
  watch(context, mayComplain);
  const page = await context.newPage();
  if (key !== undefined) {
    await page.addInitScript((kept) => sessionStorage.setItem('tidegate.key', kept), key);
  }
  await page.goto(`${world.api}/console/${hash}`);
  if (key === undefined && (hash === '' || hash.startsWith('#'))) await signInIsReady(page);
  return page;
}

/** The sign-in is drawn before its script has run; who types before that is a person, and not a test. */
export async function signInIsReady(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.title.startsWith('Sign in') && document.activeElement?.id === 'key',
  );
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

/** Kept under test/browser/output, to be looked at: the whole page as a window sees it that is tall enough for it. */
export async function screenshot(page: Page, name: string, fullPage = true): Promise<void> {
  mkdirSync(output, { recursive: true });
  const viewport = page.viewportSize();
  if (fullPage && viewport) {
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ ...viewport, height: Math.max(height, viewport.height) });
    await settled(page);
  }
  await page.screenshot({ path: `${output}${name}.png`, animations: 'disabled' });
  if (viewport) await page.setViewportSize(viewport);
}

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Fails with every rule of WCAG 2.2 A and AA, and of good practice, that the page breaks once it is settled. */
export async function expectAccessible(page: Page): Promise<void> {
  await settled(page);
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

/** How often in a row nothing may be waited for: a change of the address is drawn, and asks, a frame or two later. */
const calmFrames = 4;

/**
 * Waits until all that the view asked for is there and drawn. It counts frames and no time, so that it means the same
 * on a slow machine.
 */
export async function settled(page: Page): Promise<void> {
  const calm = page.evaluate(async (frames) => {
    const seen = globalThis as unknown as { frames: number };
    seen.frames = 0;
    // What a frame has put off is done before the page is idle. A browser that is short of time may leave out both.
    const frame = () =>
      new Promise((done) => {
        AbortSignal.timeout(2_000).addEventListener('abort', done);
        requestAnimationFrame(() => requestIdleCallback(done));
      });
    const isWaiting = () =>
      // The page has this title until its script has drawn a view.
      document.title === 'Tidegate' ||
      document.querySelector('.waiting, progress, [aria-busy="true"]') !== null;
    for (let still = 0; still < frames; still = isWaiting() ? 0 : still + 1) {
      await frame();
      seen.frames += 1;
    }
  }, calmFrames);
  const { promise: never, reject } = Promise.withResolvers<never>();
  const bound = AbortSignal.timeout(waitMsMax);
  bound.addEventListener('abort', () => void unsettled(page).then(reject, reject));
  await Promise.race([calm, never]);
}

/** What a page that does not settle waits for. */
async function unsettled(page: Page): Promise<Error> {
  const seen = await page.evaluate(() => ({
    frames: (globalThis as unknown as { frames: number }).frames,
    title: document.title,
    visible: document.visibilityState,
    height: `${document.documentElement.scrollHeight} in ${globalThis.innerHeight}`,
    waiting: [...document.querySelectorAll('.waiting, progress, [aria-busy="true"]')].map((each) =>
      each.outerHTML.slice(0, 200),
    ),
  }));
  return new Error(`The page was still waiting after ${waitMsMax / 1000} s: ${JSON.stringify(seen)}`);
}

/** Waits until nothing sticks out to the side of the page, nor text out of its cell. */
export async function expectInside(page: Page): Promise<void> {
  const outside = () =>
    page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const cut = [...document.querySelectorAll('td, th, .figure-value, .badge')]
        .filter((each) => each.scrollWidth > each.clientWidth + 1)
        .map((each) => each.textContent);
      return [...(scrollWidth > clientWidth ? [`the page, by ${scrollWidth - clientWidth}`] : []), ...cut];
    });
  await expect.poll(outside).toEqual([]);
}
