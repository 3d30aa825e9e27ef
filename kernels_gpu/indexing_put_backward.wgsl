// dsrc[o, m, i] = y[o, k, i], then y[o, k, i] = 0, with k = index[o, m, i] and m from the last to the first; a thread
// a lane (o, i).

const THREADS = 64;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let lanes = cell_O() * row.I;
  for (var lane = i32(id.x); lane < lanes; lane += i32(groups.x) * THREADS) {
    let o = lane / row.I;
    let i = lane - o * row.I;
    for (var m = row.M - 1; m >= 0; m--) {
      let e = (o * row.M + m) * row.I + i;
      let at = load_index(e);
      if (at < 0 || at >= row.N) {
        store_dsrc(e, 0u);
        continue;
      }
      let from_y = (o * row.N + at) * row.I + i;
      store_dsrc(e, load_y(from_y));
      store_y(from_y, 0u);
    }
  }
}
