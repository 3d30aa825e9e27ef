// The softmax family: a workgroup a row, three passes (maximum, sum of e^(x - maximum), result); its backward, two.

struct Level { maximum: f32, sum: f32 }

fn level(at: i32, lane: u32) -> Level {
  var maximum = flip(infinity());
  for (var c = i32(lane); c < row.C; c += i32(LANES)) { maximum = max(maximum, load_x(at + c)); }
  maximum = largest_of_lanes(maximum, lane);
  var sum = 0.0;
  for (var start = 0; start < row.C; start += RUN) {
    var part = 0.0;
    for (var c = start + i32(lane); c < min(start + RUN, row.C); c += i32(LANES)) {
      part += exact_exp(load_x(at + c) - maximum);
    }
    sum += part;
  }
  return Level(maximum, sum_of_lanes(sum, lane));
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    let at = r * row.C;
    let all = level(at, lane);
    for (var c = i32(lane); c < row.C; c += i32(LANES)) {
      let x = load_x(at + c) - all.maximum;
      store_y(at + c, RESULT);
    }
  }
}
