// Folds of the middle: y[o, i] = fold over n of x[o, n, i], a thread an element. Each BLOCK of a column is folded by
// itself, from FIRST on by NEXT, an expression of part and x, and then joins y by JOIN: few roundings for sums of f32.

const THREADS = 256;
const BLOCK = 32;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = cell_O() * row.I;
  for (var e = i32(id.x); e < count; e += i32(groups.x) * THREADS) {
    let o = e / row.I;
    let column = o * row.N * row.I + e - o * row.I;
    var y = FIRST;
    for (var start = 0; start < row.N; start += BLOCK) {
      var part = FIRST;
      for (var n = start; n < min(start + BLOCK, row.N); n++) {
        let x = load_x(column + n * row.I);
        part = NEXT;
      }
      y = JOIN;
    }
    store_y(e, RESULT);
  }
}
