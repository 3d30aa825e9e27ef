// What a pixel gets of the windows that hold it, in ascending order.

/// The first window of size k that reaches to `at`, counted with the padding.
fn first_window(at: i32, k: i32, stride: i32) -> i32 { return (max(at - k + 1, 0) + stride - 1) / stride; }

fn shares(i: i32) -> f32 {
  let h = i / row.W % row.H + row.paddingH;
  let w = i % row.W + row.paddingW;
  let plane = i / row.W / row.H;
  var sum = 0.0;
  for (var oh = first_window(h, row.kh, row.strideH); oh <= min(h / row.strideH, row.Ho - 1); oh++) {
    for (var ow = first_window(w, row.kw, row.strideW); ow <= min(w / row.strideW, row.Wo - 1); ow++) {
      sum += load_dy((plane * row.Ho + oh) * row.Wo + ow) / divisor(oh, ow);
    }
  }
  return sum;
}
