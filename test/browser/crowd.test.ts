import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { expectAccessible, openConsole, screenshot, settled } from './console-page.ts';

const { crowd } = inject('world');

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

describe('10,000 accounts', () => {
  it('are paged, and the back button goes a page back', async () => {
    const page = await openConsole(browser, '#/accounts', { key: crowd.key });
    const first = page.locator('.cell-name').first();
    await page.getByText('account-00000').waitFor();
    expect(await page.locator('.cell-name').count()).toBe(50);
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText('account-00050').waitFor();
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText('account-00100').waitFor();
    await page.getByRole('link', { name: 'Previous' }).click();
    await page.getByText('account-00050').waitFor();
    await page.goBack();
    await page.getByText('account-00100').waitFor();
    await page.getByRole('link', { name: 'First' }).click();
    await page.getByText('account-00000').waitFor();
    await expectAccessible(page);
    await screenshot(page, 'crowd');
    expect(await first.textContent()).toBe('account-00000');
  });

  it('are searched by the beginning of a name', async () => {
    const page = await openConsole(browser, '#/accounts', { key: crowd.key });
    await page.getByRole('searchbox').fill('account-0998');
    await page.getByText('account-09980').waitFor();
    await page.getByText('account-00000').waitFor({ state: 'detached' });
    expect(await page.locator('.cell-name').count()).toBe(10);
    await page.getByRole('link', { name: 'account-09987' }).click();
    await page.getByRole('heading', { level: 1, name: 'account-09987' }).waitFor();
    await page.goBack();
    await page.getByText('account-09980').waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('account-0998');
  });

  it('are filtered by how they stand', async () => {
    const page = await openConsole(browser, '#/accounts?show=suspended', { key: crowd.key });
    await page.getByText('There is none of these.').waitFor();
    await settled(page);
    await page.getByLabel('Active').check();
    await page.getByText('account-00049').waitFor();
  });
});
