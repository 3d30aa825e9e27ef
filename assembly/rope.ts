// Rotary position embedding (Su et al., 2021): pair i of a head turns by the angle of position p.
//
//   y[u] = x[u] cos - x[v] sin      interleaved: (u, v) = (2i, 2i + 1)
//   y[v] = x[u] sin + x[v] cos      halved:      (u, v) = (i, i + R / 2)
//
// Its backward turns dy the other way: the same with -sin.
//
//   x, y   [T, H, D] f32; y may be x; columns R .. D - 1 are copied
//   table  [S, R] f32: cos of pair i at [p, 2i], sin at [p, 2i + 1]; row t has position p = P + t
//
// A row whose position the table lacks is filled with NaN. Cost: 3 operations an element; x and y once, the
// table's row stays in the cache for the H heads. Accuracy: one madd (1.2e-7). Parts divide the T * H heads.

import { cell, integer, pointer, share } from "./common/args";
import { loadPart, storePart } from "./common/partial";
import { madd } from "./common/simd";
import { the } from "./common/the";

// Which way a head is turned.
@unmanaged class Forward { @inline sin(v: v128): v128 { return v; } }
@unmanaged class Backward { @inline sin(v: v128): v128 { return f32x4.neg(v); } }

// How a head is turned.
// @ts-ignore: decorator
@unmanaged
class Interleaved {
  // @ts-ignore: decorator
  @inline
  turn<Way>(x: usize, table: usize, y: usize, rotated: i32): void {
    let n = rotated;
    for (; n >= 4; n -= 4, x += 16, y += 16, table += 16) this.turnAt<Way>(x, table, y, 4);
    if (n > 0) this.turnAt<Way>(x, table, y, n);
  }

  /** Of n elements, at most 4. */
  // @ts-ignore: decorator
  @inline
  turnAt<Way>(x: usize, table: usize, y: usize, n: i32): void {
    const pairs = loadPart(x, n), angles = loadPart(table, n);
    const cos = v128.shuffle<f32>(angles, angles, 0, 0, 2, 2);
    const sin = the<Way>().sin(f32x4.mul(v128.shuffle<f32>(angles, angles, 1, 1, 3, 3), f32x4(-1, 1, -1, 1)));
    const twins = v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2);
    storePart(y, madd(pairs, cos, f32x4.mul(twins, sin)), n);
  }
}

// @ts-ignore: decorator
@unmanaged
class Halved {
  // @ts-ignore: decorator
  @inline
  turn<Way>(x: usize, table: usize, y: usize, rotated: i32): void {
    const half = <usize> rotated << 1;
    let n = rotated >> 1;
    for (; n >= 4; n -= 4, x += 16, y += 16, table += 32) this.turnAt<Way>(x, table, y, half, 4);
    if (n > 0) this.turnAt<Way>(x, table, y, half, n);
  }

  /** Of n pairs, at most 4. */
  // @ts-ignore: decorator
  @inline
  turnAt<Way>(x: usize, table: usize, y: usize, half: usize, n: i32): void {
    const a = loadPart(x, n), b = loadPart(x + half, n);
    const t0 = loadPart(table, 2 * n), t1 = loadPart(table + 16, 2 * n - 4);
    const cos = v128.shuffle<f32>(t0, t1, 0, 2, 4, 6), sin = the<Way>().sin(v128.shuffle<f32>(t0, t1, 1, 3, 5, 7));
    storePart(y, madd(a, cos, f32x4.neg(f32x4.mul(b, sin))), n);
    storePart(y + half, madd(b, cos, f32x4.mul(a, sin)), n);
  }
}

/** args: x, table, y | H, D, R, S | T (cell), P (cell) */
export function rope_interleaved_f32(args: usize, part: i32, parts: i32): void {
  rope<Interleaved, Forward>(args, part, parts);
}

/** args: x, table, y | H, D, R, S | T (cell), P (cell) */
export function rope_halved_f32(args: usize, part: i32, parts: i32): void {
  rope<Halved, Forward>(args, part, parts);
}

/** args: dy, table, dx | H, D, R, S | T (cell), P (cell) */
export function rope_interleaved_backward_f32(args: usize, part: i32, parts: i32): void {
  rope<Interleaved, Backward>(args, part, parts);
}

/** args: dy, table, dx | H, D, R, S | T (cell), P (cell) */
export function rope_halved_backward_f32(args: usize, part: i32, parts: i32): void {
  rope<Halved, Backward>(args, part, parts);
}

function rope<Pairs, Way>(args: usize, part: i32, parts: i32): void {
  const heads = integer(args, 3), D = integer(args, 4), rotated = integer(args, 5), S = integer(args, 6);
  const total = cell(args, 7) * heads, first = cell(args, 8);
  const end = share(total, part + 1, parts);
  for (let head = share(total, part, parts); head < end; head++) {
    const x = pointer(args, 0) + (<usize> head * D << 2), y = pointer(args, 2) + (<usize> head * D << 2);
    const p = first + head / heads;
    if (<u32> p < <u32> S) {
      the<Pairs>().turn<Way>(x, pointer(args, 1) + (<usize> p * rotated << 2), y, rotated);
      const at = <usize> rotated << 2;
      for (let n = D - rotated, o = at; n > 0; n -= 4, o += 16) storePart(y + o, loadPart(x + o, n), n);
    } else {
      for (let n = D, q = y; n > 0; n -= 4, q += 16) storePart(q, f32x4.splat(NaN), n);
    }
  }
}
