// Gradients of the norms' x: a workgroup a row, dx = scale (g - mean(g) - n mean(g n)) with g = dy w and
// n = (x - mean) scale; rms norm has neither mean. The row's entry says whether the norm is CENTRED, and gives KEEP,
// which stores what was found.

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
    var left = 0.0; // what the mean's rounding leaves over
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
