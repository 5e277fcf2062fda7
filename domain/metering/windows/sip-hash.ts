/** A state is v0 to v3, each its low half and its high half. */
export const sipStateWords = 8;

/** The state that a key begins with. */
export function sipState(key: Int32Array): Int32Array {
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = key;
  return Int32Array.of(
    k0 ^ 0x70736575,
    k1 ^ 0x736f6d65,
    k2 ^ 0x6e646f6d,
    k3 ^ 0x646f7261,
    k0 ^ 0x6e657261,
    k1 ^ 0x6c796765,
    k2 ^ 0x79746573,
    k3 ^ 0x74656462,
  );
}

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a short message's 64-bit hash under a 128-bit key. Without the
 * key nobody can find two messages that hash alike, so no device can make another's event look like a repeat.
 *
 * It runs on 32-bit halves, because 64-bit integers in JavaScript are heap objects: that is about ten times
 * faster. A 64-bit word is (low, high). An addition carries where both highest bits of the low halves are set, or
 * one is and the sum's is not: worked out with bits, since a branch on it would be guessed wrong every other time.
 *
 * Begins with the state at `from[fromAt]` and takes in so many blocks of 8 bytes: `message` is little-endian words.
 * Puts the state that comes of it at `to[toAt]`, for messages that begin alike; or, where the blocks are the last
 * ones, the hash, as [low, high]. The last block's highest byte must be the message's length.
 */
export function sipBlocks(
  from: Int32Array,
  fromAt: number,
  message: Int32Array,
  blocks: number,
  areLast: boolean,
  to: Int32Array,
  toAt: number,
): void {
  let v0l = from[fromAt]!;
  let v0h = from[fromAt + 1]!;
  let v1l = from[fromAt + 2]!;
  let v1h = from[fromAt + 3]!;
  let v2l = from[fromAt + 4]!;
  let v2h = from[fromAt + 5]!;
  let v3l = from[fromAt + 6]!;
  let v3h = from[fromAt + 7]!;

  // One step a block; the step after the last block is the finish, of 4 rounds and no message.
  const steps = areLast ? blocks + 1 : blocks;
  for (let step = 0; step < steps; step++) {
    const isFinish = step === blocks;
    const ml = isFinish ? 0 : message[step * 2]!;
    const mh = isFinish ? 0 : message[step * 2 + 1]!;
    v3l ^= ml;
    v3h ^= mh;
    if (isFinish) v2l ^= 0xff;

    for (let round = isFinish ? 4 : 2; round > 0; round--) {
      // v0 += v1; v1 <<<= 13; v1 ^= v0; v0 <<<= 32
      let sum = (v0l + v1l) | 0;
      v0h = (v0h + v1h + (((v0l & v1l) | ((v0l | v1l) & ~sum)) >>> 31)) | 0;
      let low = (v1l << 13) | (v1h >>> 19);
      v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h;
      v1l = low ^ sum;
      v0l = v0h;
      v0h = sum;
      // v2 += v3; v3 <<<= 16; v3 ^= v2
      sum = (v2l + v3l) | 0;
      v2h = (v2h + v3h + (((v2l & v3l) | ((v2l | v3l) & ~sum)) >>> 31)) | 0;
      v2l = sum;
      low = (v3l << 16) | (v3h >>> 16);
      v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h;
      v3l = low ^ v2l;
      // v0 += v3; v3 <<<= 21; v3 ^= v0
      sum = (v0l + v3l) | 0;
      v0h = (v0h + v3h + (((v0l & v3l) | ((v0l | v3l) & ~sum)) >>> 31)) | 0;
      v0l = sum;
      low = (v3l << 21) | (v3h >>> 11);
      v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h;
      v3l = low ^ v0l;
      // v2 += v1; v1 <<<= 17; v1 ^= v2; v2 <<<= 32
      sum = (v2l + v1l) | 0;
      v2h = (v2h + v1h + (((v2l & v1l) | ((v2l | v1l) & ~sum)) >>> 31)) | 0;
      low = (v1l << 17) | (v1h >>> 15);
      v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h;
      v1l = low ^ sum;
      v2l = v2h;
      v2h = sum;
    }
    v0l ^= ml;
    v0h ^= mh;
  }
  if (areLast) {
    to[toAt] = v0l ^ v1l ^ v2l ^ v3l;
    to[toAt + 1] = v0h ^ v1h ^ v2h ^ v3h;
    return;
  }
  to[toAt] = v0l;
  to[toAt + 1] = v0h;
  to[toAt + 2] = v1l;
  to[toAt + 3] = v1h;
  to[toAt + 4] = v2l;
  to[toAt + 5] = v2h;
  to[toAt + 6] = v3l;
  to[toAt + 7] = v3h;
}
