// Folds of four lanes whose order does not matter: what they start from, and how two meet. NaN wins max and min;
// `quick`, one instruction on x64 where `of` takes eight, leaves it out.

@unmanaged export class MaxF32 {
  @inline start(): v128 { return f32x4.splat(-Infinity); }
  @inline of(a: v128, b: v128): v128 { return f32x4.max(a, b); }
  @inline quick(a: v128, b: v128): v128 { return f32x4.pmax(a, b); }
}
@unmanaged export class MinF32 {
  @inline start(): v128 { return f32x4.splat(Infinity); }
  @inline of(a: v128, b: v128): v128 { return f32x4.min(a, b); }
  @inline quick(a: v128, b: v128): v128 { return f32x4.pmin(a, b); }
}
@unmanaged export class SumI32 {
  @inline start(): v128 { return i32x4.splat(0); }
  @inline of(a: v128, b: v128): v128 { return i32x4.add(a, b); }
}
@unmanaged export class ProdI32 {
  @inline start(): v128 { return i32x4.splat(1); }
  @inline of(a: v128, b: v128): v128 { return i32x4.mul(a, b); }
}
@unmanaged export class MaxI32 {
  @inline start(): v128 { return i32x4.splat(i32.MIN_VALUE); }
  @inline of(a: v128, b: v128): v128 { return i32x4.max_s(a, b); }
}
@unmanaged export class MinI32 {
  @inline start(): v128 { return i32x4.splat(i32.MAX_VALUE); }
  @inline of(a: v128, b: v128): v128 { return i32x4.min_s(a, b); }
}
@unmanaged export class MaxU32 {
  @inline start(): v128 { return i32x4.splat(0); }
  @inline of(a: v128, b: v128): v128 { return i32x4.max_u(a, b); }
}
@unmanaged export class MinU32 {
  @inline start(): v128 { return i32x4.splat(-1); }
  @inline of(a: v128, b: v128): v128 { return i32x4.min_u(a, b); }
}
