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
    await bytes.getByLabel('Own limit').check();
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
    expect(await ask(`accounts/${accounts.raised}`)).toMatchObject({
      status: 'active',
      limits: [{ meter: 'bytes', perCycle: 2.5 * 2 ** 20 }],
    });
  });

  it('goes back to its plan with confirmation', async () => {
    const page = await openConsole(browser, `#/accounts/${accounts.raised}`, { key });
    await page.getByRole('button', { name: 'Change plan or limits' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Plan', { exact: true }).selectOption('premium');
    await dialog
      .getByRole('group', { name: 'bytes', exact: true })
      .getByLabel(/As the plan/)
      .check();
    await dialog.getByRole('button', { name: 'Review change' }).click();
    await page.getByText('Plan: trial → premium').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'Review change' }).click();
    await page.getByRole('button', { name: 'Make the change' }).click();
    await page.getByText('The change is in force.').waitFor();
    const account = await ask(`accounts/${accounts.raised}`);
    expect([account.plan, account.limits]).toEqual(['premium', undefined]);
  });
});

describe('an account', () => {
  it('is shown by hour or day, as far back as one likes, and the address says so', async () => {
    const page = await openConsole(browser, `#/accounts/${accounts.plain}`, { key });
    await page.getByLabel('By day').check();
    await page.getByLabel('30 days').check();
    await page.waitForURL(/step=day&days=30|days=30&step=day/);
    await page.getByText('As a table').click();
    expect(
      await page
        .getByRole('region', { name: /As a table/ })
        .getByRole('row')
        .count(),
    ).toBe(32);
    await page.reload();
    expect(await page.getByLabel('30 days').isChecked()).toBe(true);
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
    expect(await ask(`anomalies/${id}`)).toMatchObject({
      status: 'dismissed',
      note: 'The warehouse <b>counted</b> twice.',
    });

    await page.reload();
    expect(await page.getByLabel('Note').inputValue()).toBe('The warehouse <b>counted</b> twice.');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('Confirmed.').waitFor();
    expect(await ask(`anomalies/${id}`)).toMatchObject({ status: 'confirmed' });
  });
});

describe('the list of anomalies', () => {
  const rows = (page: Page) => page.getByRole('table').getByRole('row');

  it('is filtered by severity, status, series and time, and the address says so', async () => {
    const page = await openConsole(browser, '#/anomalies', { key });
    await rows(page).nth(1).waitFor();
    await page.getByLabel(/Severity from/).fill('90');
    await page.waitForURL(/severity=90/);
    await settled(page);
    const severities = await page.locator('.severity-value').allTextContents();
    expect(severities.length).toBeGreaterThan(0);
    expect(severities.every((severity) => Number(severity) >= 90)).toBe(true);
    await page.getByLabel('Confirmed').check();
    await page.waitForURL(/status=confirmed/);
    await settled(page);
    for (const row of (await rows(page).allTextContents()).slice(1)) expect(row).toContain('Confirmed');
    await page.getByLabel('Series', { exact: true }).selectOption('views');
    await page.getByLabel('Time', { exact: true }).selectOption('30');
    await page.waitForURL(/series=views&days=30/);
    await page.getByLabel('Dismissed').check();
    await page.getByText('No anomaly is like that.').waitFor();
    await page.getByRole('link', { name: 'Show all anomalies' }).click();
    await rows(page).nth(1).waitFor();
  });
});

describe('a threshold', () => {
  it('shows what it would have meant before it is set', async () => {
    const since = new Date(Date.now() - 30 * 86_400_000).toISOString();
    const { anomalies } = (await ask(`anomalies?series=views&from=${since}&limit=200`)) as {
      anomalies: { severity: number }[];
    };
    const rung = (threshold: number) => anomalies.filter(({ severity }) => severity >= threshold).length;
    const page = await openConsole(browser, '#/traffic/views', { key });
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
    const { series } = (await ask('series')) as { series: object[] };
    expect(series[0]).toMatchObject({ name: 'views', severityThreshold: 55 });
    await page.getByRole('button', { name: 'Mute', exact: true }).click();
    await page.getByText('The series is muted.').waitFor();
    await page.getByRole('button', { name: 'Let it ring again' }).click();
    await page.getByText('The series rings again.').waitFor();
    await slider.fill('70');
    await page.getByRole('button', { name: 'Set threshold' }).click();
    await page.getByText('The threshold is 70.').waitFor();
  });
});
