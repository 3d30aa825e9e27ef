// Average pooling over two axes: a thread a window; its gradient: a thread a pixel, over the windows that hold it.

/// What the window at (oh, ow) divides by.
fn divisor(oh: i32, ow: i32) -> f32 {
  if (row.divisor != 0) { return f32(row.divisor); }
  let top = oh * row.strideH - row.paddingH;
  let left = ow * row.strideW - row.paddingW;
  if (row.countPadding != 0) {
    return f32((min(top + row.kh, row.H + row.paddingH) - top) * (min(left + row.kw, row.W + row.paddingW) - left));
  }
  return f32((min(top + row.kh, row.H) - max(top, 0)) * (min(left + row.kw, row.W) - max(left, 0)));
}
