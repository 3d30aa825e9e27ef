// y[o, m, i] = x[o, index, i], all bits set where the index is outside 0 .. N - 1; a thread an element. MANY is M,
// INDEX the index's place.

const THREADS = 256;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = cell_O() * MANY * row.I;
  for (var e = i32(id.x); e < total; e += i32(groups.x) * THREADS) {
    let om = e / row.I;
    let o = om / MANY;
    let at = load_index(INDEX);
    if (at >= 0 && at < row.N) { store_y(e, load_x((o * row.N + at) * row.I + (e - om * row.I))); }
    else { store_y(e, 0xffffffffu); }
  }
}
