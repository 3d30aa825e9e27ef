// Gradients of the softmax family: a workgroup a row. The row's entry gives TERM, which is summed, and RESULT.

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
