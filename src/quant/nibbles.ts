/**
 * The formats of 32 values a block with four bits of each in 16 bytes: byte i holds value i in its low nibble and
 * value 16 + i in its high one.
 *
 * @module
 */
import { type BlockFormat, blockFormat } from "./format.ts";
import { halfAt } from "./half.ts";

/** The nibble of value `i` (0 .. 31) of 16 bytes from `at` on. */
function nibble(view: DataView, at: number, i: number): number {
  const byte = view.getUint8(at + (i & 15));
  return i < 16 ? byte & 15 : byte >> 4;
}

/** A nibble with bit `i` of the word at `high` as its fifth bit. */
function five(view: DataView, at: number, high: number, i: number): number {
  return nibble(view, at, i) | ((view.getUint32(high, true) >>> i) & 1) << 4;
}

/** d (code - 8): {half d; u4 code[32]}. */
export const q4_0: BlockFormat = blockFormat("Q4_0", 32, [[2, 2], [16, 4]], (view, at, out, to) => {
  const d = halfAt(view, at);
  for (let i = 0; i < 32; i++) out[to + i] = d * (nibble(view, at + 2, i) - 8);
});

/** d code + m: {half d, m; u4 code[32]}. */
export const q4_1: BlockFormat = blockFormat("Q4_1", 32, [[2, 2], [2, 2], [16, 4]], (view, at, out, to) => {
  const d = halfAt(view, at), m = halfAt(view, at + 2);
  for (let i = 0; i < 32; i++) out[to + i] = d * nibble(view, at + 4, i) + m;
});

/** d (code - 16): {half d; u1 high[32]; u4 low[32]}. */
export const q5_0: BlockFormat = blockFormat("Q5_0", 32, [[2, 2], [4, 4], [16, 4]], (view, at, out, to) => {
  const d = halfAt(view, at);
  for (let i = 0; i < 32; i++) out[to + i] = d * (five(view, at + 6, at + 2, i) - 16);
});

/** d code + m: {half d, m; u1 high[32]; u4 low[32]}. */
export const q5_1: BlockFormat = blockFormat(
  "Q5_1",
  32,
  [[2, 2], [2, 2], [4, 4], [16, 4]],
  (view, at, out, to) => {
    const d = halfAt(view, at), m = halfAt(view, at + 2);
    for (let i = 0; i < 32; i++) out[to + i] = d * five(view, at + 8, at + 4, i) + m;
  },
);

const nonLinear = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

/** d table[code]: {half d; u4 code[32]}, a table that is denser near zero. */
export const iq4_nl: BlockFormat = blockFormat("IQ4_NL", 32, [[2, 2], [16, 4]], (view, at, out, to) => {
  const d = halfAt(view, at);
  for (let i = 0; i < 32; i++) out[to + i] = d * nonLinear[nibble(view, at + 2, i)];
});

const fp4Doubled = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

/** 2^(e - 127) fp4[code] (OCP Microscaling, E8M0 scale and E2M1 values): {u8 e; u4 code[32]}. */
export const mxfp4: BlockFormat = blockFormat("MXFP4", 32, [[1, 1], [16, 4]], (view, at, out, to) => {
  const d = 2 ** (view.getUint8(at) - 128); // half of it, for the table is doubled
  for (let i = 0; i < 32; i++) out[to + i] = d * fp4Doubled[nibble(view, at + 1, i)];
});
