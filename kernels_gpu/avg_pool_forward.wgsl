// The average of a window; 0 where it lies in the padding alone.

fn average(i: i32) -> f32 {
  let oh = i / row.Wo % row.Ho;
  let ow = i % row.Wo;
  let top = oh * row.strideH - row.paddingH;
  let left = ow * row.strideW - row.paddingW;
  let plane = i / row.Wo / row.Ho;
  var sum = 0.0;
  var inside = false;
  for (var h = max(top, 0); h < min(top + row.kh, row.H); h++) {
    for (var w = max(left, 0); w < min(left + row.kw, row.W); w++) {
      sum += load_x((plane * row.H + h) * row.W + w);
      inside = true;
    }
  }
  if (!inside) { return 0.0; }
  return sum / divisor(oh, ow);
}
