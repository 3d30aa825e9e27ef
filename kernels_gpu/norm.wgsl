// rms_norm_f32 and add_rms_norm_f32: a workgroup a row, two passes. The row's entry gives VALUE of element i, and KEPT,
// the same in the second pass.

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
