// Matrix product of f64:  y[i, j, m, n] = sum over k of a[i, j, m, k] b[i, j, k, n]
//
//   a [B0, B1, M, K], b [B0, B1, K, N]: any strides, in elements (0 repeats); y [B0, B1, M, N] contiguous
//
//   scratch: a panel of b, [K][4], the columns past N as zeros
//
// Four columns of b are packed at a time; four rows of a run over the panel with eight accumulators of two lanes.
// Each output adds its K terms in ascending order in one accumulator, whatever M, the tiles and the parts, with two
// roundings in every build. Cost: 2 M N K operations, two lanes a vector. Parts divide the panels of all batches.

import { cell, integer, pointer, share } from "./common/args";

const COLUMNS: i32 = 4;

/** args: a, b, y | scratch, bytes | B0, B1, N, K, strides of a (4), strides of b (4) | M (cell) */
export function matmul_f64(args: usize, part: i32, parts: i32): void {
  const B1 = integer(args, 6), N = integer(args, 7), M = cell(args, 17);
  const panels = (N + COLUMNS - 1) / COLUMNS, total = integer(args, 5) * B1 * panels;
  const panel = pointer(args, 3) + <usize> part * integer(args, 4);
  const end = share(total, part + 1, parts);
  for (let i = share(total, part, parts); i < end; i++) {
    const batch = i / panels, n = (i - batch * panels) * COLUMNS;
    const i0 = batch / B1, i1 = batch - i0 * B1;
    const a = pointer(args, 0) + (<usize> (i0 * integer(args, 9) + i1 * integer(args, 10)) << 3);
    const b = pointer(args, 1) +
      (<usize> (i0 * integer(args, 13) + i1 * integer(args, 14) + n * integer(args, 16)) << 3);
    const width = min(COLUMNS, N - n);
    pack(args, b, width, panel);
    rows(args, a, panel, pointer(args, 2) + (<usize> (batch * M * N + n) << 3), width);
  }
}

function pack(args: usize, b: usize, width: i32, panel: usize): void {
  const kStep = <usize> integer(args, 15) << 3, nStep = <usize> integer(args, 16) << 3;
  for (let k = integer(args, 8); k > 0; k--, b += kStep, panel += 32) {
    let p = b;
    for (let n = 0; n < COLUMNS; n++, p += nStep) {
      store<f64>(panel + (<usize> n << 3), n < width ? load<f64>(p) : 0);
    }
  }
}

/** All rows of a with one panel; the last rows are repeated where fewer than four remain. */
function rows(args: usize, a: usize, panel: usize, y: usize, width: i32): void {
  const K = integer(args, 8), M = cell(args, 17);
  const rowStep = <usize> integer(args, 11) << 3, kStep = <usize> integer(args, 12) << 3;
  const yStep = <usize> integer(args, 7) << 3;
  for (let m = 0; m < M; m += 4) {
    const count = min(4, M - m), a0 = a + <usize> m * rowStep, y0 = y + <usize> m * yStep;
    const a1 = count > 1 ? a0 + rowStep : a0, a2 = count > 2 ? a1 + rowStep : a1, a3 = count > 3 ? a2 + rowStep : a2;
    const y1 = count > 1 ? y0 + yStep : y0, y2 = count > 2 ? y1 + yStep : y1, y3 = count > 3 ? y2 + yStep : y2;
    tile(a0, a1, a2, a3, kStep, K, panel, y0, y1, y2, y3, width);
  }
}

function tile(
  a0: usize, a1: usize, a2: usize, a3: usize, step: usize, K: i32, panel: usize,
  y0: usize, y1: usize, y2: usize, y3: usize, width: i32,
): void {
  let c00 = f64x2.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (; K > 0; K--, panel += 32, a0 += step, a1 += step, a2 += step, a3 += step) {
    const left = v128.load(panel), right = v128.load(panel, 16);
    const x0 = v128.load64_splat(a0), x1 = v128.load64_splat(a1);
    c00 = f64x2.add(c00, f64x2.mul(x0, left)), c01 = f64x2.add(c01, f64x2.mul(x0, right));
    c10 = f64x2.add(c10, f64x2.mul(x1, left)), c11 = f64x2.add(c11, f64x2.mul(x1, right));
    const x2 = v128.load64_splat(a2), x3 = v128.load64_splat(a3);
    c20 = f64x2.add(c20, f64x2.mul(x2, left)), c21 = f64x2.add(c21, f64x2.mul(x2, right));
    c30 = f64x2.add(c30, f64x2.mul(x3, left)), c31 = f64x2.add(c31, f64x2.mul(x3, right));
  }
  keep(y0, c00, c01, width), keep(y1, c10, c11, width), keep(y2, c20, c21, width), keep(y3, c30, c31, width);
}

/** The first `width` of four lanes. */
function keep(y: usize, left: v128, right: v128, width: i32): void {
  store<f64>(y, f64x2.extract_lane(left, 0));
  if (width > 1) store<f64>(y, f64x2.extract_lane(left, 1), 8);
  if (width > 2) store<f64>(y, f64x2.extract_lane(right, 0), 16);
  if (width > 3) store<f64>(y, f64x2.extract_lane(right, 1), 24);
}
