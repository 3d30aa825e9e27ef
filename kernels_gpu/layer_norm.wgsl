// layer_norm_f32 and group_norm_f32: a workgroup a row of COLUMNS, three passes (mean, variance, result); the row's entry
// gives WEIGHT and BIAS of column c of row r. Where a row's values lie close together, the
// rounding of their mean counts: what it leaves over is found with the variance.

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
