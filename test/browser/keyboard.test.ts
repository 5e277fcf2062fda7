import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { openConsole, settled } from './console-page.ts';
import { accounts } from './world.ts';

const world = inject('world');
const key = world.tenants.find(({ tenantId }) => tenantId === 'T001')?.keys.manage ?? '';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const tabsMax = 60;

/** Presses Tab until what has the focus is called so; each stop on the way must be seen. */
async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  for (let tabs = 0; tabs < tabsMax; tabs++) {
    await page.keyboard.press(key);
    const focus = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const seen = element.closest('.segment') ?? element;
      const { outlineStyle, borderColor } = getComputedStyle(seen);
      const { width, height } = seen.getBoundingClientRect();
      // Past the last of a page or a dialog stands the browser's own.
      if (element === document.body) return undefined;
      const label = element.closest('label')?.textContent ?? element.textContent ?? '';
      const words = element.getAttribute('aria-label') ?? label;
      return {
        words: `${words} ${element.id}`,
        isSeen: outlineStyle !== 'none' && width > 0 && height > 0,
        borderColor,
      };
    });
    if (!focus) continue;
    expect(focus, `what has the focus is outlined: ${focus.words}`).toMatchObject({ isSeen: true });
    if (typeof name === 'string' ? focus.words.includes(name) : name.test(focus.words)) return;
  }
  throw new Error(`${name} was not reached with ${tabsMax} tabs.`);
}

/** What has the focus, by its element's name or its words. */
const focused = (page: Page, what: 'tagName' | 'textContent') =>
  expect.poll(() => page.evaluate((of) => document.activeElement?.[of], what));

describe('without a mouse', () => {
  it('one signs in, finds an account and changes its limit', async () => {
    const page = await openConsole(browser, '');
    await page.keyboard.type(key);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await settled(page);

    await tabTo(page, 'Skip to content', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await focused(page, 'tagName').toBe('H1');
    await tabTo(page, 'Skip to content', 'Shift+Tab');
    await tabTo(page, 'Accounts');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Accounts' }).waitFor();
    await settled(page);
    await focused(page, 'tagName').toBe('H1');

    await page.keyboard.press('Tab');
    await page.keyboard.type('che');
    await page.waitForURL(/q=che/);
    await settled(page);
    await tabTo(page, accounts.plain);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: accounts.plain }).waitFor();
    await settled(page);

    await tabTo(page, 'Change plan or limits');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await focused(page, 'textContent').toBe('Change plan or limits');

    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, /As the plan/);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await focused(page, 'textContent').toBe('Change plan or limits');
    await tabTo(page, /of the account by hour/);
    const readout = page.locator('.readout').first();
    const before = await readout.textContent();
    await page.keyboard.press('Home');
    await expect.poll(() => readout.textContent()).not.toBe(before);
    const zoomOut = page.getByRole('button', { name: 'Zoom out' }).first();
    await expect.poll(() => zoomOut.isDisabled()).toBe(true);
    await page.keyboard.press('+');
    await expect.poll(() => zoomOut.isDisabled()).toBe(false);
    await page.keyboard.press('0');
    await expect.poll(() => zoomOut.isDisabled()).toBe(true);
  });
});
