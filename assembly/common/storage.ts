// How f32 values are stored: classes whose methods a generic function takes by its type argument,
// changetype<T>(0).load4(p), so that one loop serves every storage type and nothing is decided at run time.

import { brainToFloat4, halfToFloat4, outerHalfToFloat4 } from "./half";
import { madd } from "./simd";

// @ts-ignore: decorator
@unmanaged
export class F32 {
  /** Bytes of an element, as a power of two. */
  // @ts-ignore: decorator
  @inline
  shift(): usize {
    return 2;
  }

  // @ts-ignore: decorator
  @inline
  load1(p: usize): f32 {
    return load<f32>(p);
  }

  // @ts-ignore: decorator
  @inline
  load4(p: usize): v128 {
    return v128.load(p);
  }

  /** acc[c] + sum over j < 4 of x[j] times element j of the column at p + c * stride, j ascending. */
  // @ts-ignore: decorator
  @inline
  addColumns(p: usize, stride: usize, x: usize, acc: v128): v128 {
    const p1 = p + stride, p2 = p1 + stride, p3 = p2 + stride;
    const c0 = v128.load(p), c1 = v128.load(p1), c2 = v128.load(p2), c3 = v128.load(p3);
    const low01 = v128.shuffle<f32>(c0, c1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(c0, c1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(c2, c3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(c2, c3, 2, 6, 3, 7);
    acc = madd(v128.load32_splat(x), v128.shuffle<f32>(low01, low23, 0, 1, 4, 5), acc);
    acc = madd(v128.load32_splat(x, 4), v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), acc);
    acc = madd(v128.load32_splat(x, 8), v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), acc);
    return madd(v128.load32_splat(x, 12), v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), acc);
  }
}

// @ts-ignore: decorator
@unmanaged
export class F16 {
  // @ts-ignore: decorator
  @inline
  shift(): usize {
    return 1;
  }

  // @ts-ignore: decorator
  @inline
  load1(p: usize): f32 {
    return f32x4.extract_lane(halfToFloat4(i16x8.splat(load<i16>(p))), 0);
  }

  // @ts-ignore: decorator
  @inline
  load4(p: usize): v128 {
    return halfToFloat4(v128.load64_zero(p));
  }

  // @ts-ignore: decorator
  @inline
  addColumns(p: usize, stride: usize, x: usize, acc: v128): v128 {
    const even = turnLow(p, stride), odd = turnHigh(p, stride);
    const reach = i16x8.splat(0x400), exponent = i16x8.splat(0x7800);
    const outer = i16x8.min_u(v128.and(i16x8.add(even, reach), exponent), v128.and(i16x8.add(odd, reach), exponent));
    if (v128.any_true(i16x8.eq(outer, i16x8.splat(0)))) {
      acc = madd(v128.load32_splat(x), outerHalfToFloat4(i32x4.extend_low_i16x8_s(even)), acc);
      acc = madd(v128.load32_splat(x, 4), outerHalfToFloat4(i32x4.extend_high_i16x8_s(even)), acc);
      acc = madd(v128.load32_splat(x, 8), outerHalfToFloat4(i32x4.extend_low_i16x8_s(odd)), acc);
      return madd(v128.load32_splat(x, 12), outerHalfToFloat4(i32x4.extend_high_i16x8_s(odd)), acc);
    }
    // the upper and the lower half of each f32, then side by side
    const upperEven = i16x8.add(v128.and(i16x8.shr_s(even, 3), i32x4.splat(0x8fff8fff)), i16x8.splat(0x3800));
    const upperOdd = i16x8.add(v128.and(i16x8.shr_s(odd, 3), i32x4.splat(0x8fff8fff)), i16x8.splat(0x3800));
    return add4(x, i16x8.shl(even, 13), upperEven, i16x8.shl(odd, 13), upperOdd, acc);
  }
}

// @ts-ignore: decorator
@unmanaged
export class BF16 {
  // @ts-ignore: decorator
  @inline
  shift(): usize {
    return 1;
  }

  // @ts-ignore: decorator
  @inline
  load1(p: usize): f32 {
    return reinterpret<f32>(<u32> load<u16>(p) << 16);
  }

  // @ts-ignore: decorator
  @inline
  load4(p: usize): v128 {
    return brainToFloat4(v128.load64_zero(p));
  }

  // @ts-ignore: decorator
  @inline
  addColumns(p: usize, stride: usize, x: usize, acc: v128): v128 {
    const zero = i16x8.splat(0);
    return add4(x, zero, turnLow(p, stride), zero, turnHigh(p, stride), acc);
  }
}

// Four 16-bit elements of four columns, turned: elements 0 and 1 (low), 2 and 3 (high) of columns 0 .. 3.

// @ts-ignore: decorator
@inline
function pairs(p: usize, q: usize): v128 {
  return v128.shuffle<i16>(v128.load64_zero(p), v128.load64_zero(q), 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function turnLow(p: usize, stride: usize): v128 {
  const p2 = p + (stride << 1);
  return v128.shuffle<i32>(pairs(p, p + stride), pairs(p2, p2 + stride), 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline
function turnHigh(p: usize, stride: usize): v128 {
  const p2 = p + (stride << 1);
  return v128.shuffle<i32>(pairs(p, p + stride), pairs(p2, p2 + stride), 2, 6, 3, 7);
}

/** acc + x[0 .. 3] times four vectors of which the lower and the upper 16 bits of each lane are given, two and two. */
// @ts-ignore: decorator
@inline
function add4(x: usize, lower01: v128, upper01: v128, lower23: v128, upper23: v128, acc: v128): v128 {
  acc = madd(v128.load32_splat(x), v128.shuffle<i16>(lower01, upper01, 0, 8, 1, 9, 2, 10, 3, 11), acc);
  acc = madd(v128.load32_splat(x, 4), v128.shuffle<i16>(lower01, upper01, 4, 12, 5, 13, 6, 14, 7, 15), acc);
  acc = madd(v128.load32_splat(x, 8), v128.shuffle<i16>(lower23, upper23, 0, 8, 1, 9, 2, 10, 3, 11), acc);
  return madd(v128.load32_splat(x, 12), v128.shuffle<i16>(lower23, upper23, 4, 12, 5, 13, 6, 14, 7, 15), acc);
}

/** Writes n stored elements from x on as f32, from y on. */
export function toFloats<S>(x: usize, y: usize, n: i32): void {
  const s = changetype<S>(0);
  const step: usize = 4 << s.shift();
  for (; n >= 4; n -= 4, x += step, y += 16) v128.store(y, s.load4(x));
  for (; n > 0; n--, x += step >> 2, y += 4) store<f32>(y, s.load1(x));
}
