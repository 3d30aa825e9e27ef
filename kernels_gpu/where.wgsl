// y[i] = condition ? a : b, read through four strides each; a thread an element.

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = walked_total();
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    let at = place(i);
    let a = load_bits_a(dot(at, vec4<i32>(row.a0, row.a1, row.a2, row.a3)));
    let b = load_bits_b(dot(at, vec4<i32>(row.b0, row.b1, row.b2, row.b3)));
    let condition = load_condition(dot(at, vec4<i32>(row.c0, row.c1, row.c2, row.c3)));
    store_bits_y(i, select(b, a, condition != 0u));
  }
}
