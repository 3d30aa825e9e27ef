// Halves to f32, four lanes of an i16x8 at a time, by integer arithmetic: subnormal halves (scales below
// 6e-5, which real files hold) become normal floats without an operation on subnormal floats, which costs 100
// cycles on some machines. All 65536 halves are exact.
//
//   half  s eeeee ffffffffff            value = 2^(e - 15) (1 + f / 1024)
//   f32   s eeeeeeee ffffffffff 0...    e + 112

const MAGNITUDE: i32 = 0x0fffe000; // exponent and fraction of a half, shifted to their place in a float
const SMALLEST: i32 = 113 << 23; // 2^-14, the smallest normal half

/** Constants of the quick way, made before a loop: `next` 0x0400, `exponent` 0x7800, `kept`, `rebias`. */
export const NEXT: i16 = 0x0400;
export const EXPONENT: i16 = 0x7800;
export const KEPT: i32 = MAGNITUDE | <i32> 0x80000000;
export const REBIAS: i32 = 112 << 23;

/** Whether a lane is zero, subnormal, infinite or NaN: its exponent + 1 is 0 or 1 (mod 32). */
// @ts-ignore: decorator
@inline
export function special(halves: v128, next: v128, exponent: v128): bool {
  return !i16x8.all_true(v128.and(i16x8.add(halves, next), exponent));
}

/** Lanes 0 .. 3, where none is special. */
// @ts-ignore: decorator
@inline
export function normalLow(halves: v128, kept: v128, rebias: v128): v128 {
  return i32x4.add(v128.and(i32x4.shl(i32x4.extend_low_i16x8_s(halves), 13), kept), rebias);
}

/** Lanes 4 .. 7, where none is special. */
// @ts-ignore: decorator
@inline
export function normalHigh(halves: v128, kept: v128, rebias: v128): v128 {
  return i32x4.add(v128.and(i32x4.shl(i32x4.extend_high_i16x8_s(halves), 13), kept), rebias);
}

/** Lanes 0 .. 3, whatever they are. */
// @ts-ignore: decorator
@inline
export function anyLow(halves: v128): v128 {
  return any(i32x4.extend_low_i16x8_s(halves));
}

/** Lanes 4 .. 7, whatever they are. */
// @ts-ignore: decorator
@inline
export function anyHigh(halves: v128): v128 {
  return any(i32x4.extend_high_i16x8_s(halves));
}

// @ts-ignore: decorator
@inline
function any(extended: v128): v128 {
  const magnitude = v128.and(i32x4.shl(extended, 13), i32x4.splat(MAGNITUDE));
  const tiny = i32x4.lt_s(magnitude, i32x4.splat(1 << 23));
  const huge = i32x4.ge_s(magnitude, i32x4.splat(31 << 23));
  let bits = i32x4.add(magnitude, i32x4.splat(REBIAS));
  bits = i32x4.add(bits, v128.and(huge, i32x4.splat(REBIAS)));
  // a subnormal f / 1024 * 2^-14 is (1 + f / 1024) 2^-14 - 2^-14
  bits = i32x4.add(bits, v128.and(tiny, i32x4.splat(1 << 23)));
  const value = f32x4.sub(bits, v128.and(tiny, i32x4.splat(SMALLEST)));
  return v128.or(value, v128.and(extended, i32x4.splat(<i32> 0x80000000)));
}

/** Writes the eight halves at `from` as floats. */
// @ts-ignore: decorator
@inline
export function storeHalves(from: usize, to: usize): void {
  const halves = v128.load(from);
  v128.store(to, anyLow(halves));
  v128.store(to, anyHigh(halves), 16);
}
