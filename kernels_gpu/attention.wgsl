// attention_f32 and attention_train_f32: a workgroup a query of TOTAL, its keys by LANES at a time. A lane weighs a key, then adds to its columns
// of y, which are scaled down whenever a larger score is found (online softmax).
// A query that sees nothing gives NaN. The row's entry gives TOTAL.

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
