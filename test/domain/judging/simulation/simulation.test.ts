import { expect, it } from 'vitest';
import { type Happened, simulateJudging } from './simulate-judging.ts';

const seeds = Array.from({ length: 8 }, (_, index) => index + 1);

it('comes to what judging in order comes to, whatever goes wrong', async () => {
  const all: Happened = { deaths: 0, rewinds: 0, anomalies: 0, told: 0 };
  for (const seed of seeds) {
    const happened = await simulateJudging(seed).catch((error) => {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    });
    for (const name of Object.keys(all) as (keyof Happened)[]) all[name] += happened[name];
  }
  expect(all.deaths).toBeGreaterThan(100);
  expect(all.rewinds).toBeGreaterThan(100);
  expect(all.anomalies).toBeGreaterThan(10);
  expect(all.told).toBeGreaterThan(5);
});
