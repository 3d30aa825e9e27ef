// Matrix product of f64, i32 or i64:  y[i, j, m, n] = sum over k of a[i, j, m, k] b[i, j, k, n]
//
//   a [B0, B1, M, K], b [B0, B1, K, N]: any strides, in elements (0 repeats); y [B0, B1, M, N] contiguous
//
//   scratch: a panel of b, [K] rows of 32 bytes: 4 columns of f64 or i64, 8 of i32, those past N as zeros
//
// The columns of a panel are packed at a time; four rows of a run over the panel with eight accumulators of a vector.
// Each output adds its K terms in ascending order, DEPTH of them in one accumulator and then the sums of these blocks,
// whatever M, the tiles and the parts, f64 with two roundings a term in every build. Integers wrap around: u32 by i32's row. Cost: 2 M N K operations, two lanes a vector,
// four of i32: f64 21 Gop/s, i32 44 (f32's own kernel 64), i64 7, whose vector product is many instructions without
// AVX-512 (bench/matmul_wide.ts, Zen 5, one thread, 2026-11-29). Parts divide the panels of all batches.

import { cell, integer, pointer, share } from "./common/args";
import { loadPart, storePart } from "./common/partial";
import { the } from "./common/the";

/** Bytes of a panel's row: two vectors. */
const WIDTH: i32 = 32;
/** Terms of one sum: the error grows with their number, and with that of sums. */
const DEPTH: i32 = 512;

// What an element does: how it fills a vector, and joins an accumulator.

@unmanaged class F64 {
  @inline splat(p: usize): v128 { return v128.load64_splat(p); }
  @inline add(sum: v128, x: v128, b: v128): v128 { return f64x2.add(sum, f64x2.mul(x, b)); }
  @inline plus(a: v128, b: v128): v128 { return f64x2.add(a, b); }
}
@unmanaged class I64 {
  @inline splat(p: usize): v128 { return v128.load64_splat(p); }
  @inline add(sum: v128, x: v128, b: v128): v128 { return i64x2.add(sum, i64x2.mul(x, b)); }
  @inline plus(a: v128, b: v128): v128 { return i64x2.add(a, b); }
}
@unmanaged class I32 {
  @inline splat(p: usize): v128 { return v128.load32_splat(p); }
  @inline add(sum: v128, x: v128, b: v128): v128 { return i32x4.add(sum, i32x4.mul(x, b)); }
  @inline plus(a: v128, b: v128): v128 { return i32x4.add(a, b); }
}

/** args: a, b, y | scratch, bytes | B0, B1, N, K, strides of a (4), strides of b (4) | M (cell) */
export function matmul_f64(args: usize, part: i32, parts: i32): void { matmul<u64, F64>(args, part, parts); }
/** args: as matmul_f64 */
export function matmul_i64(args: usize, part: i32, parts: i32): void { matmul<u64, I64>(args, part, parts); }
/** args: as matmul_f64 */
export function matmul_i32(args: usize, part: i32, parts: i32): void { matmul<u32, I32>(args, part, parts); }

/** T is what holds an element's bits. */
function matmul<T, E>(args: usize, part: i32, parts: i32): void {
  const columns = WIDTH / sizeof<T>(), B1 = integer(args, 6), N = integer(args, 7), M = cell(args, 17);
  const panels = (N + columns - 1) / columns, total = integer(args, 5) * B1 * panels;
  const panel = pointer(args, 3) + <usize> part * integer(args, 4);
  const end = share(total, part + 1, parts);
  for (let i = share(total, part, parts); i < end; i++) {
    const batch = i / panels, n = (i - batch * panels) * columns;
    const i0 = batch / B1, i1 = batch - i0 * B1;
    const a = pointer(args, 0) + <usize> (i0 * integer(args, 9) + i1 * integer(args, 10)) * sizeof<T>();
    const b = pointer(args, 1) +
      <usize> (i0 * integer(args, 13) + i1 * integer(args, 14) + n * integer(args, 16)) * sizeof<T>();
    const width = min(columns, N - n);
    pack<T>(args, b, width, panel);
    rows<T, E>(args, a, panel, pointer(args, 2) + <usize> (batch * M * N + n) * sizeof<T>(), width);
  }
}

function pack<T>(args: usize, b: usize, width: i32, panel: usize): void {
  const kStep = <usize> integer(args, 15) * sizeof<T>(), nStep = <usize> integer(args, 16) * sizeof<T>();
  for (let k = integer(args, 8); k > 0; k--, b += kStep, panel += WIDTH) {
    let p = b;
    for (let n = 0; n < WIDTH / <i32> sizeof<T>(); n++, p += nStep) {
      store<T>(panel + <usize> n * sizeof<T>(), n < width ? load<T>(p) : 0);
    }
  }
}

/** All rows of a with one panel; the last rows are repeated where fewer than four remain. */
function rows<T, E>(args: usize, a: usize, panel: usize, y: usize, width: i32): void {
  const K = integer(args, 8), M = cell(args, 17), yStep = <usize> integer(args, 7) * sizeof<T>();
  const rowStep = <usize> integer(args, 11) * sizeof<T>(), kStep = <usize> integer(args, 12) * sizeof<T>();
  for (let m = 0; m < M; m += 4) {
    const count = min(4, M - m), a0 = a + <usize> m * rowStep, y0 = y + <usize> m * yStep;
    const a1 = count > 1 ? a0 + rowStep : a0, a2 = count > 2 ? a1 + rowStep : a1, a3 = count > 3 ? a2 + rowStep : a2;
    const y1 = count > 1 ? y0 + yStep : y0, y2 = count > 2 ? y1 + yStep : y1, y3 = count > 3 ? y2 + yStep : y2;
    let k = 0;
    do {
      const at = <usize> k * kStep, from = panel + <usize> k * WIDTH, depth = min(K - k, DEPTH);
      tile<T, E>(a0 + at, a1 + at, a2 + at, a3 + at, kStep, depth, from, y0, y1, y2, y3, width, k > 0);
      k += DEPTH;
    } while (k < K);
  }
}

function tile<T, E>(
  a0: usize, a1: usize, a2: usize, a3: usize, step: usize, K: i32, panel: usize,
  y0: usize, y1: usize, y2: usize, y3: usize, width: i32, added: bool,
): void {
  let c00 = i64x2.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (; K > 0; K--, panel += WIDTH, a0 += step, a1 += step, a2 += step, a3 += step) {
    const left = v128.load(panel), right = v128.load(panel, 16);
    const x0 = the<E>().splat(a0), x1 = the<E>().splat(a1);
    c00 = the<E>().add(c00, x0, left), c01 = the<E>().add(c01, x0, right);
    c10 = the<E>().add(c10, x1, left), c11 = the<E>().add(c11, x1, right);
    const x2 = the<E>().splat(a2), x3 = the<E>().splat(a3);
    c20 = the<E>().add(c20, x2, left), c21 = the<E>().add(c21, x2, right);
    c30 = the<E>().add(c30, x3, left), c31 = the<E>().add(c31, x3, right);
  }
  // the last rows may be one and the same: all are read before one is written, with the same sum
  if (added) {
    const half = 16 / <i32> sizeof<T>();
    c00 = join<T, E>(y0, c00, width), c01 = join<T, E>(y0 + 16, c01, width - half);
    c10 = join<T, E>(y1, c10, width), c11 = join<T, E>(y1 + 16, c11, width - half);
    c20 = join<T, E>(y2, c20, width), c21 = join<T, E>(y2 + 16, c21, width - half);
    c30 = join<T, E>(y3, c30, width), c31 = join<T, E>(y3 + 16, c31, width - half);
  }
  keep<T>(y0, c00, c01, width), keep<T>(y1, c10, c11, width), keep<T>(y2, c20, c21, width), keep<T>(y3, c30, c31, width);
}

/** What stands in the first `width` lanes at y, plus v. */
// @ts-ignore: decorator
@inline
function join<T, E>(y: usize, v: v128, width: i32): v128 {
  if (width <= 0) return v;
  if (width >= 16 / <i32> sizeof<T>()) return the<E>().plus(v128.load(y), v);
  return the<E>().plus(sizeof<T>() == 8 ? v128.load64_zero(y) : loadPart(y, width), v);
}

/** The first `width` lanes of two vectors. */
function keep<T>(y: usize, left: v128, right: v128, width: i32): void {
  const half = 16 / <i32> sizeof<T>();
  keepHalf<T>(y, left, min(width, half));
  keepHalf<T>(y + 16, right, width - half);
}

function keepHalf<T>(y: usize, v: v128, width: i32): void {
  if (width == 16 / <i32> sizeof<T>()) return v128.store(y, v);
  if (sizeof<T>() == 8) {
    if (width > 0) store<i64>(y, i64x2.extract_lane(v, 0));
  } else storePart(y, v, width);
}
