// Elementary functions to about one unit in the last place. WGSL's own promise less (exp 3 + 2 |x| units, sin and
// cos no bound beyond pi, sqrt and division 2.5), and none of them promises anything for NaN and infinity, so those
// are told apart by their bits. NaN and infinity come from the row's words: a shader may not hold them as constants.

fn nan() -> f32 { return bitcast<f32>(row.nan_bits); }
fn infinity() -> f32 { return bitcast<f32>(row.infinity_bits); }
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn is_infinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }
fn is_negative(x: f32) -> bool { return bitcast<i32>(x) < 0; }
fn flip(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ 0x80000000u); }
/// |size| with the sign of x.
fn signed(size: f32, x: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(size) & 0x7fffffffu) | (bitcast<u32>(x) & 0x80000000u));
}

/// Grows with x, and from -0 to 0: comparing integers, no GPU takes a subnormal for 0.
fn order(x: f32) -> i32 {
  let bits = bitcast<i32>(x);
  return select(bits, bits ^ 0x7fffffff, bits < 0);
}

/// The same with both zeros equal, and NaN above all.
fn rank(x: f32) -> i32 {
  if (is_nan(x)) { return 0x7fffffff; }
  let bits = bitcast<i32>(x);
  return select(bits, -(bits & 0x7fffffff), bits < 0);
}

/// NaN where either is NaN.
fn larger(a: f32, b: f32) -> f32 {
  if (is_nan(a)) { return a; }
  if (is_nan(b)) { return b; }
  return select(b, a, order(a) > order(b));
}
fn smaller(a: f32, b: f32) -> f32 { return flip(larger(flip(a), flip(b))); }

/// a / b rounded down; 0 where b is 0.
fn whole_quotient(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  if (b == -1) { return 0 - a; }
  let q = a / b;
  return select(q, q - 1, q * b != a && (a < 0) != (b < 0));
}
/// What that leaves, with b's sign; 0 where b is 0.
fn whole_remainder(a: i32, b: i32) -> i32 { return select(a - whole_quotient(a, b) * b, 0, b == 0); }

/// a / b. GPUs multiply by 1 / b, which is subnormal where b is large and may then count as 0: Infinity times that is
/// NaN. A quarter of both has the same quotient.
fn quotient(a: f32, b: f32) -> f32 {
  return select(a / b, (0.25 * a) / (0.25 * b), abs(b) > 4e37);
}

/// 2^n for n in -126 .. 127.
fn power_of_two(n: i32) -> f32 { return bitcast<f32>((n + 127) << 23u); }

/// e^r - 1 for |r| <= ln 2 / 2 (Cephes expf).
fn exp_rest(r: f32) -> f32 {
  var p = 1.9875691500e-4 * r + 1.3981999507e-3;
  p = p * r + 8.3334519073e-3;
  p = p * r + 4.1665795894e-2;
  p = p * r + 1.6666665459e-1;
  p = p * r + 5.0000001201e-1;
  return p * r * r + r;
}

/// e^x: x = n ln 2 + r, ln 2 in two parts (Cody and Waite). 0 below -87.33, infinity above 88.72.
fn exact_exp(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x > 88.72283) { return infinity(); }
  if (x < -87.33654) { return 0.0; }
  let n = round(x * 1.44269504);
  let r = (x - n * 0.693359375) + n * 2.12194440e-4;
  let half = i32(n) / 2;
  return (exp_rest(r) + 1.0) * power_of_two(half) * power_of_two(i32(n) - half);
}

/// e^x - 1, to relative accuracy.
fn exact_expm1(x: f32) -> f32 {
  if (!(abs(x) < 16.0)) { return exact_exp(x) - 1.0; }
  let n = round(x * 1.44269504);
  let scale = power_of_two(i32(n));
  return exp_rest((x - n * 0.693359375) + n * 2.12194440e-4) * scale + (scale - 1.0);
}

/// log(1 + r) + e ln 2 for r in sqrt(1/2) - 1 .. sqrt(2) - 1 (Cephes logf).
fn log_rest(r: f32, e: f32) -> f32 {
  let z = r * r;
  var p = 7.0376836292e-2 * r - 1.1514610310e-1;
  p = p * r + 1.1676998740e-1;
  p = p * r - 1.2420140846e-1;
  p = p * r + 1.4249322787e-1;
  p = p * r - 1.6668057665e-1;
  p = p * r + 2.0000714765e-1;
  p = p * r - 2.4999993993e-1;
  p = p * r + 3.3333331174e-1;
  let y = p * r * z - 2.12194440e-4 * e - 0.5 * z;
  return (r + y) + 0.693359375 * e;
}

/// The natural logarithm: x = 2^e m with m in sqrt(1/2) .. sqrt(2); subnormals are read as integers.
fn exact_log(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) == 0u) { return flip(infinity()); }
  if (is_nan(x) || bits == 0x7f800000u) { return x; }
  if (bits > 0x80000000u) { return nan(); }
  let subnormal = bits < 0x00800000u;
  let normal = select(bitcast<i32>(bits), bitcast<i32>(f32(bits)), subnormal);
  let shifted = normal - 0x3f3504f3;
  let m = bitcast<f32>((shifted & 0x007fffff) + 0x3f3504f3);
  return log_rest(m - 1.0, f32((shifted >> 23u) + select(0, -149, subnormal)));
}

/// log(1 + x), to relative accuracy.
fn exact_log1p(x: f32) -> f32 {
  if (x > -0.29 && x < 0.41) { return log_rest(x, 0.0); }
  return exact_log(1.0 + x);
}

/// Its series to x^9 below 0.3, else 1 - 2 / (e^2|x| + 1) with x's sign.
fn exact_tanh(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let s = x * x;
  if (s < 0.09) {
    return x + x * s * (-0.3333333333 + s * (0.1333333333 + s * (-0.0539682540 + s * 0.0218694885)));
  }
  let size = min(abs(x), 20.0);
  return signed(1.0 - 2.0 / (exact_exp(2.0 * size) + 1.0), x);
}

fn sigmoid(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x < -88.7) { return 0.0; }
  return 1.0 / (1.0 + exact_exp(flip(x)));
}

fn softplus(x: f32) -> f32 { return softplus_of(x, 1.0); }

/// log(1 + e^(beta x)) / beta.
fn softplus_of(x: f32, beta: f32) -> f32 {
  if (is_nan(x)) { return x; }
  return select(min(x, 0.0), max(x, 0.0), beta > 0.0) + exact_log1p(exact_exp(flip(abs(beta * x)))) / beta;
}

/// Its series to x^19 below 1, above it Abramowitz and Stegun 7.1.26 (1.5e-7).
fn erf(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let size = abs(x);
  let s = x * x;
  if (size < 1.0) {
    var p = 1.0 / 6894720.0;
    p = 1.0 / 685440.0 - s * p;
    p = 1.0 / 75600.0 - s * p;
    p = 1.0 / 9360.0 - s * p;
    p = 1.0 / 1320.0 - s * p;
    p = 1.0 / 216.0 - s * p;
    p = 1.0 / 42.0 - s * p;
    p = 0.1 - s * p;
    p = 1.0 / 3.0 - s * p;
    return 1.1283791671 * (x - x * s * p);
  }
  if (size > 4.0) { return signed(1.0, x); }
  let t = 1.0 / (1.0 + 0.3275911 * size);
  var p = 1.061405429 * t - 1.453152027;
  p = p * t + 1.421413741;
  p = p * t - 0.284496736;
  p = (p * t + 0.254829592) * t;
  return signed(1.0 - p * exact_exp(flip(s)), x);
}

/// The low and high words of a product.
fn multiply(a: u32, b: u32) -> vec2<u32> {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let rest = a0 * b1 + (middle & 0xffffu);
  return vec2<u32>(a * b, a1 * b1 + (middle >> 16u) + (rest >> 16u));
}

/// 32 zeros, then the bits of 2 / pi.
const TWO_OVER_PI = array<u32, 8>(
  0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu
);

/// sin(x + quarters pi / 2), for any size of x: |x| 2 / pi modulo 4 by integers (Payne and Hanek), of which the
/// nearest integer is the quarter and the rest, times pi / 2, goes into the polynomials of FreeBSD's k_sinf and k_cosf.
fn turned(x: f32, quarters: u32) -> f32 {
  if (is_nan(x) || is_infinite(x)) { return nan(); }
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  var quarter = 0u;
  var r = abs(x);
  if (r > 0.78) {
    var table = TWO_OVER_PI;
    let significand = (bits & 0x007fffffu) | 0x00800000u;
    let first = (bits >> 23u) - 120u; // the bit of the table whose product has weight 2
    let word = first / 32u;
    let shift = first % 32u;
    var window = vec3<u32>(table[word], table[word + 1u], table[word + 2u]);
    if (shift > 0u) {
      let next = vec3<u32>(table[word + 1u], table[word + 2u], table[word + 3u]);
      window = (window << vec3<u32>(shift)) | (next >> vec3<u32>(32u - shift));
    }
    let low = multiply(significand, window.z);
    let middle = multiply(significand, window.y);
    let mid = middle.x + low.y;
    let top = significand * window.x + middle.y + select(0u, 1u, mid < middle.x);
    quarter = (top + 0x20000000u) >> 30u;
    var high = top - (quarter << 30u);
    var rest = mid;
    let below = bitcast<i32>(high) < 0;
    if (below) { // two's complement
      high = ~high + select(0u, 1u, rest == 0u);
      rest = ~rest + 1u;
    }
    r = (f32(high) + f32(rest) * 2.3283064365e-10) * 1.4629180793e-9; // pi / 2 / 2^30
    if (below) { r = -r; }
  }
  if (is_negative(x)) { // sin(-x) = -sin(x)
    quarter = 0u - quarter;
    r = -r;
  }
  quarter += quarters;
  let z = r * r;
  var y: f32;
  if ((quarter & 1u) == 1u) {
    y = 1.0 + z * (-0.4999999973 + z * (0.0416666233 + z * (-0.0013886764 + z * 2.439044879627741e-5)));
  } else {
    y = r + r * z * (-0.1666666664 + z * (0.0083333294 + z * (-1.9839334836e-4 + z * 2.718311493989822e-6)));
  }
  return select(y, -y, (quarter & 2u) == 2u);
}

/// C's powf: by products for whole exponents to 16, else e^(b log |a|), whose error grows with the result's exponent.
fn power(a: f32, b: f32) -> f32 {
  if (a == 1.0 || b == 0.0) { return 1.0; }
  if (is_nan(a)) { return a; }
  if (is_nan(b)) { return b; }
  let size = abs(a);
  if (is_infinite(b)) {
    if (size == 1.0) { return 1.0; }
    return select(0.0, infinity(), (size > 1.0) == (b > 0.0));
  }
  let whole = floor(b) == b;
  let odd = whole && abs(b) < 16777216.0 && (i32(b) & 1) == 1;
  var y: f32;
  if (size == 0.0 || is_infinite(a)) {
    y = select(0.0, infinity(), (size == 0.0) == (b < 0.0));
  } else if (whole && abs(b) <= 16.0) {
    y = 1.0;
    let factor = select(size, 1.0 / size, b < 0.0); // the product of small numbers may be subnormal, and count as 0
    for (var n = 0; n < i32(abs(b)); n++) { y *= factor; }
  } else if (is_negative(a) && !whole) {
    return nan();
  } else {
    y = exact_exp(b * exact_log(size));
  }
  return select(y, flip(y), odd && is_negative(a));
}
