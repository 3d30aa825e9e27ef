/**
 * The order of items in an epoch, a function of seed and epoch alone.
 *
 * @module
 */
import { philox4x32 } from "../tensor/philox.ts";

/** The fourth counter word of all shuffles, which keeps them apart from other uses of one seed. */
const STREAM = 0x73_68_75_66;

/**
 * The numbers below `length` in the order of Fisher and Yates: element i changes places with element
 * floor(w (i + 1) / 2^32) for i from the last to 1, where w is word i mod 4 of Philox with counter
 * (i / 4, epoch's low and high words, STREAM) and the seed's low and high words as its key.
 */
export function shuffled(length: number, seed: number, epoch: number): Int32Array {
  const order = ascending(length);
  const words = new Uint32Array(4);
  for (let i = length - 1, drawn = -1; i > 0; i--) {
    if (i >> 2 !== drawn) {
      drawn = i >> 2;
      philox4x32(drawn, epoch, epoch / 2 ** 32, STREAM, seed, seed / 2 ** 32, words);
    }
    const j = Math.floor((words[i & 3] / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** The numbers below `length` in order. */
export function ascending(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}
