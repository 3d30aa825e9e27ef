// Exact integer dot products of signed bytes x with unsigned codes, four bytes a lane. Two mechanisms give
// the same integers, so which one runs never shows in a result:
//
//   Quads  one instruction adds four products to an i32 lane (vpdpbusd, vpdpbssd, sdot). Codes to 127 everywhere;
//          codes to 255 where the second operand is unsigned, signed weights where it is signed (the row's `dot`
//          parameter, from probe_dot).
//   Pairs  one instruction adds two products to an i16 lane, and lanes are widened when they are full. V8 makes
//          one instruction of it on every x64 machine, where a quad costs five without AVX-VNNI: a tile of 8
//          accumulators runs at 186 GOPS as pairs and 92 as quads there (Zen 4, 2026-11-23). The plain build has
//          pairs alone, composed of five instructions.
//
// An i16 lane holds n sums of two products below 32768 = n * 2 * 128 * code: 8 sums with codes to 15, 4 with
// codes to 31, 2 with codes to 63, 1 with codes to 127.
//
// Constant vectors are parameters, made before the loop (common/hold.ts).

/** Sums of two products of signed bytes x and codes 0 .. 127, i16 lanes. */
// @ts-ignore: decorator
@inline
export function pairs(x: v128, codes: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i16x8.relaxed_dot_i8x16_i7x16_s(x, codes);
  const even = i16x8.mul(i16x8.shr_s(i16x8.shl(x, 8), 8), v128.and(codes, i16x8.splat(255)));
  return i16x8.add(even, i16x8.mul(i16x8.shr_s(x, 8), i16x8.shr_u(codes, 8)));
}

/** Sums of neighbouring i16 lanes, as i32; `ones` is i16x8.splat(1). */
// @ts-ignore: decorator
@inline
export function widen(sums: v128, ones: v128): v128 {
  return i32x4.dot_i16x8_s(sums, ones);
}

@unmanaged
export class Quads {
  @inline get paired(): bool { return false; }

  @inline add(x: v128, codes: v128, sums: v128): v128 {
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(x, codes, sums);
  }

  /** Products that begin a sum. */
  @inline first(x: v128, codes: v128): v128 {
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(x, codes, i32x4.splat(0));
  }

  /** The sums as i32 lanes. */
  @inline total(sums: v128, ones: v128): v128 { return sums; }

  /** Two sums of four codes each (which addWide leaves as i32), added. */
  @inline both(a: v128, b: v128, bits: i32, ones: v128): v128 { return i32x4.add(a, b); }

  /** Adds products with signed weights of 8 bits, of which `flip` makes codes. */
  @inline addWide(x: v128, weights: v128, flip: v128, ones: v128, sums: v128): v128 {
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.xor(weights, flip), sums);
  }

  /** Such products that begin a sum. */
  @inline firstWide(x: v128, weights: v128, flip: v128, ones: v128): v128 {
    return this.addWide(x, weights, flip, ones, i32x4.splat(0));
  }
}

@unmanaged
export class Pairs {
  @inline get paired(): bool { return true; }

  @inline add(x: v128, codes: v128, sums: v128): v128 { return i16x8.add(sums, pairs(x, codes)); }

  /** Products that begin a sum. */
  @inline first(x: v128, codes: v128): v128 { return pairs(x, codes); }

  /** The sums as i32 lanes. */
  @inline total(sums: v128, ones: v128): v128 { return widen(sums, ones); }

  /** Two sums of four codes each (which addWide leaves as i32), added. */
  @inline both(a: v128, b: v128, bits: i32, ones: v128): v128 {
    if (bits == 8) return i32x4.add(a, b);
    return bits > 4 ? i32x4.add(widen(a, ones), widen(b, ones)) : widen(i16x8.add(a, b), ones);
  }

  /** Adds products with signed weights of 8 bits: x, in -127 .. 127, is the code, positive and negative apart. */
  @inline addWide(x: v128, weights: v128, flip: v128, ones: v128, sums: v128): v128 {
    return i32x4.add(sums, this.firstWide(x, weights, flip, ones));
  }

  /** Such products that begin a sum. */
  @inline firstWide(x: v128, weights: v128, flip: v128, ones: v128): v128 {
    const positive = i8x16.max_s(x, i8x16.splat(0));
    const products = i16x8.sub(pairs(weights, positive), pairs(weights, i8x16.sub(positive, x)));
    return widen(products, ones);
  }
}

// Four bytes of sixteen in every lane. One load and four shuffles of a register are cheaper than four loads
// that broadcast: a runtime without guard pages (Deno is one) checks the bounds of each load.

/** Bytes 0 .. 3 of x in every lane. */
// @ts-ignore: decorator
@inline
export function lane0(x: v128): v128 {
  return i8x16.shuffle(x, x, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
}

/** Bytes 4 .. 7. */
// @ts-ignore: decorator
@inline
export function lane1(x: v128): v128 {
  return i8x16.shuffle(x, x, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
}

/** Bytes 8 .. 11. */
// @ts-ignore: decorator
@inline
export function lane2(x: v128): v128 {
  return i8x16.shuffle(x, x, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11);
}

/** Bytes 12 .. 15. */
// @ts-ignore: decorator
@inline
export function lane3(x: v128): v128 {
  return i8x16.shuffle(x, x, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15);
}
