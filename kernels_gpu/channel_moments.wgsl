// channel_moments_f32: a workgroup a channel, two passes over its B S numbers; what the mean's rounding leaves over is
// found with the variance.

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

/// Where the i-th number of channel c lies.
fn place(i: i32, c: i32) -> i32 {
  let b = i / row.S;
  return (b * row.C + c) * row.S + i - b * row.S;
}
