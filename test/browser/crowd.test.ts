import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { launchChromium } from './chromium.ts';
import { expectAccessible, expectInside, openConsole, screenshot } from './console-page.ts';
import { crowdAccounts, crowdHalfway, crowdName, crowdNear, crowdSuspended } from './world.ts';

const { api, crowd } = inject('world');

let browser: Browser;
beforeAll(async () => {
  await vi.waitFor(expectCounted, { timeout: 800_000, interval: 500 });
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const counted = new Set<string>();

/** In several parts of the stream, the last come last; those that are near or over their limit are known to be. */
async function expectCounted(): Promise<void> {
  const read = async (query: string): Promise<string[]> => {
    const answer = await fetch(`${api}/v1/tenants/${crowd.tenantId}/accounts?limit=200&${query}`, {
      headers: { authorization: `Bearer ${crowd.key}` },
    });
    const { accounts = [] } = (await answer.json()) as { accounts?: { accountId: string }[] };
    return accounts.map(({ accountId }) => accountId);
  };
  expect(await read('status=suspended')).toEqual(crowdSuspended);
  expect(await read('state=near')).toEqual(crowdNear);
  for (let first = 0; first < crowdAccounts; first += 100) {
    const q = crowdName(first).slice(0, -2);
    if (counted.has(q)) continue;
    expect(await read(`q=${q}`)).toHaveLength(100);
    counted.add(q);
  }
}

const names = (page: Page) => page.locator('.cell-name').allTextContents();

/** So many names in a row, as the list has them. */
const namesFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => crowdName(first + index));

describe('10,000 accounts', () => {
  it('are paged, and the back button goes a page back', async () => {
    const page = await openConsole(browser, '#/accounts', { key: crowd.key });
    const shows = (first: number) => expect.poll(() => names(page)).toEqual(namesFrom(first, 50));
    await shows(0);
    await page.getByRole('link', { name: 'Next' }).click();
    await shows(50);
    await page.getByRole('link', { name: 'Next' }).click();
    await shows(100);
    await page.getByRole('link', { name: 'Previous' }).click();
    await shows(50);
    await page.goBack();
    await shows(100);
    await page.getByRole('link', { name: 'First' }).click();
    await shows(0);
  });

  it('are searched by the beginning of a name', async () => {
    const page = await openConsole(browser, '#/accounts', { key: crowd.key });
    await page.getByRole('searchbox').fill('account-0998');
    await expect.poll(() => names(page)).toEqual(namesFrom(9980, 10));
    await page.getByRole('link', { name: 'account-09987' }).click();
    await page.getByRole('heading', { level: 1, name: 'account-09987' }).waitFor();
    await page.goBack();
    await expect.poll(() => names(page)).toEqual(namesFrom(9980, 10));
    await expect.poll(() => page.getByRole('searchbox').inputValue()).toBe('account-0998');
  });

  it('are filtered by how they stand, each with a bar of its usage against its limit', async () => {
    const page = await openConsole(browser, '#/accounts?show=suspended', { key: crowd.key });
    await expect.poll(() => names(page)).toEqual(crowdSuspended);
    await page.getByRole('radio', { name: 'Near limit' }).click();
    await expect.poll(() => names(page)).toEqual(crowdNear.slice(0, 50));
    await page
      .getByRole('img', { name: /of 732\.4 KiB, 99 %$/ })
      .first()
      .waitFor();
    await expectAccessible(page);
    await screenshot(page, 'crowd-near');
    await page.getByRole('radio', { name: 'Active' }).click();
    await expect.poll(() => names(page)).toEqual(namesFrom(0, 50));
  });

  it.each([1360, 390])('are seen half-way, %i pixels wide', async (width) => {
    const page = await openConsole(browser, '#/accounts?q=account-05', { key: crowd.key, width });
    await expect.poll(() => names(page)).toEqual(crowdHalfway);
    const bars = page.getByRole('img', { name: /^bytes: 3\d\d(\.\d)? KiB of 732\.4 KiB, 50 %$/ });
    await expect.poll(() => bars.count()).toBe(50);
    const filled = await bars.evaluateAll((all) =>
      all.map((bar) => (bar.firstElementChild as HTMLElement).offsetWidth / (bar as HTMLElement).offsetWidth),
    );
    for (const share of filled) expect(share).toBeCloseTo(0.5, 1);
    await expectAccessible(page);
    await expectInside(page);
    await screenshot(page, `crowd-${width}`);
  });
});
