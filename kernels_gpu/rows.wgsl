// y[t, :] = x[ids[t], :], NaN where ids[t] is outside 0 .. V - 1; a thread an element.

const THREADS = 256;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = cell_T() * row.C;
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    let t = i / row.C;
    let chosen = load_ids(t);
    if (chosen >= 0 && chosen < row.V) { store_y(i, load_x(chosen * row.C + (i - t * row.C))); }
    else { store_bits_y(i, row.nan_bits); }
  }
}
