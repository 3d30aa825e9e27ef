// Folds of the last dimension: y[r] = RESULT of total = sum over c of TERM, an expression of x = x[r, c]; a workgroup a
// row.

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
