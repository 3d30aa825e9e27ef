// log_sum_exp_f32: a workgroup a row, two passes (the largest, the sum of e^(x - largest)); one that is not finite is not
// taken out, for infinity less infinity is no number.

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    let at = r * row.C;
    var largest = flip(infinity());
    for (var c = i32(lane); c < row.C; c += i32(LANES)) { largest = max(largest, load_x(at + c)); }
    largest = largest_of_lanes(largest, lane);
    let shift = select(largest, 0.0, is_infinite(largest) || is_nan(largest));
    var own = 0.0;
    for (var start = 0; start < row.C; start += RUN) {
      var part = 0.0;
      for (var c = start + i32(lane); c < min(start + RUN, row.C); c += i32(LANES)) {
        part += exact_exp(load_x(at + c) - shift);
      }
      own += part;
    }
    let sum = sum_of_lanes(own, lane);
    if (lane == 0u) { store_y(r, shift + exact_log(sum)); }
  }
}
