// a^b in float64. AssemblyScript's Math.pow keeps a tail in a mutable global, which kernels may not have.
//
// log2 |a| is taken as the sum of two numbers (FreeBSD's e_pow.c), so that its product with b is right to 2^-68 and
// the result to 1e-15 relative, wherever it is finite.

/** C's pow: 1 to any power, anything to the power 0 (also NaN) and -1 to an infinite one are 1. */
export function pow64(a: f64, b: f64): f64 {
  if (a == 1 || b == 0) return 1;
  if (a != a || b != b) return NaN;
  const size = abs(a), whole = floor<f64>(b) == b;
  if (a < 0 && !whole && size != Infinity && abs(b) != Infinity) return NaN;
  const isOdd = whole && abs(b) < 9007199254740992 && <i64> b & 1;
  return isOdd ? copysign<f64>(power(size, b), a) : power(size, b);
}

/** Of a >= 0. */
function power(a: f64, b: f64): f64 {
  if (a == 1) return 1;
  if (a == 0 || a == Infinity || abs(b) == Infinity) return (a > 1) == (b > 0) ? Infinity : 0;
  return finitePower(a, b);
}

/**
 * 2^(b log2 a): a = 2^n m with m in sqrt(3)/2 .. sqrt(3), log2 m = log2 c + log of (1 + s) / (1 - s) with
 * s = (m - c) / (m + c) and c = 1 or 1.5. Names ending in H hold the leading bits, in L what is left.
 */
function finitePower(a: f64, b: f64): f64 {
  let n: f64 = -1023;
  if (a < 2.2250738585072014e-308) a *= 9007199254740992, n -= 53;
  const bits = reinterpret<u64>(a);
  n += <f64> (bits >> 52);
  let m = reinterpret<f64>(bits & 0x000fffffffffffff | 0x3ff0000000000000);
  if (m >= 1.7320508075688772) m *= 0.5, n += 1;
  const high = m >= 1.224744871391589, c: f64 = high ? 1.5 : 1;

  const u = m - c, v = 1 / (m + c), s = u * v;
  const sH = leading(s), sumH = leading(m + c), sumL = m - (sumH - c);
  const sL = v * ((u - sH * sumH) - sH * sumL);
  const z = s * s;
  let r = 2.06975017800338417784e-1 * z + 2.30660745775561754067e-1;
  r = r * z + 2.72728123808534006489e-1;
  r = r * z + 3.33333329818377432918e-1;
  r = r * z + 4.28571428578550184252e-1;
  r = z * z * (r * z + 5.99999999999994648725e-1) + sL * (sH + s);
  const zH = sH * sH, tH = leading(3 + zH + r), tL = r - ((tH - 3) - zH);
  const w = sH * tH, x = sL * tH + tL * s, pH = leading(w + x), pL = x - (pH - w);
  const qH = 9.61796700954437255859e-1 * pH; // 2 / (3 ln 2), in two parts
  const qL = -7.02846165095275826516e-9 * pH + pL * 9.61796693925975554329e-1 + (high ? 1.35003920212974897128e-8 : 0);
  const cH: f64 = high ? 5.84962487220764160156e-1 : 0;
  const logH = leading(((qH + qL) + cH) + n), logL = qL - (((logH - n) - cH) - qH);

  const bH = leading(b);
  return exp2Sum(bH * logH, (b - bH) * logH + b * logL);
}

/** The upper 32 bits. */
// @ts-ignore: decorator
@inline
export function leading(x: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(x) & 0xffffffff00000000);
}

/** 2^(high + low). */
function exp2Sum(high: f64, low: f64): f64 {
  const sum = high + low;
  if (sum >= 1024.5) return Infinity;
  if (sum < -1076) return 0;
  const n = nearest<f64>(sum), y = Math.exp(((high - n) + low) * 0.6931471805599453);
  const half = floor<f64>(n * 0.5); // in two steps, as 2^n alone may not be a number
  return y * exponent(half) * exponent(n - half);
}

/** 2^n for a whole n in -1022 .. 1023. */
// @ts-ignore: decorator
@inline
function exponent(n: f64): f64 {
  return reinterpret<f64>(<u64> (<i64> n + 1023) << 52);
}
