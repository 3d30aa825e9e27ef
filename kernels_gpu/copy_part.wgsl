// copy_b8 and copy_b16: the walk of copy_b32, writing elements that are parts of a word.

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = walked_total();
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    let at = place(i);
    let source = dot(at, vec4<i32>(row.x0, row.x1, row.x2, row.x3));
    store_bits_y(dot(at, vec4<i32>(row.y0, row.y1, row.y2, row.y3)), load_x(source));
  }
}
