// y[o, index, i] = FOLD of what is there and src[o, m, i], in the order of m; indices outside 0 .. N - 1 are left out.
// A thread a lane (o, i), so that no two meet in one element. MANY is M, INDEX the index's place.

const THREADS = 64;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let lanes = cell_O() * row.I;
  for (var lane = i32(id.x); lane < lanes; lane += i32(groups.x) * THREADS) {
    let o = lane / row.I;
    let i = lane - o * row.I;
    for (var m = 0; m < MANY; m++) {
      let e = (o * MANY + m) * row.I + i;
      let at = load_index(INDEX);
      if (at < 0 || at >= row.N) { continue; }
      let to = (o * row.N + at) * row.I + i;
      let there = load_y(to);
      let src = load_src(e);
      store_y(to, FOLD);
    }
  }
}
