// y[i] = HOLDS of a and b, read through four strides each, as a byte 0 or 1; a thread makes a word of four bytes, and
// leaves bytes beside y as they are. The row's entry gives HOLDS, an expression, and the operands as A and B.

fn ordered(a: f32, b: f32) -> bool { return !is_nan(a) && !is_nan(b); }

fn byte_at(i: i32) -> u32 {
  let at = place(i);
  let a = A;
  let b = B;
  return select(0u, 1u, HOLDS);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = walked_total();
  let skipped = row.y_at & 3;
  let words = (skipped + total + 3) / 4;
  for (var w = i32(id.x); w < words; w += i32(groups.x) * THREADS) {
    var word = load_word_y(w);
    for (var b = 0; b < 4; b++) {
      let i = 4 * w + b - skipped;
      if (i >= 0 && i < total) {
        let shift = 8u * u32(b);
        word = (word & ~(0xffu << shift)) | (byte_at(i) << shift);
      }
    }
    store_word_y(w, word);
  }
}
