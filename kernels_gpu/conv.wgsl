// Convolution over two axes, and its gradient with respect to x: what a thread finds for element i of the result. A
// pixel (oh, ow) of y meets the pixels oh * stride - padding + r * dilation of x, r < kh, and the same for w.

/// y[b, o, oh, ow] but for its bias.
fn convolved(i: i32) -> f32 {
  let ow = i % row.Wo;
  let oh = i / row.Wo % row.Ho;
  let plane = i / row.Wo / row.Ho;
  let o = plane % row.O;
  let inner = row.C / row.groups;
  let first = plane / row.O * row.C + o / (row.O / row.groups) * inner;
  var sum = 0.0;
  for (var c = 0; c < inner; c++) {
    for (var r = 0; r < row.kh; r++) {
      let h = oh * row.strideH - row.paddingH + r * row.dilationH;
      if (h < 0 || h >= row.H) { continue; }
      for (var s = 0; s < row.kw; s++) {
        let w = ow * row.strideW - row.paddingW + s * row.dilationW;
        if (w < 0 || w >= row.W) { continue; }
        sum += load_x(((first + c) * row.H + h) * row.W + w) * load_w(((o * inner + c) * row.kh + r) * row.kw + s);
      }
    }
  }
  return sum;
}
