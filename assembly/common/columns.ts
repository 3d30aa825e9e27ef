// The walk of kernels that go along the middle of x [O, N, I]: every (o, i) is a column of N elements, I apart.
//
//   o = 0   n = 0   [ 16 columns | 16 columns | ... | the last 1 to 16 ]      blocks of a cache line
//           n = 1   [                                                   ]
//           ...
//   o = 1   ...
//
// Parts divide the blocks of all o. A run of neighbouring blocks, TILE columns at most, is one call of F.tile, which
// goes through n with what it keeps of each column in scratch: TILE * 16 bytes a part (16 KiB: beside the lines of
// x under way it stays in the nearest cache). A column's value depends on its own elements alone.

import { cell, integer, pointer, share } from "./args";
import { the } from "./the";

/** Columns of a run: rows of 4 KiB whole go faster than pieces of 1 KiB (bench/reduce.ts, the first of [4096, 1024]). */
export const TILE = 1024;
const BLOCK = 16;

/** Calls F.tile(args, scratch, N, I, o, first column, columns); the row has `operands`, scratch, N, I .. | O. */
// @ts-ignore: decorator
@inline
export function walkColumns<F>(args: usize, operands: usize, params: usize, part: i32, parts: i32): void {
  const scratch = pointer(args, operands) + <usize> part * pointer(args, operands + 1);
  const N = integer(args, operands + 2), I = integer(args, operands + 3), O = cell(args, operands + 2 + params);
  const blocks = (I + BLOCK - 1) / BLOCK, end = share(O * blocks, part + 1, parts);
  for (let u = share(O * blocks, part, parts); u < end;) {
    const o = u / blocks, b = u - o * blocks, count = min(min(blocks - b, end - u), TILE / BLOCK);
    the<F>().tile(args, scratch, N, I, o, b * BLOCK, min(count * BLOCK, I - b * BLOCK));
    u += count;
  }
}

/** Where column i of o begins among elements of 4 bytes, N of them in each column. */
// @ts-ignore: decorator
@inline
export function columnAt(o: i32, N: i32, I: i32, i: i32): usize {
  return (<usize> o * <usize> N * <usize> I + <usize> i) << 2;
}
