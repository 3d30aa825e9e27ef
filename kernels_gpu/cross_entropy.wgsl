// cross_entropy_f32: a workgroup a row, three passes (maximum, sum, smoothing).

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
