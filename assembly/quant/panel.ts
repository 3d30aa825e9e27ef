// The panel of eight weight rows: up to CHUNK columns of them, unpacked once into scratch and used by every
// token.
//
//   codes   [CHUNK / 4] [8 rows] [4] u8          weight = (code + bias) scale + min
//   scales  [CHUNK / group] [8 rows] f32
//   mins    the same, where the format has them
//   ints    [8] v128 i32: the tile's integers, within a block
//
// Formats with 8-bit codes keep two planes a block where pairs are summed (high nibbles, then low ones),
// which makes their codes twice as long. CHUNK bounds scratch and keeps the panel in the first-level cache
// (12 KB at 4 bits); longer rows continue their sums through y.

import { fetch } from "../common/fetch";
import { the } from "../common/the";
import { unknownZero } from "../common/hold";

/** The most columns of a panel, a multiple of 256. */
export const CHUNK: i32 = 1024;

export const SCALES: usize = 16 * CHUNK;
export const MINS: usize = SCALES + 2 * CHUNK;
export const INTS: usize = MINS + 2 * CHUNK;

/** Bytes of the panel; src/device/kernels/matmul_quant.ts asks for them. */
export const PANEL_BYTES: usize = INTS + 128;

/** Unpacks `length` columns of eight rows; gives the address after their blocks. */
export function unpack<F, M>(w: usize, panel: usize, length: i32, flip: v128, end: usize): usize {
  const f = the<F>(), zero = unknownZero(length);
  // a block's bytes in the panel: codes (twice where they are planes), scales
  const codeBytes = <usize> f.values * (the<M>().paired && f.bits == 8 ? 16 : 8);
  const scaleBytes = <usize> (f.values / f.group) << 5;
  let codes = panel, scales = panel + SCALES;
  for (let k = 0; k < length; k += f.values) {
    // the next block column is on its way while this one is unpacked: a big block's fields are too far apart for
    // prefetchers (2.5 Gparam/s of Q6_K out of memory without, 10 out of the cache; Zen 4, 2026-11-23)
    if (f.values == 256 && w + f.bytes < end) store<i32>(panel + INTS, fetch(w + f.bytes, <i32> f.bytes >> 2));
    f.unpack<M>(w, codes, scales, scales + (MINS - SCALES), flip, zero);
    w += f.bytes;
    codes += codeBytes;
    scales += scaleBytes;
  }
  return w;
}
