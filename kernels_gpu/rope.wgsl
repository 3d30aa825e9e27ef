// Rotary positions: a thread turns a pair of a head's first R columns, or copies one of the others. The row's entry
// gives LOAD and STORE of its operands, FIRST and SECOND, the columns of a pair, and SIGN, which way it turns.

const THREADS = 256;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let pairs = row.R / 2;
  let units = row.D - pairs;
  let total = cell_T() * row.H * units;
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    let head = i / units;
    let pair = i - head * units;
    let at = head * row.D;
    let p = cell_P() + head / row.H;
    let outside = p < 0 || p >= row.S;
    if (pair >= pairs) {
      let x = LOAD(at + pair + pairs);
      STORE(at + pair + pairs, select(x, nan(), outside));
    } else if (outside) {
      STORE(at + FIRST, nan());
      STORE(at + SECOND, nan());
    } else {
      let cosine = load_table(p * row.R + 2 * pair);
      let sine = SIGN * load_table(p * row.R + 2 * pair + 1);
      let u = LOAD(at + FIRST);
      let v = LOAD(at + SECOND);
      STORE(at + FIRST, u * cosine - v * sine);
      STORE(at + SECOND, u * sine + v * cosine);
    }
  }
}
