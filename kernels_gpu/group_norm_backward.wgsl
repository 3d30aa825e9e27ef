// group_norm_backward_f32: a workgroup a row of K channels of S numbers, dx = scale (g - mean(g) - n mean(g n)) with
// g = dy w and n = (x - mean) scale; a lane adds the channels k, k + LANES, .. for dw and db.

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  let count = row.K * row.S;
  let columns = f32(count);
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    let at = r * count;
    let first = (r % row.G) * row.K;
    var part = 0.0;
    for (var c = i32(lane); c < count; c += i32(LANES)) { part += load_x(at + c); }
    let mean = sum_of_lanes(part, lane) / columns;
    var left = 0.0; // what the mean's rounding leaves over
    var squares = 0.0;
    for (var c = i32(lane); c < count; c += i32(LANES)) {
      let x = load_x(at + c) - mean;
      left += x;
      squares += x * x;
    }
    left = sum_of_lanes(left, lane) / columns;
    let scale = 1.0 / sqrt(sum_of_lanes(squares, lane) / columns - left * left + row.eps);
    var level = 0.0;
    var along = 0.0;
    for (var k = i32(lane); k < row.K; k += i32(LANES)) {
      var dw = 0.0;
      var db = 0.0;
      for (var s = 0; s < row.S; s++) {
        let i = at + k * row.S + s;
        dw += load_dy(i) * ((load_x(i) - mean - left) * scale);
        db += load_dy(i);
      }
      store_dw(r * row.K + k, dw);
      store_db(r * row.K + k, db);
      let w = select(1.0, load_w(first + k), has_w);
      level += w * db;
      along += w * dw;
    }
    level = sum_of_lanes(level, lane) / columns;
    along = sum_of_lanes(along, lane) / columns;
    for (var c = i32(lane); c < count; c += i32(LANES)) {
      let w = select(1.0, load_w(first + c / row.S), has_w);
      let n = (load_x(at + c) - mean - left) * scale;
      store_dx(at + c, scale * (load_dy(at + c) * w - level - n * along));
    }
  }
}
