import { describe, expect, it } from 'vitest';
import { Arena } from '../../../domain/anomaly/arena.ts';
import { Sketch } from '../../../domain/anomaly/sketch.ts';
import { chanceOf } from './made-series.ts';

function sketchOf(values: Iterable<number>, memory = 2000): Sketch {
  const sketch = new Sketch(new Arena(), memory);
  for (const value of values) sketch.learn(value);
  return sketch;
}

/** So many values about each of the places, in turn. */
function* about(places: number[], count: number): Iterable<number> {
  const chance = chanceOf(3);
  for (let i = 0; i < count; i++) yield places[i % places.length]! + chance();
}

describe('how alone a value stands', () => {
  it('is one cut from everything far outside, and many amidst', () => {
    const sketch = sketchOf(about([10], 2000));
    expect(sketch.depth(1000, 0)).toBeLessThan(1.1);
    expect(sketch.depth(-1000, 0)).toBeLessThan(1.1);
    expect(sketch.depth(10.5, 0)).toBeGreaterThan(6);
  });

  it('is seen within the range too, where nothing ever was', () => {
    const sketch = sketchOf(about([0, 100], 2000));
    expect(sketch.depth(50, 0)).toBeLessThan(2.6);
    expect(sketch.depth(0.5, 0)).toBeGreaterThan(5);
  });

  it('ends where the like has come again and again', () => {
    const often = sketchOf([...about([0], 2000), ...about([50], 100)]);
    expect(often.depth(50.5, 0)).toBeGreaterThan(4);
  });

  it('fades: what was long ago is as if it had not been', () => {
    const sketch = sketchOf([...about([50], 100), ...about([0], 3000)], 200);
    expect(sketch.depth(50.5, 0)).toBeLessThan(2);
  });

  it('takes what chance alone moves for the same', () => {
    const sketch = sketchOf(
      Array.from({ length: 500 }, (_, index) => (index % 50 === 0 ? 0 : 5 + (index % 3))),
    );
    expect(sketch.depth(0, 0)).toBeLessThan(sketch.depth(0, 6));
    expect(sketch.depth(6, 0)).toBeGreaterThan(6);
  });
});
