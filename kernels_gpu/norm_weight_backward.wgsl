// Gradients of the norms' weights: a thread a column adds its rows in ascending order. The row's entry gives MEAN, the
// row's mean, and KEEP, which stores the sums dw and db.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var c = i32(id.x); c < row.C; c += i32(groups.x) * 64) {
    var dw = 0.0;
    var db = 0.0;
    for (var r = 0; r < cell_R(); r++) {
      let dy = load_dy(r * row.C + c);
      dw += dy * ((load_x(r * row.C + c) - MEAN) * load_scale(r));
      db += dy;
    }
    KEEP
  }
}
