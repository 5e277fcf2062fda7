import { describe, expect, it, onTestFinished } from 'vitest';
import { drivenClock } from '../../../local/clock/driven-clock.ts';
import { createOffset } from '../../../local/clock/offset-clock.ts';

function clockForTest() {
  const saved: number[] = [];
  const offset = createOffset(0);
  const clock = drivenClock(offset, (offsetMs) => saved.push(offsetMs));
  onTestFinished(clock.close);
  return { clock, offset, saved };
}

const hourMs = 3_600_000;

describe('a clock that is moved on', () => {
  it('wakes what is due on the way, in order of time, each at its time', async () => {
    const { clock } = clockForTest();
    const start = clock.now();
    const woken: [string, number][] = [];
    const note = (name: string) => () => woken.push([name, Math.floor((clock.now() - start) / hourMs)]);
    const waiting = [
      clock.wait(3 * hourMs).then(note('third')),
      clock.wait(hourMs).then(note('first')),
      clock.wait(2 * hourMs).then(note('second')),
    ];
    const later = clock.wait(5 * hourMs).catch(() => 'called off');
    expect(await clock.advance(4 * hourMs)).toBeGreaterThanOrEqual(start + 4 * hourMs);
    await Promise.all(waiting);
    expect(woken).toEqual([
      ['first', 1],
      ['second', 2],
      ['third', 3],
    ]);
    expect(await Promise.race([later, Promise.resolve('waits still')])).toBe('waits still');
  });

  it('goes on only when a job is done, and takes up what it asked for', async () => {
    const { clock } = clockForTest();
    const start = clock.now();
    const hours: number[] = [];
    const job = (at: number) => async () => {
      await new Promise((resolve) => setImmediate(resolve));
      hours.push(Math.floor((clock.now() - start) / hourMs));
      clock.runAt(at + hourMs, job(at + hourMs));
    };
    clock.runAt(start + hourMs, job(start + hourMs));
    await clock.advance(4.5 * hourMs);
    expect(hours).toEqual([1, 2, 3, 4]);
  });

  it('finishes one job after the other before it goes on, also of those that are due at the same time', async () => {
    const { clock } = clockForTest();
    const first = clock.now() + hourMs;
    const events: string[] = [];
    const job = (name: string, at: number) =>
      clock.runAt(at, async () => {
        events.push(`${name} begins`);
        // What is due meanwhile by itself would be woken by a timer.
        if (name === 'a') job('c', first + 1_000);
        const begun = performance.now();
        while (performance.now() - begun < 5) await new Promise((resolve) => setImmediate(resolve));
        events.push(`${name} ends ${clock.now() < first + 60_000 ? 'in time' : 'late'}`);
      });
    job('a', first);
    job('b', first);
    await clock.advance(2 * hourMs);
    expect(events).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends in time`]));
  });

  it('moves on by one caller after the other', async () => {
    const { clock } = clockForTest();
    const start = clock.now();
    const [first, second] = await Promise.all([clock.advance(hourMs), clock.advance(hourMs)]);
    expect(first - start).toBeGreaterThanOrEqual(hourMs);
    expect(second - first).toBeGreaterThanOrEqual(hourMs);
  });

  it('has saved where it will be before anybody sees any of the way, and what it came to after', async () => {
    const offset = createOffset(0);
    const saved: number[] = [];
    const clock = drivenClock(offset, (offsetMs) => saved.push(offsetMs));
    onTestFinished(clock.close);
    const seen: boolean[] = [];
    for (let at = 1; at <= 50; at++) {
      clock.runAt(clock.now() + (at * hourMs) / 50, async () => {
        seen.push(Number(saved.at(-1)) >= Number(offset[0]));
      });
    }
    await clock.advance(hourMs + 60_000);
    expect(seen).toEqual(Array(50).fill(true));
    expect(saved).toHaveLength(2);
    expect(saved[1]).toBe(Number(offset[0]));
  });

  it('stays where it is when it cannot be saved', async () => {
    const clock = drivenClock(createOffset(0), () => {
      throw new Error('disk full');
    });
    onTestFinished(clock.close);
    const before = clock.now();
    await expect(clock.advance(hourMs)).rejects.toThrow('disk full');
    expect(clock.now() - before).toBeLessThan(hourMs);
  });

  it('lets go of who no longer waits', async () => {
    const { clock } = clockForTest();
    const over = new AbortController();
    const waiting = clock.wait(hourMs, over.signal);
    over.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(clock.wait(1, AbortSignal.abort(new Error('already')))).rejects.toThrow('already');
  });

  it('wakes by itself when the time has come', async () => {
    const { clock } = clockForTest();
    const start = clock.now();
    await clock.wait(20);
    expect(clock.now() - start).toBeGreaterThanOrEqual(20);
  });
});
