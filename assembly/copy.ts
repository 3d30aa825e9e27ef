// Copies between strided tensors, and conversions between dtypes.
//
//   copy_b*  y[walk] = x[walk] over four loops D0..D3, strides of both in elements; only addressed elements of y
//            change; x and y must not overlap
//   cast_*   y[i] = x[i] converted, R * C contiguous elements
//
// Cost: bound by memory where the innermost strides are 1. Where each of them is 1 in another loop, tiles are turned:
// a matrix of 128 MiB in 1.5 to 2 times a copy's time, 3.1 where its rows lie a power of two apart (17 element by
// element; a Xeon with AMX, 2026-11-29). Conversions to f16 and bf16 round to nearest even; all values are exact otherwise
// (i32 to f32 rounds). Parts divide the elements, or the blocks of tiles.

import { cell, integer, pointer, share } from "./common/args";
import { floatToBrain4, floatToHalf4 } from "./common/half";
import { loadPart } from "./common/partial";
import { storeTurned } from "./common/simd";
import { BF16, F16, toFloats } from "./common/storage";
import { the } from "./common/the";

/** args: as copy_b32 */
export function copy_b64(args: usize, part: i32, parts: i32): void { copy<u64>(args, part, parts); }
/** args: x, y | D1, D2, D3, x0..x3, y0..y3 | D0 (cell) */
export function copy_b32(args: usize, part: i32, parts: i32): void { copy<u32>(args, part, parts); }
/** args: as copy_b32 */
export function copy_b16(args: usize, part: i32, parts: i32): void { copy<u16>(args, part, parts); }
/** args: as copy_b32 */
export function copy_b8(args: usize, part: i32, parts: i32): void { copy<u8>(args, part, parts); }

function copy<T>(args: usize, part: i32, parts: i32): void {
  const D1 = integer(args, 2), D2 = integer(args, 3), D3 = integer(args, 4);
  const total = cell(args, 13) * D1 * D2 * D3;
  const end = share(total, part + 1, parts);
  const from = integer(args, 8), to = integer(args, 12);
  if (from != 1 && to == 1) {
    if (integer(args, 7) == 1) return turned<T>(args, part, parts, 2, 3);
    if (integer(args, 6) == 1) return turned<T>(args, part, parts, 1, 3);
  }
  if (from == 1 && to != 1) {
    if (integer(args, 11) == 1) return turned<T>(args, part, parts, 3, 2);
    if (integer(args, 10) == 1) return turned<T>(args, part, parts, 3, 1);
  }
  for (let i = share(total, part, parts); i < end;) {
    const row = i / D3, column = i - row * D3, n = min(D3 - column, end - i);
    const r1 = row / D2, i2 = row - r1 * D2, i0 = r1 / D1, i1 = r1 - i0 * D1;
    const x = i0 * integer(args, 5) + i1 * integer(args, 6) + i2 * integer(args, 7) + column * from;
    const y = i0 * integer(args, 9) + i1 * integer(args, 10) + i2 * integer(args, 11) + column * to;
    run<T>(pointer(args, 0) + <usize> x * sizeof<T>(), from, pointer(args, 1) + <usize> y * sizeof<T>(), to, n);
    i += n;
  }
}

/** A block of columns, which a part takes whole, and the tile that is turned at once: a cache line of four bytes each. */
const BLOCK: i32 = 256;
const TILE: i32 = 16;

/** copy where x is contiguous in loop r and y in loop c; loop 0 and the other one lead from plane to plane. */
function turned<T>(args: usize, part: i32, parts: i32, r: i32, c: i32): void {
  const rows = extent(args, r), columns = extent(args, c), other = 6 - r - c, depth = extent(args, other);
  const stepX = <usize> integer(args, 5 + c) * sizeof<T>(), stepY = <usize> integer(args, 9 + r) * sizeof<T>();
  const tiles = (rows + TILE - 1) / TILE, blocks = (columns + BLOCK - 1) / BLOCK, each = tiles * blocks;
  const all = cell(args, 13) * depth * each, end = share(all, part + 1, parts);
  for (let i = share(all, part, parts); i < end; i++) {
    const plane = i / each, tile = i - plane * each, i0 = plane / depth, i1 = plane - i0 * depth;
    const x = i0 * integer(args, 5) + i1 * integer(args, 5 + other);
    const y = i0 * integer(args, 9) + i1 * integer(args, 9 + other);
    const row = tile % tiles * TILE, column = tile / tiles * BLOCK;
    turnBlock<T>(
      pointer(args, 0) + (<usize> x + row) * sizeof<T>() + <usize> column * stepX, stepX,
      pointer(args, 1) + (<usize> y + column) * sizeof<T>() + <usize> row * stepY, stepY,
      min(TILE, rows - row), min(BLOCK, columns - column),
    );
  }
}

/** The extent of loop 1, 2 or 3. */
function extent(args: usize, loop: i32): i32 {
  return integer(args, 1 + loop);
}

/** y[r, c] = x[c, r] */
function turnBlock<T>(x: usize, stepX: usize, y: usize, stepY: usize, rows: i32, columns: i32): void {
  const whole = sizeof<T>() == 4 ? rows & ~3 : 0;
  for (; columns >= TILE; columns -= TILE, x += TILE * stepX, y += TILE * sizeof<T>()) {
    for (let k = 0; k < TILE && whole > 0; k += 4) {
      turnWords(x + <usize> k * stepX, stepX, y + (<usize> k << 2), stepY, whole);
    }
    gatherRows<T>(x + whole * sizeof<T>(), stepX, y + whole * stepY, stepY, rows - whole, TILE);
  }
  gatherRows<T>(x, stepX, y, stepY, rows, columns);
}

function gatherRows<T>(x: usize, stepX: usize, y: usize, stepY: usize, rows: i32, columns: i32): void {
  for (; rows > 0; rows--, x += sizeof<T>(), y += stepY) {
    let from = x, to = y;
    for (let n = columns; n > 0; n--, from += stepX, to += sizeof<T>()) store<T>(to, load<T>(from));
  }
}

/** Four columns, four rows at a time. */
function turnWords(x: usize, stepX: usize, y: usize, stepY: usize, rows: i32): void {
  for (; rows > 0; rows -= 4, x += 16, y += stepY << 2) turnFour(x, stepX, y, stepY);
}

/** Four rows of four words. */
// @ts-ignore: decorator
@inline
function turnFour(x: usize, stepX: usize, y: usize, stepY: usize): void {
  const a = v128.load(x), b = v128.load(x + stepX), c = v128.load(x + (stepX << 1)), d = v128.load(x + 3 * stepX);
  storeTurned(a, b, c, d, y, stepY);
}

function run<T>(x: usize, from: i32, y: usize, to: i32, n: i32): void {
  if (from == 1 && to == 1) return memory.copy(y, x, <usize> n * sizeof<T>());
  const stepX = <usize> from * sizeof<T>(), stepY = <usize> to * sizeof<T>();
  for (; n > 0; n--, x += stepX, y += stepY) store<T>(y, load<T>(x));
}

/** args: x, y | C | R (cell) */
export function cast_f16_f32(args: usize, part: i32, parts: i32): void { widen<F16>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function cast_bf16_f32(args: usize, part: i32, parts: i32): void { widen<BF16>(args, part, parts); }

// @ts-ignore: decorator
@inline
function widen<S>(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), from = share(count, part, parts);
  const x = pointer(args, 0) + (<usize> from << the<S>().shift()), y = pointer(args, 1) + (<usize> from << 2);
  toFloats<S>(x, y, share(count, part + 1, parts) - from);
}

/** args: x, y | C | R (cell) */
export function cast_i32_f32(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), end = share(count, part + 1, parts);
  let i = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> i << 2), y = pointer(args, 1) + (<usize> i << 2);
  for (; i + 4 <= end; i += 4, x += 16, y += 16) v128.store(y, f32x4.convert_i32x4_s(v128.load(x)));
  for (; i < end; i++, x += 4, y += 4) store<f32>(y, <f32> load<i32>(x));
}

@unmanaged class ToHalf { @inline of(x: v128): v128 { return floatToHalf4(x); } }
@unmanaged class ToBrain { @inline of(x: v128): v128 { return floatToBrain4(x); } }

/** args: x, y | C | R (cell) */
export function cast_f32_f16(args: usize, part: i32, parts: i32): void { narrow<ToHalf>(args, part, parts); }
/** args: x, y | C | R (cell) */
export function cast_f32_bf16(args: usize, part: i32, parts: i32): void { narrow<ToBrain>(args, part, parts); }

/** Four at a time; their low 16 bits are kept. */
// @ts-ignore: decorator
@inline
function narrow<F>(args: usize, part: i32, parts: i32): void {
  const count = cell(args, 3) * integer(args, 2), from = share(count, part, parts);
  let x = pointer(args, 0) + (<usize> from << 2), y = pointer(args, 1) + (<usize> from << 1);
  let n = share(count, part + 1, parts) - from;
  for (; n >= 8; n -= 8, x += 32, y += 16) {
    v128.store(y, i16x8.narrow_i32x4_u(the<F>().of(v128.load(x)), the<F>().of(v128.load(x, 16))));
  }
  for (; n > 0; n -= 4, x += 16, y += 8) {
    const bits = the<F>().of(loadPart(x, n));
    store<u16>(y, <u16> i32x4.extract_lane(bits, 0));
    if (n > 1) store<u16>(y, <u16> i32x4.extract_lane(bits, 1), 2);
    if (n > 2) store<u16>(y, <u16> i32x4.extract_lane(bits, 2), 4);
    if (n > 3) store<u16>(y, <u16> i32x4.extract_lane(bits, 3), 6);
  }
}
