// attention_train_backward_f32, in three passes, since dq may lie over dy or q, which dk and dv need:
//
//   main     a workgroup a query: its maximum, sum and mean slope, and dq, into scratch
//   keys     a workgroup a key: dk and dv over the queries that see it, LANES at a time
//   finish   dq out of scratch
//
// Each LANES terms are summed by themselves before they join what stands: rounding grows with a run, not with the row.
//
//   scratch, N = B T H:   maximum [N]  sum [N]  mean slope [N]  dq [N, D]

var<workgroup> weights: array<f32, LANES>;
var<workgroup> slopes: array<f32, LANES>;

fn query_count() -> i32 { return cell_B() * row.T * row.H; }

/// dy of query i . the value at `value`.
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
      let base = (batch * row.T + first_t) * row.H + first_head; // query u: u / heads rows on, u % heads heads on
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
