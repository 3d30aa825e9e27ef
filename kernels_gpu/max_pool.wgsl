// max_pool2d_f32: a thread a window.

/// The place of window i's largest value in its plane; -1 where it lies in the padding alone. Of equals the first, of
/// NaNs the last.
fn largest(i: i32) -> i32 {
  let top = i / row.Wo % row.Ho * row.strideH - row.paddingH;
  let left = i % row.Wo * row.strideW - row.paddingW;
  let plane = i / row.Wo / row.Ho * row.H * row.W;
  var best = -1;
  var best_rank = 0;
  for (var r = 0; r < row.kh; r++) {
    let h = top + r * row.dilationH;
    if (h < 0 || h >= row.H) { continue; }
    for (var s = 0; s < row.kw; s++) {
      let w = left + s * row.dilationW;
      if (w < 0 || w >= row.W) { continue; }
      let at = h * row.W + w;
      let x = load_x(plane + at);
      if (best < 0 || is_nan(x) || rank(x) > best_rank) {
        best = at;
        best_rank = rank(x);
      }
    }
  }
  return best;
}

fn pool(i: i32) {
  let place = largest(i);
  store_indices(i, place);
  if (place < 0) { store_y(i, flip(infinity())); }
  else { store_bits_y(i, load_bits_x(i / row.Wo / row.Ho * row.H * row.W + place)); }
}
