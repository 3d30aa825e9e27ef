// Vector helpers that differ between builds or recur in every family.

/** a * b + c: fused in the relaxed builds (one rounding), two roundings in the plain one. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** madd of two f64 each. */
// @ts-ignore: decorator
@inline
export function madd2(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(f64x2.mul(a, b), c);
}

/** Four vectors, turned into four rows `step` bytes apart. */
// @ts-ignore: decorator
@inline
export function storeTurned(a: v128, b: v128, c: v128, d: v128, to: usize, step: usize): void {
  const lowAB = v128.shuffle<f32>(a, b, 0, 4, 1, 5), highAB = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const lowCD = v128.shuffle<f32>(c, d, 0, 4, 1, 5), highCD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(lowAB, lowCD, 0, 1, 4, 5));
  v128.store(to + step, v128.shuffle<f32>(lowAB, lowCD, 2, 3, 6, 7));
  v128.store(to + (step << 1), v128.shuffle<f32>(highAB, highCD, 0, 1, 4, 5));
  v128.store(to + 3 * step, v128.shuffle<f32>(highAB, highCD, 2, 3, 6, 7));
}

/** The sum of the four lanes, (0 + 1) + (2 + 3). */
// @ts-ignore: decorator
@inline
export function sum4(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/** The largest of the four lanes. */
// @ts-ignore: decorator
@inline
export function max4(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}
