const slotsMin = 64;
/** One empty place, which every table without ids shares. */
const noSlots = new Int32Array(2);

/**
 * A set of 64-bit ids as pairs of 32-bit halves: open addressing with linear probing, at most half full. The
 * ids are hashes under a secret key, so their low bits are as good as any and nobody can crowd one place.
 * (0, 0) marks an empty place and is never an id.
 */
export class IdTable {
  size = 0;
  #mask = 0;
  #halves = noSlots;

  get bytes(): number {
    return this.#halves.byteLength;
  }

  has(low: number, high: number): boolean {
    const halves = this.#halves;
    const mask = this.#mask;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const slotLow = halves[slot * 2];
      const slotHigh = halves[slot * 2 + 1];
      if (slotLow === low && slotHigh === high) return true;
      if (slotLow === 0 && slotHigh === 0) return false;
    }
  }

  /** Adds the id; answers whether it was new. */
  add(low: number, high: number): boolean {
    if (this.#mask === 0) this.reset(0);
    const halves = this.#halves;
    const mask = this.#mask;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const slotLow = halves[slot * 2];
      const slotHigh = halves[slot * 2 + 1];
      if (slotLow === low && slotHigh === high) return false;
      if (slotLow !== 0 || slotHigh !== 0) continue;
      halves[slot * 2] = low;
      halves[slot * 2 + 1] = high;
      this.size += 1;
      if (this.size * 2 > mask) this.#grow();
      return true;
    }
  }

  /** Empties the table and makes room for this many ids, in the memory that it has where that suffices. */
  reset(expected: number): void {
    const slots = slotsFor(expected);
    this.size = 0;
    this.#mask = slots - 1;
    if (slots * 2 > this.#halves.length) this.#halves = new Int32Array(slots * 2);
    else this.#halves.fill(0, 0, slots * 2);
  }

  #grow(): void {
    const old = this.#halves;
    const oldSlots = this.#mask + 1;
    this.#mask = oldSlots * 2 - 1;
    this.#halves = new Int32Array(oldSlots * 4);
    this.size = 0;
    for (let slot = 0; slot < oldSlots; slot++) {
      const low = old[slot * 2]!;
      const high = old[slot * 2 + 1]!;
      if (low !== 0 || high !== 0) this.add(low, high);
    }
  }
}

function slotsFor(expected: number): number {
  let slots = slotsMin;
  while (slots < expected * 2 + 2) slots *= 2;
  return slots;
}
