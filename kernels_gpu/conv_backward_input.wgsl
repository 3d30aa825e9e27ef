// The gradient of convolution over two axes with respect to x, which is also the transposed convolution: a thread an
// element, over the pixels of dy whose windows hold it.

/// dx[b, c, h, w] but for its bias.
fn spread_back(i: i32) -> f32 {
  let w = i % row.W;
  let h = i / row.W % row.H;
  let plane = i / row.W / row.H;
  let c = plane % row.C;
  let inner = row.C / row.groups;
  let outer = row.O / row.groups;
  let group = c / inner;
  var sum = 0.0;
  for (var o = group * outer; o < (group + 1) * outer; o++) {
    for (var r = 0; r < row.kh; r++) {
      let down = h + row.paddingH - r * row.dilationH;
      let oh = down / row.strideH;
      if (down < 0 || oh * row.strideH != down || oh >= row.Ho) { continue; }
      for (var s = 0; s < row.kw; s++) {
        let along = w + row.paddingW - s * row.dilationW;
        let ow = along / row.strideW;
        if (along < 0 || ow * row.strideW != along || ow >= row.Wo) { continue; }
        let weight = load_w(((o * inner + c - group * inner) * row.kh + r) * row.kw + s);
        sum += weight * load_dy(((plane / row.C * row.O + o) * row.Ho + oh) * row.Wo + ow);
      }
    }
  }
  return sum;
}
