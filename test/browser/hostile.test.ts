import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { hashOf } from '../../console/routing/place.ts';
import { launchChromium } from './chromium.ts';
import { expectAccessible, openConsole, screenshot, settled } from './console-page.ts';
import { hostileNames } from './names.ts';

const world = inject('world');
const key = world.tenants.find(({ tenantId }) => tenantId === 'T001')?.keys.manage;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const overflowOf = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;

describe('names that tenants and devices choose', () => {
  it.each([1360, 390])('show as text in the list, %i pixels wide', async (width) => {
    const page = await openConsole(browser, '#/accounts', { key, width });
    await settled(page);
    const names = await page.locator('.cell-name bdi').allTextContents();
    expect(hostileNames.filter((name) => !names.includes(name))).toEqual([]);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.evaluate(overflowOf)).toBeLessThanOrEqual(0);
    await expectAccessible(page);
    await screenshot(page, `hostile-accounts-${width}`);
  });

  it.each(hostileNames)('%j opens as an account, with its devices', async (name) => {
    const page = await openConsole(browser, hashOf('account', [name]), { key, width: 390 });
    await settled(page);
    expect(await page.locator('h1').textContent()).toBe(name);
    const devices = await page.locator('.table-devices bdi').allTextContents();
    expect(devices.toSorted()).toEqual(hostileNames.toSorted());
    expect(await page.evaluate(overflowOf)).toBeLessThanOrEqual(0);
    expect(await page.title()).toContain('Tidegate');
    await page.locator('.table-devices a').nth(2).click();
    await page.getByText('A device, and what it used').waitFor();
    await settled(page);
    expect(hostileNames).toContain(await page.locator('h1').textContent());
    await page.goBack();
    await page.getByText('Devices in this cycle').waitFor();
  });

  it('are found by their beginning', async () => {
    const page = await openConsole(browser, '#/accounts', { key });
    await page.getByRole('searchbox').fill('<img');
    await page.waitForURL(/q=%3Cimg/);
    await settled(page);
    expect(await page.locator('.cell-name bdi').allTextContents()).toEqual([hostileNames[0]]);
    await page.getByRole('searchbox').fill('<nobody');
    await page.getByText('No account is called so.').waitFor();
  });

  it('of dots alone are said to be out of reach of browsers', async () => {
    const page = await openConsole(browser, '#/accounts/%2E%2E', { key });
    await page.getByText('Browsers cannot ask for what is called by dots alone.').waitFor();
  });
});
