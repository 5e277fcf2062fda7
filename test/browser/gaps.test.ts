import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Point, PointState } from '../../console/api/answers.ts';
import { launchChromium } from './chromium.ts';
import { expectAccessible, openConsole, screenshot, settled } from './console-page.ts';

const world = inject('world');
const key = world.tenants.find(({ tenantId }) => tenantId === 'T001')?.keys.read;
const [stepMs, hourMs] = [300_000, 3_600_000];

/** A day of UTC of which a quarter is known and the rest is not: hours, by how they stand. */
const until = world.yearUntil;
const states: { state: PointState; from: number; to: number; value: number | null }[] = [
  { state: 'learning', from: 0, to: 6, value: 300 },
  { state: 'missing', from: 6, to: 12, value: null },
  { state: 'partial', from: 12, to: 18, value: 240 },
  { state: 'complete', from: 18, to: 24, value: 310 },
];

function pointsOf(from: number, to: number): Point[] {
  const points: Point[] = [];
  for (let at = Math.max(from, until - 24 * hourMs); at < Math.min(to, until); at += stepMs) {
    const hour = (at - until + 24 * hourMs) / hourMs;
    const { state, value } = states.find((each) => each.from <= hour && hour < each.to) ?? {};
    if (state === undefined || value === undefined) continue;
    const judged = state === 'complete' && { expected: 305, lower: 250, upper: 360, severity: 3 };
    points.push({ start: new Date(at).toISOString(), value, state, ...judged });
  }
  return points;
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** The day, with the API's own answer but for the points. */
async function openDay(look: { width?: number; scheme?: 'light' | 'dark' } = {}): Promise<Page> {
  const page = await openConsole(browser, 'nothing', { key, mayComplain: /404|willReadFrequently/, ...look });
  await page.route('**/series/views?*', (route) => {
    const query = new URL(route.request().url()).searchParams;
    const [from = 0, to = 0] = ['from', 'to'].map((name) => Date.parse(query.get(name) ?? ''));
    return route.fulfill({ json: { series: 'views', interval: 'PT5M', points: pointsOf(from, to) } });
  });
  await page.goto(`${world.api}/console/#/traffic/views?span=1&to=${until / 1000}`);
  await settled(page);
  return page;
}

interface Painted {
  /** Shares of the stretch's pixels, from 0 to 1. */
  line: number;
  background: number;
}

/** What is painted in the chart between two hours of the day: of the line's colour, and of none. */
function paintedBetween(page: Page, fromHour: number, toHour: number): Promise<Painted> {
  return page.evaluate(
    ([from, to]) => {
      const canvas = document.querySelector<HTMLCanvasElement>('.plot canvas');
      const over = document.querySelector('.plot .u-over')?.getBoundingClientRect();
      const pen = canvas?.getContext('2d');
      if (!canvas || !over || !pen) throw new Error('There is no chart.');
      const box = canvas.getBoundingClientRect();
      const ratio = canvas.width / box.width;
      // A little within, so that nothing of what stands beside it is counted.
      const left = over.left - box.left + (over.width * from) / 24 + 4;
      const width = (over.width * (to - from)) / 24 - 8;
      const [x, y, w, h] = [left, over.top - box.top, width, over.height].map((px) => Math.round(px * ratio));
      const { data } = pen.getImageData(x ?? 0, y ?? 0, w ?? 1, h ?? 1);
      const style = getComputedStyle(document.documentElement);
      const rgb = (name: string) =>
        /^#(..)(..)(..)$/
          .exec(style.getPropertyValue(name).trim())
          ?.slice(1)
          .map((hex) => Number.parseInt(hex, 16)) ?? [];
      const line = rgb('--chart-line');
      let [lines, backgrounds] = [0, 0];
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 0) backgrounds += 1;
        else if (line.every((part, index) => Math.abs(part - (data[at + index] ?? 0)) < 12)) lines += 1;
      }
      const pixels = data.length / 4;
      return { line: lines / pixels, background: backgrounds / pixels };
    },
    [fromHour, toHour] as const,
  );
}

describe('what is not known', () => {
  it('is painted as that: hatched where it is missing or partial, and never a line at zero', async () => {
    const page = await openDay();
    for (const text of [
      'Missing: not known, not zero',
      'Partial: some records were lost',
      'Learning: not judged yet',
    ]) {
      await page.getByText(text).waitFor();
    }
    const [learning, missing, partial, complete] = await Promise.all(
      states.map(({ from, to }) => paintedBetween(page, from, to)),
    );
    expect(missing?.line).toBe(0);
    for (const known of [learning, partial, complete]) expect(known?.line).toBeGreaterThan(0);
    expect(missing?.background).toBeLessThan(0.8);
    expect(partial?.background).toBeLessThan(0.8);
    expect(learning?.background).toBeLessThan(0.1);
    expect(complete?.background).toBeGreaterThan(0.5);
  });

  it('is said in the table and where one points, and no row says zero', async () => {
    const page = await openDay();
    await page.getByText('As a table').click();
    const cells = page.locator('.as-table td:nth-child(2)');
    const [partialRow, missingRow] = ['240 (partial)', 'missing'];
    await expect.poll(() => cells.count()).toBe(200);
    const words = new Set(await cells.allTextContents());
    expect([...words].toSorted()).toEqual([partialRow, '310', missingRow].toSorted());
    await page.getByRole('application', { name: /Traffic of views/ }).focus();
    const readout = page.locator('.readout');
    await page.keyboard.press('Home');
    await expect.poll(() => readout.textContent()).toContain('300 (learning)');
    for (let hour = 0; hour < 9 * 12; hour++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => readout.textContent()).toContain('missing');
    for (let hour = 0; hour < 6 * 12; hour++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => readout.textContent()).toContain('240 (partial)');
  });

  it.each([
    ['light', 1360],
    ['dark', 390],
  ] as const)('is seen in %s, %i pixels wide', async (scheme, width) => {
    const page = await openDay({ scheme, width });
    await expectAccessible(page);
    await screenshot(page, `gaps-${scheme}-${width}`);
  });
});
