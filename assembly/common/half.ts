// 16-bit floats to and from f32, exactly: by integers, for arithmetic on subnormal f32 is slow on some machines.
//
//   f16   1 sign, 5 exponent (bias 15), 10 mantissa bits      bf16   the upper half of an f32

/** The four f16 in the low half of `h`, as f32. */
// @ts-ignore: decorator
@inline
export function halfToFloat4(h: v128): v128 {
  const wide = i32x4.extend_low_i16x8_s(h);
  const outer = v128.and(i32x4.add(wide, i32x4.splat(0x400)), i32x4.splat(0x7800));
  if (v128.any_true(i32x4.eq(outer, i32x4.splat(0)))) return outerHalfToFloat4(wide);
  return i32x4.add(v128.and(i32x4.shl(wide, 13), i32x4.splat(0x8fffe000)), i32x4.splat(112 << 23));
}

/** halfToFloat4 where an exponent may be 0 or 31; the f16 stand sign-extended in the lanes. */
// @ts-ignore: decorator
@inline
export function outerHalfToFloat4(wide: v128): v128 {
  return outer4(wide);
}

function outer4(wide: v128): v128 {
  const rebias = i32x4.splat(112 << 23);
  const magnitude = v128.and(i32x4.shl(wide, 13), i32x4.splat(0x0fffe000));
  const normal = i32x4.add(magnitude, rebias);
  // exponent 0: with one more it is 2^-14 + the value; exponent 31: f32 has 255
  const subnormal = f32x4.sub(i32x4.add(normal, i32x4.splat(1 << 23)), f32x4.splat(6.103515625e-5));
  const special = v128.and(i32x4.ge_s(magnitude, i32x4.splat(31 << 23)), rebias);
  const small = i32x4.lt_s(magnitude, i32x4.splat(1 << 23));
  const value = v128.bitselect(subnormal, i32x4.add(normal, special), small);
  return v128.or(value, v128.and(wide, i32x4.splat(0x80000000)));
}

/** The four bf16 in the low half of `h`, as f32. */
// @ts-ignore: decorator
@inline
export function brainToFloat4(h: v128): v128 {
  return v128.shuffle<i16>(i16x8.splat(0), h, 0, 8, 0, 9, 0, 10, 0, 11);
}

/** The nearest f16 of each f32, ties to even, in the low 16 bits of each lane; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function floatToHalf4(x: v128): v128 {
  const sign = v128.and(i32x4.shr_u(x, 16), i32x4.splat(0x8000));
  const magnitude = v128.and(x, i32x4.splat(0x7fffffff));
  // normal: add half of the last place less one, and one where the last place is odd; the carry raises the exponent
  const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1));
  const rounded = i32x4.add(i32x4.add(magnitude, i32x4.splat(0xfff - (112 << 23))), odd);
  const normal = i32x4.min_s(i32x4.shr_s(rounded, 13), i32x4.splat(0x7c00));
  // below 2^-14: adding 0.5 leaves the value in units of 2^-24 in the low bits, rounded by the addition
  const half = f32x4.splat(0.5);
  const subnormal = i32x4.sub(f32x4.add(magnitude, half), half);
  const small = i32x4.lt_s(magnitude, i32x4.splat(113 << 23));
  const finite = v128.bitselect(subnormal, normal, small);
  const nan = i32x4.gt_s(magnitude, i32x4.splat(0x7f800000));
  return v128.or(v128.bitselect(i32x4.splat(0x7e00), finite, nan), sign);
}

/** The nearest bf16 of each f32, ties to even, in the low 16 bits of each lane; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function floatToBrain4(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1));
  const rounded = i32x4.shr_u(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd), 16);
  const nan = v128.or(i32x4.shr_u(x, 16), i32x4.splat(0x40));
  return v128.bitselect(rounded, nan, f32x4.eq(x, x));
}
