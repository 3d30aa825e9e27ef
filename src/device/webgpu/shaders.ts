/**
 * The sources in kernels_gpu/, gathered by `deno task build shaders`.
 *
 * @module
 */

/** kernels_gpu/activation_backward.wgsl */
export const activation_backward: string = `
fn silu_slope(x: f32) -> f32 {
  let s = sigmoid(x);
  return s * (1.0 + x * (1.0 - s));
}
fn gelu_slope(x: f32) -> f32 {
  let t = exact_tanh(0.7978845608 * (x + 0.044715 * x * x * x));
  let square = min(x * x, 1e6);
  return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * 0.7978845608 * (1.0 + 0.134145 * square);
}
fn gelu_erf_slope(x: f32) -> f32 {
  return 0.5 * (1.0 + erf(x * 0.7071067812)) + x * exact_exp(-0.5 * x * x) * 0.3989422804;
}
fn relu_slope(x: f32) -> f32 { return select(1.0, 0.0, x <= 0.0); }
`;

/** kernels_gpu/adam.wgsl */
export const adam: string = `
fn adam(i: i32, decay: f32, keep: f32) {
  let slope = load_g(i) + decay * load_p(i);
  let mean = load_m(i) + row.gain1 * (slope - load_m(i));
  let square = (1.0 - row.gain2) * load_v(i) + row.gain2 * slope * slope;
  var most = square;
  if (has_u) {
    most = max(square, load_u(i));
    store_u(i, most);
  }
  let size = sqrt(most) / sqrt(cell_correction2()) + row.eps;
  store_m(i, mean);
  store_v(i, square);
  store_p(i, load_p(i) * keep - cell_lr() / cell_correction1() * mean / size);
}
`;

/** kernels_gpu/add.wgsl */
export const add: string = `
fn added(i: i32) -> f32 {
  let sum = load_x(i) + load_delta(i);
  store_sum(i, sum);
  return sum;
}
`;

/** kernels_gpu/attention.wgsl */
export const attention: string = `
var<workgroup> weights: array<f32, LANES>;
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) index: u32
) {
  let lane = i32(index);
  let total = TOTAL;
  for (var i = i32(group.x); i < total; i += i32(groups.x)) {
    let all = query(i);
    var maximum = flip(infinity());
    var sum = 0.0;
    for (var first = 0; first < all.seen; first += i32(LANES)) {
      var own = flip(infinity());
      if (first + lane < all.seen) { own = score(i, all.keys + (first + lane) * row.D); }
      let next = max(maximum, largest_of_lanes(own, index));
      let keep = exact_exp(maximum - next);
      let weight = exact_exp(own - next);
      weights[lane] = weight;
      sum = sum * keep + sum_of_lanes(weight, index);
      maximum = next;
      let count = min(i32(LANES), all.seen - first);
      for (var d = lane; d < row.D; d += i32(LANES)) {
        var y = 0.0;
        if (first > 0) { y = keep * load_y(i * row.D + d); }
        for (var n = 0; n < count; n++) { y += weights[n] * load_v(all.keys + (first + n) * row.D + d); }
        store_y(i * row.D + d, y);
      }
    }
    for (var d = lane; d < row.D; d += i32(LANES)) {
      if (all.seen == 0) { store_y(i * row.D + d, nan()); }
      else { store_y(i * row.D + d, load_y(i * row.D + d) / sum); }
    }
  }
}
`;

/** kernels_gpu/attention_cached.wgsl */
export const attention_cached: string = `
fn query(i: i32) -> Query {
  if (cell_P() < 0 || cell_P() + cell_T() > row.S) { return Query(0, 0); }
  let p = cell_P() + i / row.H;
  let first = select(0, max(0, p + 1 - row.window), row.window > 0);
  return Query((i % row.H * row.G / row.H * row.S + first) * row.D, p + 1 - first);
}
`;

/** kernels_gpu/attention_train.wgsl */
export const attention_train: string = `
fn query(i: i32) -> Query {
  let h = i % row.H;
  let t = i / row.H % row.T;
  let group = i / row.H / row.T * row.G + h * row.G / row.H;
  return Query(group * row.S * row.D, select(row.S, min(t + 1, row.S), row.causal != 0));
}
`;

/** kernels_gpu/attention_train_backward.wgsl */
export const attention_train_backward: string = `
var<workgroup> weights: array<f32, LANES>;
var<workgroup> slopes: array<f32, LANES>;
fn query_count() -> i32 { return cell_B() * row.T * row.H; }
fn slope(i: i32, value: i32) -> f32 {
  var sum = 0.0;
  for (var d = 0; d < row.D; d++) { sum += load_dy(i * row.D + d) * load_v(value + d); }
  return sum;
}
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) index: u32
) {
  let lane = i32(index);
  let N = query_count();
  for (var i = i32(group.x); i < N; i += i32(groups.x)) {
    let all = query(i);
    var own = flip(infinity());
    var own_sum = 0.0;
    var own_along = 0.0;
    for (var j = lane; j < all.seen; j += i32(LANES)) {
      let s = score(i, all.keys + j * row.D);
      let next = max(own, s);
      let keep = exact_exp(own - next);
      let weight = exact_exp(s - next);
      own_sum = own_sum * keep + weight;
      own_along = own_along * keep + weight * slope(i, all.keys + j * row.D);
      own = next;
    }
    let maximum = largest_of_lanes(own, index);
    let share = exact_exp(own - maximum);
    let sum = sum_of_lanes(own_sum * share, index);
    let along = sum_of_lanes(own_along * share, index) / sum;
    if (lane == 0) {
      scratch[i] = maximum;
      scratch[N + i] = sum;
      scratch[2 * N + i] = along;
    }
    for (var first = 0; first < all.seen; first += i32(LANES)) {
      if (first + lane < all.seen) {
        let key = all.keys + (first + lane) * row.D;
        let weight = exact_exp(score(i, key) - maximum) / sum;
        slopes[lane] = row.scale * weight * (slope(i, key) - along);
      }
      workgroupBarrier();
      let count = min(i32(LANES), all.seen - first);
      for (var d = lane; d < row.D; d += i32(LANES)) {
        let at = 3 * N + i * row.D + d;
        var dq = 0.0;
        for (var n = 0; n < count; n++) { dq += slopes[n] * load_k(all.keys + (first + n) * row.D + d); }
        if (first > 0) { dq += scratch[at]; }
        scratch[at] = dq;
      }
      workgroupBarrier();
    }
  }
}
@compute @workgroup_size(LANES)
fn keys(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) index: u32
) {
  let lane = i32(index);
  let N = query_count();
  let heads = row.H / row.G;
  let total = cell_B() * row.G * row.S;
  for (var key = i32(group.x); key < total; key += i32(groups.x)) {
    let j = key % row.S;
    let batch = key / row.S / row.G;
    let first_head = key / row.S % row.G * heads;
    let first_t = select(0, j, row.causal != 0);
    let seen_by = heads * max(0, row.T - first_t);
    let dk = (key + batch * row.G * row.S) * row.D;
    let dv = dk + row.G * row.S * row.D;
    for (var d = lane; d < row.D; d += i32(LANES)) {
      store_dkv(dk + d, 0.0);
      store_dkv(dv + d, 0.0);
    }
    for (var first = 0; first < seen_by; first += i32(LANES)) {
      let base = (batch * row.T + first_t) * row.H + first_head;
      let u = first + lane;
      if (u < seen_by) {
        let i = base + u / heads * row.H + u % heads;
        let weight = exact_exp(score(i, key * row.D) - scratch[i]) / scratch[N + i];
        weights[lane] = weight;
        slopes[lane] = row.scale * weight * (slope(i, key * row.D) - scratch[2 * N + i]);
      }
      workgroupBarrier();
      let count = min(i32(LANES), seen_by - first);
      for (var d = lane; d < row.D; d += i32(LANES)) {
        var k = 0.0;
        var v = 0.0;
        for (var n = 0; n < count; n++) {
          let at = (base + (first + n) / heads * row.H + (first + n) % heads) * row.D + d;
          k += slopes[n] * load_q(at);
          v += weights[n] * load_dy(at);
        }
        store_dkv(dk + d, load_dkv(dk + d) + k);
        store_dkv(dv + d, load_dkv(dv + d) + v);
      }
      workgroupBarrier();
    }
  }
}
@compute @workgroup_size(LANES)
fn finish(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let N = query_count();
  for (var at = i32(id.x); at < N * row.D; at += i32(groups.x) * i32(LANES)) {
    store_dq(at, scratch[3 * N + at]);
  }
}
`;

/** kernels_gpu/avg_pool.wgsl */
export const avg_pool: string = `
fn divisor(oh: i32, ow: i32) -> f32 {
  if (row.divisor != 0) { return f32(row.divisor); }
  let top = oh * row.strideH - row.paddingH;
  let left = ow * row.strideW - row.paddingW;
  if (row.countPadding != 0) {
    return f32((min(top + row.kh, row.H + row.paddingH) - top) * (min(left + row.kw, row.W + row.paddingW) - left));
  }
  return f32((min(top + row.kh, row.H) - max(top, 0)) * (min(left + row.kw, row.W) - max(left, 0)));
}
`;

/** kernels_gpu/avg_pool_backward.wgsl */
export const avg_pool_backward: string = `
fn first_window(at: i32, k: i32, stride: i32) -> i32 { return (max(at - k + 1, 0) + stride - 1) / stride; }
fn shares(i: i32) -> f32 {
  let h = i / row.W % row.H + row.paddingH;
  let w = i % row.W + row.paddingW;
  let plane = i / row.W / row.H;
  var sum = 0.0;
  for (var oh = first_window(h, row.kh, row.strideH); oh <= min(h / row.strideH, row.Ho - 1); oh++) {
    for (var ow = first_window(w, row.kw, row.strideW); ow <= min(w / row.strideW, row.Wo - 1); ow++) {
      sum += load_dy((plane * row.Ho + oh) * row.Wo + ow) / divisor(oh, ow);
    }
  }
  return sum;
}
`;

/** kernels_gpu/avg_pool_forward.wgsl */
export const avg_pool_forward: string = `
fn average(i: i32) -> f32 {
  let oh = i / row.Wo % row.Ho;
  let ow = i % row.Wo;
  let top = oh * row.strideH - row.paddingH;
  let left = ow * row.strideW - row.paddingW;
  let plane = i / row.Wo / row.Ho;
  var sum = 0.0;
  var inside = false;
  for (var h = max(top, 0); h < min(top + row.kh, row.H); h++) {
    for (var w = max(left, 0); w < min(left + row.kw, row.W); w++) {
      sum += load_x((plane * row.H + h) * row.W + w);
      inside = true;
    }
  }
  if (!inside) { return 0.0; }
  return sum / divisor(oh, ow);
}
`;

/** kernels_gpu/channel_moments.wgsl */
export const channel_moments: string = `
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  let count = cell_B() * row.S;
  for (var c = i32(group.x); c < row.C; c += i32(groups.x)) {
    var part = 0.0;
    for (var i = i32(lane); i < count; i += i32(LANES)) { part += load_x(place(i, c)); }
    let mean = sum_of_lanes(part, lane) / f32(count);
    part = 0.0;
    var squares = 0.0;
    for (var i = i32(lane); i < count; i += i32(LANES)) {
      let x = load_x(place(i, c)) - mean;
      part += x;
      squares += x * x;
    }
    let left = sum_of_lanes(part, lane) / f32(count);
    let variance = sum_of_lanes(squares, lane) / f32(count) - left * left;
    if (lane == 0u) {
      store_mean(c, select(mean + left, nan(), count == 0));
      store_variance(c, select(variance, nan(), count == 0));
    }
  }
}
fn place(i: i32, c: i32) -> i32 {
  let b = i / row.S;
  return (b * row.C + c) * row.S + i - b * row.S;
}
`;

/** kernels_gpu/common/attention.wgsl */
export const common_attention: string = `
struct Query {
  keys: i32,
  seen: i32
}
fn score(i: i32, key: i32) -> f32 {
  var sum = 0.0;
  for (var d = 0; d < row.D; d++) { sum += load_q(i * row.D + d) * load_k(key + d); }
  return row.scale * sum;
}
`;

/** kernels_gpu/common/lanes.wgsl */
export const common_lanes: string = `
const LANES = 128u;
const RUN = 8192;
var<workgroup> lane_values: array<f32, LANES>;
fn sum_of_lanes(value: f32, lane: u32) -> f32 {
  workgroupBarrier();
  lane_values[lane] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { lane_values[lane] += lane_values[lane + half]; }
  }
  workgroupBarrier();
  return lane_values[0];
}
fn largest_of_lanes(value: f32, lane: u32) -> f32 {
  workgroupBarrier();
  lane_values[lane] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { lane_values[lane] = max(lane_values[lane], lane_values[lane + half]); }
  }
  workgroupBarrier();
  return lane_values[0];
}
`;

/** kernels_gpu/common/math.wgsl */
export const common_math: string = `
fn nan() -> f32 { return bitcast<f32>(row.nan_bits); }
fn infinity() -> f32 { return bitcast<f32>(row.infinity_bits); }
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn is_infinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }
fn is_negative(x: f32) -> bool { return bitcast<i32>(x) < 0; }
fn flip(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ 0x80000000u); }
fn signed(size: f32, x: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(size) & 0x7fffffffu) | (bitcast<u32>(x) & 0x80000000u));
}
fn order(x: f32) -> i32 {
  let bits = bitcast<i32>(x);
  return select(bits, bits ^ 0x7fffffff, bits < 0);
}
fn rank(x: f32) -> i32 {
  if (is_nan(x)) { return 0x7fffffff; }
  let bits = bitcast<i32>(x);
  return select(bits, -(bits & 0x7fffffff), bits < 0);
}
fn larger(a: f32, b: f32) -> f32 {
  if (is_nan(a)) { return a; }
  if (is_nan(b)) { return b; }
  return select(b, a, order(a) > order(b));
}
fn smaller(a: f32, b: f32) -> f32 { return flip(larger(flip(a), flip(b))); }
fn whole_quotient(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  if (b == -1) { return 0 - a; }
  let q = a / b;
  return select(q, q - 1, q * b != a && (a < 0) != (b < 0));
}
fn whole_remainder(a: i32, b: i32) -> i32 { return select(a - whole_quotient(a, b) * b, 0, b == 0); }
fn quotient(a: f32, b: f32) -> f32 {
  return select(a / b, (0.25 * a) / (0.25 * b), abs(b) > 4e37);
}
fn power_of_two(n: i32) -> f32 { return bitcast<f32>((n + 127) << 23u); }
fn exp_rest(r: f32) -> f32 {
  var p = 1.9875691500e-4 * r + 1.3981999507e-3;
  p = p * r + 8.3334519073e-3;
  p = p * r + 4.1665795894e-2;
  p = p * r + 1.6666665459e-1;
  p = p * r + 5.0000001201e-1;
  return p * r * r + r;
}
fn exact_exp(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x > 88.72283) { return infinity(); }
  if (x < -87.33654) { return 0.0; }
  let n = round(x * 1.44269504);
  let r = (x - n * 0.693359375) + n * 2.12194440e-4;
  let half = i32(n) / 2;
  return (exp_rest(r) + 1.0) * power_of_two(half) * power_of_two(i32(n) - half);
}
fn exact_expm1(x: f32) -> f32 {
  if (!(abs(x) < 16.0)) { return exact_exp(x) - 1.0; }
  let n = round(x * 1.44269504);
  let scale = power_of_two(i32(n));
  return exp_rest((x - n * 0.693359375) + n * 2.12194440e-4) * scale + (scale - 1.0);
}
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
fn exact_log1p(x: f32) -> f32 {
  if (x > -0.29 && x < 0.41) { return log_rest(x, 0.0); }
  return exact_log(1.0 + x);
}
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
fn softplus_of(x: f32, beta: f32) -> f32 {
  if (is_nan(x)) { return x; }
  return select(min(x, 0.0), max(x, 0.0), beta > 0.0) + exact_log1p(exact_exp(flip(abs(beta * x)))) / beta;
}
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
fn multiply(a: u32, b: u32) -> vec2<u32> {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let rest = a0 * b1 + (middle & 0xffffu);
  return vec2<u32>(a * b, a1 * b1 + (middle >> 16u) + (rest >> 16u));
}
const TWO_OVER_PI = array<u32, 8>(
  0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu
);
fn turned(x: f32, quarters: u32) -> f32 {
  if (is_nan(x) || is_infinite(x)) { return nan(); }
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  var quarter = 0u;
  var r = abs(x);
  if (r > 0.78) {
    var table = TWO_OVER_PI;
    let significand = (bits & 0x007fffffu) | 0x00800000u;
    let first = (bits >> 23u) - 120u;
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
    if (below) {
      high = ~high + select(0u, 1u, rest == 0u);
      rest = ~rest + 1u;
    }
    r = (f32(high) + f32(rest) * 2.3283064365e-10) * 1.4629180793e-9;
    if (below) { r = -r; }
  }
  if (is_negative(x)) {
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
    let factor = select(size, 1.0 / size, b < 0.0);
    for (var n = 0; n < i32(abs(b)); n++) { y *= factor; }
  } else if (is_negative(a) && !whole) {
    return nan();
  } else {
    y = exact_exp(b * exact_log(size));
  }
  return select(y, flip(y), odd && is_negative(a));
}
`;

/** kernels_gpu/common/walk.wgsl */
export const common_walk: string = `
const THREADS = 256;
fn place(i: i32) -> vec4<i32> {
  let r3 = i / row.D3;
  let r2 = r3 / row.D2;
  let r1 = r2 / row.D1;
  return vec4<i32>(r1, r2 - r1 * row.D1, r3 - r2 * row.D2, i - r3 * row.D3);
}
fn walked_total() -> i32 { return cell_D0() * row.D1 * row.D2 * row.D3; }
`;

/** kernels_gpu/compare.wgsl */
export const compare: string = `
fn ordered(a: f32, b: f32) -> bool { return !is_nan(a) && !is_nan(b); }
fn byte_at(i: i32) -> u32 {
  let at = place(i);
  let a = A;
  let b = B;
  return select(0u, 1u, HOLDS);
}
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = walked_total();
  let skipped = row.y_at & 3;
  let words = (skipped + total + 3) / 4;
  for (var w = i32(id.x); w < words; w += i32(groups.x) * THREADS) {
    var word = load_word_y(w);
    for (var b = 0; b < 4; b++) {
      let i = 4 * w + b - skipped;
      if (i >= 0 && i < total) {
        let shift = 8u * u32(b);
        word = (word & ~(0xffu << shift)) | (byte_at(i) << shift);
      }
    }
    store_word_y(w, word);
  }
}
`;

/** kernels_gpu/conv.wgsl */
export const conv: string = `
fn convolved(i: i32) -> f32 {
  let ow = i % row.Wo;
  let oh = i / row.Wo % row.Ho;
  let plane = i / row.Wo / row.Ho;
  let o = plane % row.O;
  let inner = row.C / row.groups;
  let first = plane / row.O * row.C + o / (row.O / row.groups) * inner;
  var sum = 0.0;
  for (var c = 0; c < inner; c++) {
    for (var r = 0; r < row.kh; r++) {
      let h = oh * row.strideH - row.paddingH + r * row.dilationH;
      if (h < 0 || h >= row.H) { continue; }
      for (var s = 0; s < row.kw; s++) {
        let w = ow * row.strideW - row.paddingW + s * row.dilationW;
        if (w < 0 || w >= row.W) { continue; }
        sum += load_x(((first + c) * row.H + h) * row.W + w) * load_w(((o * inner + c) * row.kh + r) * row.kw + s);
      }
    }
  }
  return sum;
}
`;

/** kernels_gpu/conv_backward_input.wgsl */
export const conv_backward_input: string = `
fn spread_back(i: i32) -> f32 {
  let w = i % row.W;
  let h = i / row.W % row.H;
  let plane = i / row.W / row.H;
  let c = plane % row.C;
  let inner = row.C / row.groups;
  let outer = row.O / row.groups;
  let group = c / inner;
  var sum = 0.0;
  for (var o = group * outer; o < (group + 1) * outer; o++) {
    for (var r = 0; r < row.kh; r++) {
      let down = h + row.paddingH - r * row.dilationH;
      let oh = down / row.strideH;
      if (down < 0 || oh * row.strideH != down || oh >= row.Ho) { continue; }
      for (var s = 0; s < row.kw; s++) {
        let along = w + row.paddingW - s * row.dilationW;
        let ow = along / row.strideW;
        if (along < 0 || ow * row.strideW != along || ow >= row.Wo) { continue; }
        let weight = load_w(((o * inner + c - group * inner) * row.kh + r) * row.kw + s);
        sum += weight * load_dy(((plane / row.C * row.O + o) * row.Ho + oh) * row.Wo + ow);
      }
    }
  }
  return sum;
}
`;

/** kernels_gpu/conv_backward_weight.wgsl */
export const conv_backward_weight: string = `
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  let inner = row.C / row.groups;
  let pixels = row.Ho * row.Wo;
  for (var i = i32(group.x); i < row.O * inner * row.kh * row.kw; i += i32(groups.x)) {
    let s = i % row.kw;
    let r = i / row.kw % row.kh;
    let c = i / row.kw / row.kh % inner;
    let o = i / row.kw / row.kh / inner;
    let channel = o / (row.O / row.groups) * inner + c;
    var part = 0.0;
    for (var p = i32(lane); p < cell_B() * pixels; p += i32(LANES)) {
      let b = p / pixels;
      let h = p % pixels / row.Wo * row.strideH - row.paddingH + r * row.dilationH;
      let w = p % row.Wo * row.strideW - row.paddingW + s * row.dilationW;
      if (h < 0 || h >= row.H || w < 0 || w >= row.W) { continue; }
      let x = load_x(((b * row.C + channel) * row.H + h) * row.W + w);
      part += x * load_dy((b * row.O + o) * pixels + p % pixels);
    }
    let dw = sum_of_lanes(part, lane);
    if (lane == 0u) { store_dw(i, dw); }
  }
}
`;

/** kernels_gpu/copy.wgsl */
export const copy: string = `
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = walked_total();
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    let at = place(i);
    let source = dot(at, vec4<i32>(row.x0, row.x1, row.x2, row.x3));
    store_y(dot(at, vec4<i32>(row.y0, row.y1, row.y2, row.y3)), load_x(source));
  }
}
`;

/** kernels_gpu/copy_part.wgsl */
export const copy_part: string = `
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = walked_total();
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    let at = place(i);
    let source = dot(at, vec4<i32>(row.x0, row.x1, row.x2, row.x3));
    store_bits_y(dot(at, vec4<i32>(row.y0, row.y1, row.y2, row.y3)), load_x(source));
  }
}
`;

/** kernels_gpu/cross_entropy.wgsl */
export const cross_entropy: string = `
fn weight(c: i32) -> f32 {
  if (has_weights) { return load_weights(c); }
  return 1.0;
}
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var t = i32(group.x); t < cell_T(); t += i32(groups.x)) {
    let at = t * row.V;
    var maximum = flip(infinity());
    for (var c = i32(lane); c < row.V; c += i32(LANES)) { maximum = max(maximum, load_logits(at + c)); }
    maximum = largest_of_lanes(maximum, lane);
    var own = 0.0;
    for (var start = 0; start < row.V; start += RUN) {
      var part = 0.0;
      for (var c = start + i32(lane); c < min(start + RUN, row.V); c += i32(LANES)) {
        part += exact_exp(load_logits(at + c) - maximum);
      }
      own += part;
    }
    let log_sum = exact_log(sum_of_lanes(own, lane));
    var part = 0.0;
    if (row.smoothing != 0.0) {
      for (var c = i32(lane); c < row.V; c += i32(LANES)) { part += weight(c) * (maximum - load_logits(at + c) + log_sum); }
    }
    let smooth_sum = sum_of_lanes(part, lane);
    if (lane == 0u) {
      let chosen = load_targets(t);
      var loss = nan();
      if (chosen == row.ignore) {
        loss = 0.0;
      } else if (chosen >= 0 && chosen < row.V) {
        loss = (1.0 - row.smoothing) * weight(chosen) * (maximum - load_logits(at + chosen) + log_sum);
        loss += row.smoothing / f32(row.V) * smooth_sum;
      }
      store_lse(t, maximum + log_sum);
      store_losses(t, loss);
    }
  }
}
`;

/** kernels_gpu/cross_entropy_backward.wgsl */
export const cross_entropy_backward: string = `
fn weight(c: i32) -> f32 {
  if (has_weights) { return load_weights(c); }
  return 1.0;
}
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  var part = 0.0;
  for (var c = i32(lane); c < row.V; c += i32(LANES)) { part += weight(c); }
  let all = sum_of_lanes(part, lane);
  let share = row.smoothing / f32(row.V);
  for (var t = i32(group.x); t < cell_T(); t += i32(groups.x)) {
    let chosen = load_targets(t);
    let inside = chosen >= 0 && chosen < row.V;
    var sharp = 0.0;
    if (inside) { sharp = (1.0 - row.smoothing) * weight(chosen); }
    for (var c = i32(lane); c < row.V; c += i32(LANES)) {
      let at = t * row.V + c;
      let p = exact_exp(load_logits(at) - load_lse(t));
      let hit = select(0.0, 1.0, c == chosen);
      var d = load_dloss(t) * (sharp * (p - hit) + share * (p * all - weight(c)));
      if (!inside) { d = nan(); }
      if (chosen == row.ignore) { d = 0.0; }
      store_dlogits(at, d);
    }
  }
}
`;

/** kernels_gpu/elementwise_binary.wgsl */
export const elementwise_binary: string = `
fn element(a: VALUE, b: VALUE) -> VALUE { return ELEMENT; }
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = walked_total();
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    let at = place(i);
    let a = load_a(dot(at, vec4<i32>(row.a0, row.a1, row.a2, row.a3)));
    let b = load_b(dot(at, vec4<i32>(row.b0, row.b1, row.b2, row.b3)));
    store_y(i, element(a, b));
  }
}
`;

/** kernels_gpu/elementwise_unary.wgsl */
export const elementwise_unary: string = `
fn element(x: FROM) -> TO { return ELEMENT; }
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = walked_total();
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    store_y(i, element(load_x(dot(place(i), vec4<i32>(row.x0, row.x1, row.x2, row.x3)))));
  }
}
`;

/** kernels_gpu/flat.wgsl */
export const flat: string = `
const THREADS = 256;
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = TOTAL;
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    BODY
  }
}
`;

/** kernels_gpu/group_norm_backward.wgsl */
export const group_norm_backward: string = `
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  let count = row.K * row.S;
  let columns = f32(count);
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    let at = r * count;
    let first = (r % row.G) * row.K;
    var part = 0.0;
    for (var c = i32(lane); c < count; c += i32(LANES)) { part += load_x(at + c); }
    let mean = sum_of_lanes(part, lane) / columns;
    var left = 0.0;
    var squares = 0.0;
    for (var c = i32(lane); c < count; c += i32(LANES)) {
      let x = load_x(at + c) - mean;
      left += x;
      squares += x * x;
    }
    left = sum_of_lanes(left, lane) / columns;
    let scale = 1.0 / sqrt(sum_of_lanes(squares, lane) / columns - left * left + row.eps);
    var level = 0.0;
    var along = 0.0;
    for (var k = i32(lane); k < row.K; k += i32(LANES)) {
      var dw = 0.0;
      var db = 0.0;
      for (var s = 0; s < row.S; s++) {
        let i = at + k * row.S + s;
        dw += load_dy(i) * ((load_x(i) - mean - left) * scale);
        db += load_dy(i);
      }
      store_dw(r * row.K + k, dw);
      store_db(r * row.K + k, db);
      let w = select(1.0, load_w(first + k), has_w);
      level += w * db;
      along += w * dw;
    }
    level = sum_of_lanes(level, lane) / columns;
    along = sum_of_lanes(along, lane) / columns;
    for (var c = i32(lane); c < count; c += i32(LANES)) {
      let w = select(1.0, load_w(first + c / row.S), has_w);
      let n = (load_x(at + c) - mean - left) * scale;
      store_dx(at + c, scale * (load_dy(at + c) * w - level - n * along));
    }
  }
}
`;

/** kernels_gpu/indexing_check.wgsl */
export const indexing_check: string = `
const THREADS = 256;
var<workgroup> sh_first: atomic<i32>;
@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32) {
  let count = cell_N();
  if (thread == 0u) { atomicStore(&sh_first, count); }
  workgroupBarrier();
  for (var n = i32(thread); n < count; n += THREADS) {
    let value = load_index(n);
    if ((value < 0 || value >= row.limit) && value != row.except) {
      atomicMin(&sh_first, n);
      break;
    }
  }
  workgroupBarrier();
  let first = atomicLoad(&sh_first);
  if (thread == 0u && first < count && load_fault(0) == 0) {
    store_fault(0, row.site);
    store_fault(1, first);
    store_fault(2, load_index(first));
  }
}
`;

/** kernels_gpu/indexing_put.wgsl */
export const indexing_put: string = `
const THREADS = 64;
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let lanes = cell_O() * row.I;
  for (var lane = i32(id.x); lane < lanes; lane += i32(groups.x) * THREADS) {
    let o = lane / row.I;
    let i = lane - o * row.I;
    for (var m = 0; m < MANY; m++) {
      let e = (o * MANY + m) * row.I + i;
      let at = load_index(INDEX);
      if (at < 0 || at >= row.N) { continue; }
      let to = (o * row.N + at) * row.I + i;
      let there = load_y(to);
      let src = load_src(e);
      store_y(to, FOLD);
    }
  }
}
`;

/** kernels_gpu/indexing_put_backward.wgsl */
export const indexing_put_backward: string = `
const THREADS = 64;
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let lanes = cell_O() * row.I;
  for (var lane = i32(id.x); lane < lanes; lane += i32(groups.x) * THREADS) {
    let o = lane / row.I;
    let i = lane - o * row.I;
    for (var m = row.M - 1; m >= 0; m--) {
      let e = (o * row.M + m) * row.I + i;
      let at = load_index(e);
      if (at < 0 || at >= row.N) {
        store_dsrc(e, 0u);
        continue;
      }
      let from_y = (o * row.N + at) * row.I + i;
      store_dsrc(e, load_y(from_y));
      store_y(from_y, 0u);
    }
  }
}
`;

/** kernels_gpu/indexing_take.wgsl */
export const indexing_take: string = `
const THREADS = 256;
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = cell_O() * MANY * row.I;
  for (var e = i32(id.x); e < total; e += i32(groups.x) * THREADS) {
    let om = e / row.I;
    let o = om / MANY;
    let at = load_index(INDEX);
    if (at >= 0 && at < row.N) { store_y(e, load_x((o * row.N + at) * row.I + (e - om * row.I))); }
    else { store_y(e, 0xffffffffu); }
  }
}
`;

/** kernels_gpu/kv_append.wgsl */
export const kv_append: string = `
fn append(i: i32) {
  let group = i / row.D % row.G;
  let p = cell_P() + i / row.D / row.G;
  if (p >= 0 && p < row.S) { store_cache((group * row.S + p) * row.D + i % row.D, load_x(i)); }
}
`;

/** kernels_gpu/layer_norm.wgsl */
export const layer_norm: string = `
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    let count = COLUMNS;
    let at = r * count;
    var part = 0.0;
    for (var c = i32(lane); c < count; c += i32(LANES)) { part += load_x(at + c); }
    let mean = sum_of_lanes(part, lane) / f32(count);
    part = 0.0;
    var squares = 0.0;
    for (var c = i32(lane); c < count; c += i32(LANES)) {
      let x = load_x(at + c) - mean;
      part += x;
      squares += x * x;
    }
    let left = sum_of_lanes(part, lane) / f32(count);
    let root = sqrt(sum_of_lanes(squares, lane) / f32(count) - left * left + row.eps);
    for (var c = i32(lane); c < count; c += i32(LANES)) {
      store_y(at + c, (load_x(at + c) - mean - left) / root * WEIGHT + BIAS);
    }
  }
}
`;

/** kernels_gpu/lion.wgsl */
export const lion: string = `
fn lion(i: i32) {
  let change = load_g(i) - load_m(i);
  let way = load_m(i) + row.gain1 * change;
  store_p(i, load_p(i) * (1.0 - cell_lr() * row.decay) - cell_lr() * select(sign(way), way, is_nan(way)));
  store_m(i, load_m(i) + row.gain2 * change);
}
`;

/** kernels_gpu/log_sum_exp.wgsl */
export const log_sum_exp: string = `
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    let at = r * row.C;
    var largest = flip(infinity());
    for (var c = i32(lane); c < row.C; c += i32(LANES)) { largest = max(largest, load_x(at + c)); }
    largest = largest_of_lanes(largest, lane);
    let shift = select(largest, 0.0, is_infinite(largest) || is_nan(largest));
    var own = 0.0;
    for (var start = 0; start < row.C; start += RUN) {
      var part = 0.0;
      for (var c = start + i32(lane); c < min(start + RUN, row.C); c += i32(LANES)) {
        part += exact_exp(load_x(at + c) - shift);
      }
      own += part;
    }
    let sum = sum_of_lanes(own, lane);
    if (lane == 0u) { store_y(r, shift + exact_log(sum)); }
  }
}
`;

/** kernels_gpu/matmul.wgsl */
export const matmul: string = `
const TILE = 64;
const DEPTH = 16;
const THREADS = 256;
var<workgroup> tile_a: array<VALUE, 1024>;
var<workgroup> tile_b: array<VALUE, 1024>;
fn four_of_a(at: i32) -> vec4<VALUE> { return vec4<VALUE>(tile_a[at], tile_a[at + 1], tile_a[at + 2], tile_a[at + 3]); }
fn four_of_b(at: i32) -> vec4<VALUE> { return vec4<VALUE>(tile_b[at], tile_b[at + 1], tile_b[at + 2], tile_b[at + 3]); }
fn spot(i: i32, along_k: bool) -> vec2<i32> {
  if (along_k) { return vec2<i32>(i % DEPTH, i / DEPTH); }
  return vec2<i32>(i / TILE, i % TILE);
}
fn joined(x: VALUE, b: vec4<VALUE>, y: vec4<VALUE>) -> vec4<VALUE> { return JOINED; }
fn store_four(at: i32, n: i32, v: vec4<VALUE>) {
  if (n < row.N) { store_y(at + n, v.x); }
  if (n + 1 < row.N) { store_y(at + n + 1, v.y); }
  if (n + 2 < row.N) { store_y(at + n + 2, v.z); }
  if (n + 3 < row.N) { store_y(at + n + 3, v.w); }
}
@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let lane = i32(index);
  let M = cell_M();
  let batch = i32(group.z);
  let i = batch / row.B1;
  let j = batch - i * row.B1;
  let base_a = i * row.aBatch0 + j * row.aBatch1;
  let base_b = i * row.bBatch0 + j * row.bBatch1;
  let first_m = i32(group.y) * TILE;
  let first_n = i32(group.x) * TILE;
  let my_m = lane / 16 * 4;
  let my_n = lane % 16 * 4;
  let a_along_k = abs(row.aColumn) <= abs(row.aRow);
  let b_along_k = abs(row.bRow) < abs(row.bColumn);
  var y0 = vec4<VALUE>();
  var y1 = vec4<VALUE>();
  var y2 = vec4<VALUE>();
  var y3 = vec4<VALUE>();
  for (var k0 = 0; k0 < row.K; k0 += DEPTH) {
    for (var e = lane; e < 1024; e += THREADS) {
      let s = spot(e, a_along_k);
      let m = first_m + s.y;
      var v = VALUE();
      if (m < M && k0 + s.x < row.K) { v = load_a(base_a + m * row.aRow + (k0 + s.x) * row.aColumn); }
      tile_a[s.x * TILE + s.y] = v;
      let t = spot(e, b_along_k);
      let n = first_n + t.y;
      var w = VALUE();
      if (n < row.N && k0 + t.x < row.K) { w = load_b(base_b + (k0 + t.x) * row.bRow + n * row.bColumn); }
      tile_b[t.x * TILE + t.y] = w;
    }
    workgroupBarrier();
    let depth = min(DEPTH, row.K - k0);
    for (var k = 0; k < depth; k++) {
      let a = four_of_a(k * TILE + my_m);
      let b = four_of_b(k * TILE + my_n);
      y0 = joined(a.x, b, y0);
      y1 = joined(a.y, b, y1);
      y2 = joined(a.z, b, y2);
      y3 = joined(a.w, b, y3);
    }
    workgroupBarrier();
  }
  let m = first_m + my_m;
  let n = first_n + my_n;
  let at = (batch * M + m) * row.N;
  if (m < M) { store_four(at, n, y0); }
  if (m + 1 < M) { store_four(at + row.N, n, y1); }
  if (m + 2 < M) { store_four(at + 2 * row.N, n, y2); }
  if (m + 3 < M) { store_four(at + 3 * row.N, n, y3); }
}
`;

/** kernels_gpu/max_pool.wgsl */
export const max_pool: string = `
fn largest(i: i32) -> i32 {
  let top = i / row.Wo % row.Ho * row.strideH - row.paddingH;
  let left = i % row.Wo * row.strideW - row.paddingW;
  let plane = i / row.Wo / row.Ho * row.H * row.W;
  var best = -1;
  var best_rank = 0;
  for (var r = 0; r < row.kh; r++) {
    let h = top + r * row.dilationH;
    if (h < 0 || h >= row.H) { continue; }
    for (var s = 0; s < row.kw; s++) {
      let w = left + s * row.dilationW;
      if (w < 0 || w >= row.W) { continue; }
      let at = h * row.W + w;
      let x = load_x(plane + at);
      if (best < 0 || is_nan(x) || rank(x) > best_rank) {
        best = at;
        best_rank = rank(x);
      }
    }
  }
  return best;
}
fn pool(i: i32) {
  let place = largest(i);
  store_indices(i, place);
  if (place < 0) { store_y(i, flip(infinity())); }
  else { store_bits_y(i, load_bits_x(i / row.Wo / row.Ho * row.H * row.W + place)); }
}
`;

/** kernels_gpu/max_pool_backward.wgsl */
export const max_pool_backward: string = `
fn unpool(plane: i32) {
  for (var m = 0; m < row.M; m++) { store_dx(plane * row.M + m, 0.0); }
  for (var n = 0; n < row.N; n++) {
    let place = load_indices(plane * row.N + n);
    if (place < 0 || place >= row.M) { continue; }
    let at = plane * row.M + place;
    store_dx(at, load_dx(at) + load_dy(plane * row.N + n));
  }
}
`;

/** kernels_gpu/narrow.wgsl */
export const narrow: string = `
fn half_bits(bits: u32) -> u32 {
  let sign = (bits >> 16u) & 0x8000u;
  let size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) { return sign | 0x7e00u; }
  if (size >= 0x477ff000u) { return sign | 0x7c00u; }
  if (size <= 0x33000000u) { return sign; }
  if (size >= 0x38800000u) {
    let rebased = size - 0x38000000u;
    return sign | ((rebased + 0xfffu + ((rebased >> 13u) & 1u)) >> 13u);
  }
  let shift = 126u - (size >> 23u);
  let significand = (size & 0x7fffffu) | 0x800000u;
  let kept = significand >> shift;
  let rest = significand & ((1u << shift) - 1u);
  let half = 1u << (shift - 1u);
  return sign | (kept + select(0u, 1u, rest > half || (rest == half && (kept & 1u) == 1u)));
}
fn brain_bits(bits: u32) -> u32 {
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return (bits >> 16u) | 0x40u; }
  return (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
}
`;

/** kernels_gpu/norm.wgsl */
export const norm: string = `
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    let at = r * row.C;
    var squares = 0.0;
    for (var start = 0; start < row.C; start += RUN) {
      var part = 0.0;
      for (var c = start + i32(lane); c < min(start + RUN, row.C); c += i32(LANES)) {
        let i = at + c;
        let x = VALUE;
        part += x * x;
      }
      squares += part;
    }
    let root = sqrt(sum_of_lanes(squares, lane) / f32(row.C) + row.eps);
    for (var c = i32(lane); c < row.C; c += i32(LANES)) {
      let i = at + c;
      store_y(i, KEPT / root * load_w(c));
    }
  }
}
`;

/** kernels_gpu/norm_backward.wgsl */
export const norm_backward: string = `
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  let columns = f32(row.C);
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    let at = r * row.C;
    var mean = 0.0;
    if (CENTRED) {
      for (var c = i32(lane); c < row.C; c += i32(LANES)) { mean += load_x(at + c); }
      mean = sum_of_lanes(mean, lane) / columns;
    }
    var left = 0.0;
    var squares = 0.0;
    for (var c = i32(lane); c < row.C; c += i32(LANES)) {
      let x = load_x(at + c) - mean;
      left += x;
      squares += x * x;
    }
    left = select(0.0, sum_of_lanes(left, lane) / columns, CENTRED);
    let scale = 1.0 / sqrt(sum_of_lanes(squares, lane) / columns - left * left + row.eps);
    var level = 0.0;
    var along = 0.0;
    for (var c = i32(lane); c < row.C; c += i32(LANES)) {
      let g = load_dy(at + c) * load_w(c);
      level += g;
      along += g * ((load_x(at + c) - mean - left) * scale);
    }
    level = select(0.0, sum_of_lanes(level, lane) / columns, CENTRED);
    along = sum_of_lanes(along, lane) / columns;
    for (var c = i32(lane); c < row.C; c += i32(LANES)) {
      let n = (load_x(at + c) - mean - left) * scale;
      store_dx(at + c, scale * (load_dy(at + c) * load_w(c) - level - n * along));
    }
    if (lane == 0u) { KEEP }
  }
}
`;

/** kernels_gpu/norm_weight_backward.wgsl */
export const norm_weight_backward: string = `
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var c = i32(id.x); c < row.C; c += i32(groups.x) * 64) {
    var dw = 0.0;
    var db = 0.0;
    for (var r = 0; r < cell_R(); r++) {
      let dy = load_dy(r * row.C + c);
      dw += dy * ((load_x(r * row.C + c) - MEAN) * load_scale(r));
      db += dy;
    }
    KEEP
  }
}
`;

/** kernels_gpu/random.wgsl */
export const random: string = `
fn philox(group: u32) -> vec4<u32> {
  var counter = vec4<u32>(group, bitcast<u32>(cell_n()), 0u, 0u);
  var key = vec2<u32>(bitcast<u32>(row.key0), bitcast<u32>(row.key1));
  for (var round = 0; round < 10; round++) {
    let a = multiply(0xd2511f53u, counter.x);
    let b = multiply(0xcd9e8d57u, counter.z);
    counter = vec4<u32>(b.y ^ counter.y ^ key.x, b.x, a.y ^ counter.w ^ key.y, a.x);
    key += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return counter;
}
fn unit(word: u32) -> f32 { return f32(word >> 8u) * 5.9604644775e-8; }
fn uniform_at(i: i32) -> f32 { return unit(philox(u32(i) / 4u)[i % 4]); }
fn integer_at(i: i32, range: i32) -> i32 {
  return bitcast<i32>(multiply(philox(u32(i) / 4u)[i % 4], bitcast<u32>(range)).y);
}
fn normal_at(i: i32) -> f32 {
  let words = philox(u32(i) / 4u);
  let pair = select(words.xy, words.zw, i % 4 >= 2);
  let r = sqrt(-2.0 * exact_log(unit(pair.x) + 5.9604644775e-8));
  return r * turned(6.2831853072 * unit(pair.y), select(1u, 0u, i % 2 == 1));
}
`;

/** kernels_gpu/reduce.wgsl */
export const reduce: string = `
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    var sum = 0.0;
    for (var start = 0; start < row.C; start += RUN) {
      var part = 0.0;
      for (var c = start + i32(lane); c < min(start + RUN, row.C); c += i32(LANES)) {
        let x = load_x(r * row.C + c);
        part += TERM;
      }
      sum += part;
    }
    let total = sum_of_lanes(sum, lane);
    if (lane == 0u) { store_y(r, RESULT); }
  }
}
`;

/** kernels_gpu/reduce_best.wgsl */
export const reduce_best: string = `
override smallest: bool = false;
override as_index: bool = false;
var<workgroup> lane_ranks: array<i32, LANES>;
var<workgroup> lane_indices: array<i32, LANES>;
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    var best = i32(-0x80000000);
    var index = row.C;
    for (var c = i32(lane); c < row.C; c += i32(LANES)) {
      let x = load_x(r * row.C + c);
      let value = rank(select(x, flip(x), smallest));
      if (value > best) {
        best = value;
        index = c;
      }
    }
    lane_ranks[lane] = best;
    lane_indices[lane] = index;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (lane < half) {
        let other = lane_ranks[lane + half];
        let earlier = lane_indices[lane + half] < lane_indices[lane];
        if (other > lane_ranks[lane] || (other == lane_ranks[lane] && earlier)) {
          lane_ranks[lane] = other;
          lane_indices[lane] = lane_indices[lane + half];
        }
      }
    }
    if (lane == 0u) {
      let first = lane_indices[0];
      store_bits_y(r, select(load_bits_x(r * row.C + first), u32(first), as_index));
    }
    workgroupBarrier();
  }
}
`;

/** kernels_gpu/reduce_integer.wgsl */
export const reduce_integer: string = `
var<workgroup> lane_folds: array<VALUE, LANES>;
fn folded(a: VALUE, b: VALUE) -> VALUE { return FOLD; }
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    var part = VALUE(START);
    for (var c = i32(lane); c < row.C; c += i32(LANES)) { part = folded(part, load_x(r * row.C + c)); }
    lane_folds[lane] = part;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (lane < half) { lane_folds[lane] = folded(lane_folds[lane], lane_folds[lane + half]); }
    }
    if (lane == 0u) { store_y(r, lane_folds[0]); }
    workgroupBarrier();
  }
}
`;

/** kernels_gpu/reduce_middle.wgsl */
export const reduce_middle: string = `
const THREADS = 256;
const BLOCK = 32;
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = cell_O() * row.I;
  for (var e = i32(id.x); e < count; e += i32(groups.x) * THREADS) {
    let o = e / row.I;
    let column = o * row.N * row.I + e - o * row.I;
    var y = FIRST;
    for (var start = 0; start < row.N; start += BLOCK) {
      var part = FIRST;
      for (var n = start; n < min(start + BLOCK, row.N); n++) {
        let x = load_x(column + n * row.I);
        part = NEXT;
      }
      y = JOIN;
    }
    store_y(e, RESULT);
  }
}
`;

/** kernels_gpu/rope.wgsl */
export const rope: string = `
const THREADS = 256;
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let pairs = row.R / 2;
  let units = row.D - pairs;
  let total = cell_T() * row.H * units;
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    let head = i / units;
    let pair = i - head * units;
    let at = head * row.D;
    let p = cell_P() + head / row.H;
    let outside = p < 0 || p >= row.S;
    if (pair >= pairs) {
      let x = LOAD(at + pair + pairs);
      STORE(at + pair + pairs, select(x, nan(), outside));
    } else if (outside) {
      STORE(at + FIRST, nan());
      STORE(at + SECOND, nan());
    } else {
      let cosine = load_table(p * row.R + 2 * pair);
      let sine = SIGN * load_table(p * row.R + 2 * pair + 1);
      let u = LOAD(at + FIRST);
      let v = LOAD(at + SECOND);
      STORE(at + FIRST, u * cosine - v * sine);
      STORE(at + SECOND, u * sine + v * cosine);
    }
  }
}
`;

/** kernels_gpu/rows.wgsl */
export const rows: string = `
const THREADS = 256;
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = cell_T() * row.C;
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    let t = i / row.C;
    let chosen = load_ids(t);
    if (chosen >= 0 && chosen < row.V) { store_y(i, load_x(chosen * row.C + (i - t * row.C))); }
    else { store_bits_y(i, row.nan_bits); }
  }
}
`;

/** kernels_gpu/sgd.wgsl */
export const sgd: string = `
fn sgd(i: i32) {
  let slope = load_g(i) + row.decay * load_p(i);
  var d = slope;
  if (has_buf) {
    if (cell_t() > 1.0) { d = row.momentum * load_buf(i) + (1.0 - row.dampening) * slope; }
    store_buf(i, d);
    if (row.nesterov != 0) { d = slope + row.momentum * d; }
  }
  store_p(i, load_p(i) - cell_lr() * d);
}
`;

/** kernels_gpu/softmax.wgsl */
export const softmax: string = `
struct Level { maximum: f32, sum: f32 }
fn level(at: i32, lane: u32) -> Level {
  var maximum = flip(infinity());
  for (var c = i32(lane); c < row.C; c += i32(LANES)) { maximum = max(maximum, load_x(at + c)); }
  maximum = largest_of_lanes(maximum, lane);
  var sum = 0.0;
  for (var start = 0; start < row.C; start += RUN) {
    var part = 0.0;
    for (var c = start + i32(lane); c < min(start + RUN, row.C); c += i32(LANES)) {
      part += exact_exp(load_x(at + c) - maximum);
    }
    sum += part;
  }
  return Level(maximum, sum_of_lanes(sum, lane));
}
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    let at = r * row.C;
    let all = level(at, lane);
    for (var c = i32(lane); c < row.C; c += i32(LANES)) {
      let x = load_x(at + c) - all.maximum;
      store_y(at + c, RESULT);
    }
  }
}
`;

/** kernels_gpu/softmax_backward.wgsl */
export const softmax_backward: string = `
@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    let at = r * row.C;
    var part = 0.0;
    for (var c = i32(lane); c < row.C; c += i32(LANES)) {
      let y = load_y(at + c);
      let dy = load_dy(at + c);
      part += TERM;
    }
    let sum = sum_of_lanes(part, lane);
    for (var c = i32(lane); c < row.C; c += i32(LANES)) {
      let y = load_y(at + c);
      let dy = load_dy(at + c);
      store_dx(at + c, RESULT);
    }
  }
}
`;

/** kernels_gpu/where.wgsl */
export const where: string = `
@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = walked_total();
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    let at = place(i);
    let a = load_bits_a(dot(at, vec4<i32>(row.a0, row.a1, row.a2, row.a3)));
    let b = load_bits_b(dot(at, vec4<i32>(row.b0, row.b1, row.b2, row.b3)));
    let condition = load_condition(dot(at, vec4<i32>(row.c0, row.c1, row.c2, row.c3)));
    store_bits_y(i, select(b, a, condition != 0u));
  }
}
`;
