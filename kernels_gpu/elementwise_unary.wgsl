// y[i] = ELEMENT of x, read through four strides; a thread an element. The row's entry gives ELEMENT, an
// expression, and the types FROM and TO.

fn element(x: FROM) -> TO { return ELEMENT; }

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = walked_total();
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    store_y(i, element(load_x(dot(place(i), vec4<i32>(row.x0, row.x1, row.x2, row.x3)))));
  }
}
