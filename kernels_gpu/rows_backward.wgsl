// dx[ids[t], c] += dy[t, c] in the order of t: a thread a column, so that no two add to one element.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  for (var c = i32(id.x); c < row.C; c += i32(groups.x) * 64) {
    for (var t = 0; t < cell_T(); t++) {
      let to = load_ids(t);
      if (to >= 0 && to < row.V) {
        store_dx(to * row.C + c, load_dx(to * row.C + c) + load_dy(t * row.C + c));
      }
    }
  }
}
