import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hashOf } from '../../console/routing/place.ts';
import { launchChromium } from './chromium.ts';
import { expectAccessible, expectInside, openConsole, screenshot, settled } from './console-page.ts';
import { hostileNames } from './names.ts';

const world = inject('world');
const key = world.tenants.find(({ tenantId }) => tenantId === 'T001')?.keys.manage;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const namesIn = (page: Page, table: string) => page.locator(`${table} bdi`).allTextContents();

describe('names that tenants and devices choose', () => {
  it.each([1360, 390])('show as text in the list, %i pixels wide', async (width) => {
    const page = await openConsole(browser, '#/accounts', { key, width });
    await settled(page);
    await expect
      .poll(async () => {
        const names = await namesIn(page, '.cell-name');
        return hostileNames.filter((name) => !names.includes(name));
      })
      .toEqual([]);
    expect(await page.locator('main img, main script').count()).toBe(0);
    await expectInside(page);
    await expectAccessible(page);
    await screenshot(page, `hostile-accounts-${width}`);
  });

  it.each(hostileNames)('%j opens as an account, with its devices', async (name) => {
    const page = await openConsole(browser, hashOf('account', [name]), { key, width: 390 });
    await settled(page);
    const heading = page.locator('h1');
    await expect.poll(() => heading.textContent()).toBe(name);
    await expect
      .poll(async () => (await namesIn(page, '.table-devices')).toSorted())
      .toEqual(hostileNames.toSorted());
    await expectInside(page);
    await expect.poll(() => page.title()).toContain('Tidegate');
    await page.locator('.table-devices a').nth(2).click();
    await page.getByText('A device, and what it used').waitFor();
    await settled(page);
    await expect.poll(async () => hostileNames.includes((await heading.textContent()) ?? '')).toBe(true);
    await page.goBack();
    await page.getByText('Devices in this cycle').waitFor();
  });

  it('are found by their beginning', async () => {
    const page = await openConsole(browser, '#/accounts', { key });
    await page.getByRole('searchbox').fill('<img');
    await page.waitForURL(/q=%3Cimg/);
    await expect.poll(() => namesIn(page, '.cell-name')).toEqual([hostileNames[0]]);
    await page.getByRole('searchbox').fill('<nobody');
    await page.getByText('No account is called so.').waitFor();
  });

  it('of dots alone are said to be out of reach of browsers', async () => {
    const page = await openConsole(browser, '#/accounts/%2E%2E', { key });
    await page.getByText('Browsers cannot ask for what is called by dots alone.').waitFor();
  });
});
