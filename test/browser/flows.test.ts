import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launchChromium } from './chromium.ts';
import { expectAccessible, openConsole, screenshot, settled } from './console-page.ts';
import { accounts } from './world.ts';

const world = inject('world');
const key = world.tenants.find(({ tenantId }) => tenantId === 'T001')?.keys.manage;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** What the API has, at once; of what comes of a click it is polled. */
async function ask(path: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${world.api}/v1/tenants/T001/${path}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return (await answer.json()) as Record<string, unknown>;
}

describe('an account that is suspended', () => {
  it('says until when, and is open again once its limit was raised', async () => {
    const page = await openConsole(browser, `#/accounts/${accounts.raised}`, { key });
    await page.getByText('This account is suspended.').waitFor();
    await page.getByText('It is open again with its next cycle').waitFor();

    await page.getByRole('button', { name: 'Change plan or limits' }).click();
    const dialog = page.getByRole('dialog');
    const bytes = dialog.getByRole('group', { name: 'bytes', exact: true });
    await bytes.getByLabel('Own limit').click();
    await bytes.getByLabel('A cycle').waitFor();
    await bytes.getByLabel('A cycle').fill('nothing');
    await dialog.getByRole('button', { name: 'Review change' }).click();
    await dialog.getByText('Give a number above zero').waitFor();
    await expectAccessible(page);

    await bytes.getByLabel('A cycle').fill('2.5');
    await bytes.getByLabel('Unit of bytes').selectOption('MiB');
    await screenshot(page, 'change-account', false);
    await dialog.getByRole('button', { name: 'Review change' }).click();
    await page.getByRole('dialog').getByText('2.5 MiB a cycle, suspend').waitFor();
    await expectAccessible(page);
    await screenshot(page, 'change-account-confirm', false);
    expect((await ask(`accounts/${accounts.raised}`)).limits).toBeUndefined();

    await page.getByRole('button', { name: 'Make the change' }).click();
    await page.getByText('The change is in force.').waitFor();
    await page.getByText('This account is suspended.').waitFor({ state: 'detached' });
    await page.getByText('Its own', { exact: true }).waitFor();
    await expect
      .poll(() => ask(`accounts/${accounts.raised}`))
      .toMatchObject({ status: 'active', limits: [{ meter: 'bytes', perCycle: 2.5 * 2 ** 20 }] });
  });

  it('goes back to its plan with confirmation', async () => {
    const page = await openConsole(browser, `#/accounts/${accounts.raised}`, { key });
    await page.getByRole('button', { name: 'Change plan or limits' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Plan', { exact: true }).selectOption('premium');
    await dialog
      .getByRole('group', { name: 'bytes', exact: true })
      .getByLabel(/As the plan/)
      .click();
    await dialog.getByRole('button', { name: 'Review change' }).click();
    await page.getByText('Plan: trial → premium').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('dialog', { name: 'Change plan or limits' }).waitFor();
    await page.getByRole('button', { name: 'Review change' }).click();
    await page.getByRole('button', { name: 'Make the change' }).click();
    await page.getByText('The change is in force.').waitFor();
    await expect
      .poll(async () => {
        const { plan, limits } = await ask(`accounts/${accounts.raised}`);
        return [plan, limits];
      })
      .toEqual(['premium', undefined]);
  });
});

describe('an account', () => {
  it('is shown by hour or day, as far back as one likes, and the address says so', async () => {
    const page = await openConsole(browser, `#/accounts/${accounts.plain}`, { key });
    await page.getByRole('radio', { name: 'By day' }).click();
    await page.waitForURL(/step=day/);
    await page.getByRole('radio', { name: '30 days' }).click();
    await page.waitForURL(/step=day&days=30|days=30&step=day/);
    await settled(page);
    await page.getByText('As a table').click();
    const rows = page.getByRole('region', { name: /As a table/ }).getByRole('row');
    await expect.poll(() => rows.count()).toBe(32);
    await page.reload();
    await expect.poll(() => page.getByRole('radio', { name: 'By day' }).isChecked()).toBe(true);
    await expect.poll(() => page.getByRole('radio', { name: '30 days' }).isChecked()).toBe(true);
  });

  it('tells where an answer does not come, and asks again', async () => {
    const page = await openConsole(browser, '#/accounts', { key, mayComplain: /503/ });
    await settled(page);
    await page.route(`**/accounts/${accounts.plain}`, (route) =>
      route.fulfill({ status: 503, headers: { 'retry-after': '0.01' }, json: { code: 'unavailable' } }),
    );
    await page.goto(`${world.api}/console/#/accounts/${accounts.plain}`);
    await page.getByText('Tidegate cannot answer at the moment.').waitFor();
    await page.unroute(`**/accounts/${accounts.plain}`);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('bytes in this cycle').waitFor();
  });
});

describe('feedback', () => {
  it('is taken with its note, and its effect is told', async () => {
    const [anomaly] = (await ask('anomalies?status=open&limit=1')).anomalies as { anomalyId: string }[];
    const id = anomaly?.anomalyId ?? '';
    const page = await openConsole(browser, `#/anomalies/${encodeURIComponent(id)}`, { key });
    await page.getByLabel('Note').fill('The warehouse <b>counted</b> twice.');
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.getByText('Dismissed.').waitFor();
    await page.getByText(/no longer rings|rings? as before/).waitFor();
    await settled(page);
    await expectAccessible(page);
    await screenshot(page, 'feedback');
    await expect
      .poll(() => ask(`anomalies/${id}`))
      .toMatchObject({ status: 'dismissed', note: 'The warehouse <b>counted</b> twice.' });

    await page.reload();
    await expect.poll(() => page.getByLabel('Note').inputValue()).toBe('The warehouse <b>counted</b> twice.');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('Confirmed.').waitFor();
    await expect.poll(() => ask(`anomalies/${id}`)).toMatchObject({ status: 'confirmed' });
  });
});

describe('the list of anomalies', () => {
  const rows = (page: Page) => page.getByRole('table').getByRole('row');

  /** Waits until the list has rows, and all are so. */
  const expectAll = (ask: () => Promise<string[]>, isSo: (text: string) => boolean) =>
    expect
      .poll(async () => {
        const texts = await ask();
        return texts.length > 0 && texts.filter((text) => !isSo(text)).length === 0;
      })
      .toBe(true);

  it('is filtered by severity, status, series and time, and the address says so', async () => {
    const page = await openConsole(browser, '#/anomalies', { key });
    await rows(page).nth(1).waitFor();
    await page.getByRole('radio', { name: 'Confirmed' }).click();
    await page.waitForURL(/status=confirmed/);
    await expectAll(
      async () => (await rows(page).allTextContents()).slice(1),
      (row) => row.includes('Confirmed'),
    );
    await page.getByRole('radio', { name: 'All' }).click();
    await page.getByLabel(/Severity from/).fill('90');
    await page.waitForURL(/severity=90/);
    await expectAll(
      () => page.locator('.severity-value').allTextContents(),
      (severity) => Number(severity) >= 90,
    );
    await page.getByLabel('Series', { exact: true }).selectOption('views');
    await page.waitForURL(/series=views/);
    await page.getByLabel('Time', { exact: true }).selectOption('30');
    await page.waitForURL(/series=views&days=30/);
    await page.getByRole('radio', { name: 'Dismissed' }).click();
    await page.getByText('No anomaly is like that.').waitFor();
    await page.getByRole('link', { name: 'Show all anomalies' }).click();
    await rows(page).nth(1).waitFor();
  });
});

describe('a threshold', () => {
  it('shows what it would have meant before it is set', async () => {
    const page = await openConsole(browser, 'nothing', { key, mayComplain: /404/ });
    const read = page.waitForResponse((response) => {
      const { pathname, searchParams } = new URL(response.url());
      if (!pathname.endsWith('/anomalies')) return false;
      const [from = 0, to = 0] = ['from', 'to'].map((name) => Date.parse(searchParams.get(name) ?? ''));
      return Math.round((to - from) / 86_400_000) === 30;
    });
    await page.goto(`${world.api}/console/#/traffic/views`);
    const { anomalies } = (await (await read).json()) as { anomalies: { severity: number }[] };
    const rung = (threshold: number) => anomalies.filter(({ severity }) => severity >= threshold).length;
    const slider = page.getByLabel(/or more rings/);
    const says = (threshold: number) =>
      page.getByText(
        `Of the ${anomalies.length} ${anomalies.length === 1 ? 'anomaly' : 'anomalies'} of the last 30 days, ${rung(threshold)} would have rung.`,
      );
    for (const threshold of [0, 60, 100]) {
      await slider.fill(String(threshold));
      await says(threshold).waitFor();
    }
    await slider.fill('55');
    await page.getByRole('button', { name: 'Set threshold' }).click();
    await page.getByText('The threshold is 55.').waitFor();
    await expect
      .poll(() => ask('series'))
      .toMatchObject({ series: [{ name: 'views', severityThreshold: 55 }] });
    await page.getByRole('button', { name: 'Mute', exact: true }).click();
    await page.getByText('The series is muted.').waitFor();
    await page.getByRole('button', { name: 'Let it ring again' }).click();
    await page.getByText('The series rings again.').waitFor();
    await slider.fill('70');
    await page.getByRole('button', { name: 'Set threshold' }).click();
    await page.getByText('The threshold is 70.').waitFor();
  });
});
