/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a short message's 64-bit hash under a 128-bit key. Without the
 * key nobody can find two messages that hash alike, so no device can make another's event look like a repeat.
 *
 * It runs on 32-bit halves, because 64-bit integers in JavaScript are heap objects: that is about ten times
 * faster. A 64-bit word is (low, high). An addition carries where both highest bits of the low halves are set, or
 * one is and the sum's is not: worked out with bits, since a branch on it would be guessed wrong every other time.
 *
 * `message` holds the bytes as little-endian 32-bit words, with zeros behind the last byte up to a multiple of
 * eight bytes. The hash is left in `out` as [low, high].
 */
export function sipHash24(key: Int32Array, message: Int32Array, byteLength: number, out: Int32Array): void {
  let v0l = key[0]! ^ 0x70736575;
  let v0h = key[1]! ^ 0x736f6d65;
  let v1l = key[2]! ^ 0x6e646f6d;
  let v1h = key[3]! ^ 0x646f7261;
  let v2l = key[0]! ^ 0x6e657261;
  let v2h = key[1]! ^ 0x6c796765;
  let v3l = key[2]! ^ 0x79746573;
  let v3h = key[3]! ^ 0x74656462;

  const lastBlock = byteLength >> 3;
  // One step a block of 8 bytes; the step after the last block is the finish, of 4 rounds and no message.
  for (let step = 0; step <= lastBlock + 1; step++) {
    const isFinish = step > lastBlock;
    const ml = isFinish ? 0 : message[step * 2]!;
    // The last block's highest byte is the message's length; the others are what is left of it.
    const mh = isFinish ? 0 : message[step * 2 + 1]! | (step === lastBlock ? byteLength << 24 : 0);
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
  out[0] = v0l ^ v1l ^ v2l ^ v3l;
  out[1] = v0h ^ v1h ^ v2h ^ v3h;
}
