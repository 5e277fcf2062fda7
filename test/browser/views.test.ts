import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { expectAccessible, expectInside, openConsole, screenshot, settled } from './console-page.ts';
import { accounts } from './world.ts';

const world = inject('world');
const keysOf = (tenantId: string) => world.tenants.find((tenant) => tenant.tenantId === tenantId)?.keys;
const key = keysOf('T001')?.manage;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** The newest anomaly of the year, by the API. */
async function newestAnomaly(): Promise<string> {
  const answer = await fetch(`${world.api}/v1/tenants/T001/anomalies?limit=1`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return (await answer.json()).anomalies[0].anomalyId;
}

const views = [
  { name: 'sign-in', hash: '', isOut: true, says: 'Sign in' },
  { name: 'overview', hash: '#/', says: 'Overview' },
  { name: 'accounts', hash: '#/accounts', says: 'Accounts' },
  { name: 'account', hash: `#/accounts/${accounts.plain}`, says: accounts.plain },
  { name: 'account-suspended', hash: `#/accounts/${accounts.suspended}`, says: accounts.suspended },
  { name: 'device', hash: `#/accounts/${accounts.plain}/devices/chen-router`, says: 'chen-router' },
  { name: 'traffic', hash: '#/traffic/views?span=28', says: 'Traffic' },
  { name: 'traffic-year', hash: '#/traffic/views?span=364', says: 'Traffic' },
  { name: 'anomalies', hash: '#/anomalies', says: 'Anomalies' },
  { name: 'anomaly', hash: '#/anomalies/{newest}', says: 'views: ' },
  { name: 'nowhere', hash: '#/nowhere', says: 'There is no such page' },
];
/** What each width is looked at in; a person's setting changes while the page is open, and is followed at once. */
const looks = [
  { width: 1360, height: 900, schemes: { light: 'light', dark: 'dark' } },
  { width: 390, height: 844, schemes: { phone: 'light', 'phone-dark': 'dark' } },
  { width: 2200, height: 1200, schemes: { wide: 'light' } },
] as const;

describe.each(looks)('$width pixels wide', ({ width, height, schemes }) => {
  it.each(views)('$name is there, accessible and inside of the page', async ({ name, hash, says, isOut }) => {
    const address = hash.replace('{newest}', encodeURIComponent(await newestAnomaly()));
    const page = await openConsole(browser, address, { width, height, key: isOut ? undefined : key });
    for (const [look, colorScheme] of Object.entries(schemes)) {
      await page.emulateMedia({ colorScheme });
      await expect.poll(() => page.locator('h1').textContent()).toContain(says);
      await settled(page);
      // The widest differs from the wide in its distances alone, which are no matter of rules.
      if (look !== 'wide') await expectAccessible(page);
      await expectInside(page);
      await screenshot(page, `${name}-${look}`);
    }
  });
});

describe('a tenant that has nothing yet', () => {
  it.each([
    ['overview', '#/', 'Nothing is metered yet.'],
    ['accounts', '#/accounts', 'There are no accounts yet.'],
    ['traffic', '#/traffic', 'No series is configured.'],
    ['anomalies', '#/anomalies', 'There were no anomalies.'],
  ])('is told so in %s', async (name, hash, words) => {
    const page = await openConsole(browser, hash, { key: keysOf('T002')?.manage });
    await page.getByText(words).waitFor();
    await settled(page);
    await expectAccessible(page);
    await screenshot(page, `empty-${name}`);
  });
});

describe('the overview', () => {
  it('says what was used today, who is near or over, what is open and whether all is counted', async () => {
    const page = await openConsole(browser, '#/', { key });
    const card = (title: string) => page.getByRole('region', { name: title });
    await card('bytes')
      .getByText(/MiB|GiB/)
      .first()
      .waitFor();
    await card('Accounts near or over their limit').getByText(accounts.suspended).waitFor();
    await card('Accounts near or over their limit').getByText(accounts.near).waitFor();
    await card('Open anomalies').getByRole('link', { name: /views/ }).first().waitFor();
    await card('Data health')
      .getByText(/Complete|Lagging|Stalled/)
      .first()
      .waitFor();
  });

  it('says how a recount is made, and what the last one came to', async () => {
    const hourMs = 3_600_000;
    const [from, hours] = [Date.parse('2026-11-01T00:00:00Z'), 168];
    const counts = { stored: 1_234_567, counted: 1_200_000, duplicate: 34_563, unmetered: 0 };
    const of = (given: object) => ({ ...counts, quarantined: 3, unaccounted: 1, notInLake: 0, ...given });
    const conservation = of({
      ...{ at: '2026-11-21T10:05:00Z', from: '2026-11-01T00:00:00Z', to: '2026-11-21T10:00:00Z' },
      ...{ equal: false, hoursOmitted: 20 },
      hours: Array.from({ length: hours }, (_, index) =>
        of({ start: new Date(from + index * hourMs).toISOString() }),
      ),
    });
    for (const width of [1360, 390]) {
      const page = await openConsole(browser, '#/', { key, width });
      const card = page.getByRole('region', { name: 'Data health' });
      await card.getByText('Not recounted yet.').waitFor();
      await page.route('**/v1/tenants/T001/health', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...(await response.json()), conservation } });
      });
      await page.reload();
      await card.getByText('Differing').waitFor();
      await card.getByText('1,234,567').waitFor();
      expect(await card.getByText('Not stored').count()).toBe(0);
      await card.getByText('By hour').click();
      await card.getByText('The latest 168 of 188 hours.').waitFor();
      await expect.poll(() => card.getByRole('row').count()).toBe(1 + hours);
      await expectAccessible(page);
      await expectInside(page);
      await screenshot(page, `recount-${width}`);
    }
  });

  it('asks again by itself, and not while nobody sees it', async () => {
    const page = await openConsole(browser, 'nothing', { key, mayComplain: /404/ });
    await page.clock.install();
    // Counted in the page itself: what it has asked is known there at once.
    await page.addInitScript(() => {
      const counted = globalThis as unknown as { asked: number };
      const own = globalThis.fetch;
      counted.asked = 0;
      globalThis.fetch = (...given) => {
        if (String(given[0]).endsWith('/health')) counted.asked += 1;
        return own(...given);
      };
    });
    await page.goto(`${world.api}/console/#/`);
    await page.getByText('Complete until').waitFor();
    // From here on the page's time passes as it is told, however long this takes.
    await page.clock.pauseAt(Date.now() + 3_600_000);
    const askedWithin = async (ms: number) => {
      await page.clock.runFor(ms);
      return page.evaluate(() => (globalThis as unknown as { asked: number }).asked);
    };
    const before = await askedWithin(1_000);
    expect(await askedWithin(40_000)).toBe(before + 1);
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { value: true, configurable: true }));
    expect(await askedWithin(120_000)).toBe(before + 1);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: false, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    expect(await askedWithin(1_000)).toBe(before + 2);
  });
});

describe('times', () => {
  it("are in the tenant's zone, and UTC stands behind them", async () => {
    const page = await openConsole(browser, `#/accounts/${accounts.suspended}`, { key });
    const time = page.locator('.note time').first();
    await time.waitFor();
    const instant = Date.parse((await time.getAttribute('datetime')) ?? '');
    const local = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' }).format(
      instant,
    );
    await expect.poll(() => time.textContent()).toContain(local);
    expect(await time.getAttribute('title')).toBe(
      `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    );
  });
});

describe('addresses', () => {
  it('open their view after the sign-in, and the back button goes back', async () => {
    const page = await openConsole(browser, `#/accounts/${accounts.plain}`);
    await page.getByLabel('API key').fill(key ?? '');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: accounts.plain }).waitFor();
    await page.getByRole('link', { name: 'chen-router' }).click();
    await page.getByRole('heading', { level: 1, name: 'chen-router' }).waitFor();
    await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Anomalies' }).click();
    await page.getByRole('heading', { level: 1, name: 'Anomalies' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'chen-router' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: accounts.plain }).waitFor();
  });

  it('without the slash lead to the console', async () => {
    const answer = await fetch(`${world.api}/console`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'console/']);
  });

  it('of what is not there say so', async () => {
    const page = await openConsole(browser, '#/accounts/nobody', { key, mayComplain: /404/ });
    await page.getByText('This is not there.').waitFor();
    await page.goto(`${world.api}/console/#/anomalies/views~20200101T000000Z`);
    await page.getByRole('heading', { level: 1, name: 'Anomaly' }).waitFor();
    await page.getByText('This is not there.').waitFor();
    await page.goto(`${world.api}/console/#/traffic/nothing`);
    await page.getByText('There is no such series.').waitFor();
  });
});
