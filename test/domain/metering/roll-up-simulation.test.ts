import { describe, expect, it } from 'vitest';
import { rollUpBounds } from '../../../domain/metering/days/roll-up.ts';
import { simulateRollUp } from './roll-up-simulation.ts';

describe('roll-ups among writers, readers, deaths and changes of zone', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('leave each day as its hours say, part %i', async (part) => {
    for (let seed = part * 4; seed < (part + 1) * 4; seed++) {
      expect(await simulateRollUp(seed, 250), `seed ${seed}`).toEqual([]);
    }
  });

  it('go wrong where marks are cleared too soon, so the simulation sees what it should', async () => {
    const hasty = { ...rollUpBounds, markStandsMs: 0 };
    let faults = 0;
    for (let seed = 0; seed < 30 && faults === 0; seed++) {
      faults += (await simulateRollUp(seed, 250, hasty)).length;
    }
    expect(faults).toBeGreaterThan(0);
  });
});
