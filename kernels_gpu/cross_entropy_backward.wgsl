// cross_entropy_backward_f32: a workgroup a row.

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
