import type { Arena } from './arena.ts';

/** Places of a sketch; one more while a value is being taken in. */
const places = 40;
/** The sample that a place's weight is held against, as a tree of a random cut forest has one. */
const sample = 256;

/**
 * All that one number has been, older ones fading: forty places with weights, the nearest joined when another is needed
 * (Ben-Haim and Tom-Tov 2010). Values of their own keep their place, however few they are.
 */
export class Sketch {
  readonly #place: Float32Array;
  readonly #weight: Float32Array;
  /** Places in use, and the weight of all. */
  readonly #state: Float64Array;
  readonly #fade: number;

  /** `memory`: of how many values it is made, in the end. */
  constructor(arena: Arena, memory: number) {
    this.#place = arena.floats(places + 1);
    this.#weight = arena.floats(places + 1);
    this.#state = arena.doubles(2);
    this.#fade = Math.exp(-1 / memory);
  }

  /**
   * How many random cuts, each by the width of what it falls on, it takes on average to part a value from a sample of
   * what was: the depth of a leaf in a random cut tree (Guha et al. 2016), summed up without any tree. A cut counts when
   * it is the nearest so far to one side; of the gap before a place at distance d, one of width g, that is g / d. What
   * lies within `blur` is the same value. 1 is far from everything, 10 amidst.
   */
  depth(x: number, blur: number): number {
    const used = this.#state[0]!;
    const share = sample / Math.max(sample, this.#state[1]!);
    let same = 0;
    let above = 0;
    while (above < used && this.#place[above]! < x) above += 1;
    for (let i = 0; i < used; i += 1) {
      if (Math.abs(this.#place[i]! - x) <= blur) same += this.#weight[i]! * share;
    }
    return Math.log2(1 + same) + this.#cuts(x, above, 1, share) + this.#cuts(x, above - 1, -1, share);
  }

  /** Takes a value in. */
  learn(value: number): void {
    const s = this.#state;
    for (let i = 0; i < s[0]!; i += 1) this.#weight[i] = this.#weight[i]! * this.#fade;
    s[1] = s[1]! * this.#fade + 1;
    const x = Math.fround(value);
    let at = 0;
    while (at < s[0]! && this.#place[at]! < x) at += 1;
    if (at < s[0]! && this.#place[at] === x) {
      this.#weight[at] = this.#weight[at]! + 1;
      return;
    }
    this.#place.copyWithin(at + 1, at, s[0]!);
    this.#weight.copyWithin(at + 1, at, s[0]!);
    this.#place[at] = x;
    this.#weight[at] = 1;
    s[0] = s[0]! + 1;
    if (s[0]! > places) this.#joinNearest();
  }

  /** Cuts to one side, each place being in the sample by the chance that its weight gives it. */
  #cuts(x: number, from: number, direction: 1 | -1, share: number): number {
    let cuts = 0;
    let before = 0;
    for (let i = from; i >= 0 && i < this.#state[0]!; i += direction) {
      const distance = Math.abs(this.#place[i]! - x);
      if (distance === 0) continue;
      const chance = 1 - Math.exp(-this.#weight[i]! * share);
      cuts += chance * (1 - before / distance);
      before = chance * distance + (1 - chance) * before;
    }
    return cuts;
  }

  /** Joins the two neighbours that are least worth to be told apart: near each other, and light. */
  #joinNearest(): void {
    const used = this.#state[0]!;
    let at = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i + 1 < used; i += 1) {
      const cost =
        (this.#place[i + 1]! - this.#place[i]!) * Math.sqrt(this.#weight[i]! + this.#weight[i + 1]!);
      if (cost >= least) continue;
      least = cost;
      at = i;
    }
    const weight = this.#weight[at]! + this.#weight[at + 1]!;
    const sum = this.#place[at]! * this.#weight[at]! + this.#place[at + 1]! * this.#weight[at + 1]!;
    this.#place[at] = weight > 0 ? sum / weight : this.#place[at]!;
    this.#weight[at] = weight;
    this.#place.copyWithin(at + 1, at + 2, used);
    this.#weight.copyWithin(at + 1, at + 2, used);
    this.#state[0] = used - 1;
  }
}
