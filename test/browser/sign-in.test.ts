import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { expectAccessible, openConsole, screenshot, signInIsReady } from './console-page.ts';
import { accounts } from './world.ts';

const world = inject('world');
const keys = world.tenants.find(({ tenantId }) => tenantId === 'T001')?.keys;
const refused = /Failed to load resource/;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

async function enter(page: Page, key: string | undefined): Promise<void> {
  await page.getByLabel('API key').fill(key ?? '');
  await page.getByRole('button', { name: /^Sign/ }).click();
}

const keptKeys = (page: Page) => page.evaluate(() => sessionStorage.length);
const isIn = (page: Page) => page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();

describe('a key', () => {
  it.each([
    ['that is not there', '', 'There is no key yet.'],
    ['that looks like none', 'hunter2 and more', 'This does not look like a key.'],
    [
      'that nobody has',
      `tg_T001-aaaaaaaaaaaa_${'b'.repeat(43)}`,
      'This key is not known, or it has been revoked.',
    ],
    ['that was cut off', keys?.read.slice(0, -4), 'This key is not whole.'],
    ['that was revoked', world.revokedKey, 'This key is not known, or it has been revoked.'],
    ['that may only send', keys?.ingest, 'This key may only send events.'],
  ])('%s is refused in clear words', async (what, key, words) => {
    const page = await openConsole(browser, '', { mayComplain: refused });
    await enter(page, key);
    const alert = page.getByRole('alert');
    await alert.getByText(words).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('key');
    expect(await page.evaluate(() => sessionStorage.length + localStorage.length)).toBe(0);
    await expectAccessible(page);
    await screenshot(page, `sign-in-${what.replaceAll(' ', '-')}`);
  });

  it('without a tenant is refused in clear words', async () => {
    const page = await openConsole(browser, '');
    await page.route('**/v1/whoami', (route) => route.fulfill({ json: { scopes: ['read'] } }));
    await enter(page, keys?.read);
    await page.getByText('This key belongs to no tenant.').waitFor();
  });

  it('that may only read is not offered what it may not do', async () => {
    const page = await openConsole(browser, `#/accounts/${accounts.plain}`, { key: keys?.read });
    await page.getByText('Read only').waitFor();
    await page.getByRole('heading', { name: 'Devices in this cycle' }).waitFor();
    expect(await page.getByRole('button', { name: /Change plan/ }).count()).toBe(0);
    await page.goto(`${world.api}/console/#/traffic/views`);
    await page.getByText('When it rings').waitFor();
    expect(await page.getByRole('button', { name: /Set threshold|Mute/ }).count()).toBe(0);
    await page.goto(`${world.api}/console/#/anomalies`);
    await page.getByRole('heading', { level: 1, name: 'Anomalies' }).waitFor();
    await page.getByRole('link', { name: /views/ }).first().click();
    await page.getByText('Your key may look and not judge').waitFor();
    expect(await page.getByRole('button', { name: /Confirm|Dismiss/ }).count()).toBe(0);
  });

  it('is kept by its tab alone, over a reload, until the sign-out', async () => {
    const page = await openConsole(browser, '');
    await enter(page, keys?.manage);
    await isIn(page);
    await page.reload();
    await isIn(page);
    const other = await page.context().newPage();
    await other.goto(`${world.api}/console/`);
    await signInIsReady(other);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signInIsReady(page);
    await expect.poll(() => keptKeys(page)).toBe(0);
  });

  it('that was revoked before a reload leads to the sign-in with a word', async () => {
    const page = await openConsole(browser, '#/', { key: world.revokedKey, mayComplain: refused });
    await page.getByText('You were signed out.').waitFor();
    await expect.poll(() => keptKeys(page)).toBe(0);
  });

  it('is kept where a reload finds no network, and tried again', async () => {
    const page = await openConsole(browser, '', { mayComplain: /ERR_FAILED/ });
    await page.route('**/v1/whoami', (route) => route.abort());
    await page.evaluate((kept) => sessionStorage.setItem('tidegate.key', kept), keys?.read ?? '');
    await page.reload();
    await page.getByText('Tidegate cannot be reached.').waitFor();
    await expectAccessible(page);
    await page.unroute('**/v1/whoami');
    await page.getByRole('button', { name: 'Try again' }).click();
    await isIn(page);
  });

  it('that is revoked meanwhile ends the session with a word', async () => {
    const page = await openConsole(browser, '#/', { key: keys?.manage, mayComplain: refused });
    await isIn(page);
    await page.route('**/v1/tenants/**', (route) =>
      route.fulfill({
        status: 401,
        json: { code: 'unauthorized', detail: 'The credential is missing or has ended.' },
      }),
    );
    await page.evaluate(() => {
      location.hash = '#/accounts';
    });
    await page.getByText('You were signed out.').waitFor();
    await expect.poll(() => keptKeys(page)).toBe(0);
  });
});

describe('what is in the way', () => {
  it('no network', async () => {
    const page = await openConsole(browser, '', { mayComplain: /ERR_INTERNET_DISCONNECTED/ });
    await page.context().setOffline(true);
    await enter(page, keys?.read);
    await page.getByText('Tidegate cannot be reached.').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await isIn(page);
  });

  it('a slow answer', async () => {
    const page = await openConsole(browser, '');
    const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await page.route('**/v1/whoami', async (route) => {
      asked.resolve();
      await answered.promise;
      await route.continue();
    });
    await page.clock.install();
    await enter(page, keys?.read);
    await asked.promise;
    await page.clock.runFor(3_000);
    await page.getByText('Still waiting for an answer.').waitFor();
    await screenshot(page, 'sign-in-slow');
    answered.resolve();
    await isIn(page);
  });

  it('too many requests, which are repeated when they may', async () => {
    const page = await openConsole(browser, '', { mayComplain: refused });
    let asked = 0;
    await page.route('**/v1/whoami', async (route) => {
      asked += 1;
      if (asked > 1) return route.continue();
      return route.fulfill({ status: 429, headers: { 'retry-after': '1' }, json: { code: 'throttled' } });
    });
    await enter(page, keys?.read);
    await isIn(page);
    await expect.poll(() => asked).toBe(2);
  });

  it('a service that is not there, and goes on not to be', async () => {
    const page = await openConsole(browser, '', { mayComplain: refused });
    await page.route('**/v1/whoami', (route) =>
      route.fulfill({ status: 503, headers: { 'retry-after': '0.01' }, json: { code: 'unavailable' } }),
    );
    await enter(page, keys?.read);
    await page.getByText('Tidegate cannot answer at the moment.').waitFor();
  });

  it('an answer that is none', async () => {
    const page = await openConsole(browser, '');
    await page.route('**/v1/whoami', (route) => route.fulfill({ body: '<html>log in to the hotel</html>' }));
    await enter(page, keys?.read);
    await page.getByText('The answer could not be read.').waitFor();
  });
});
