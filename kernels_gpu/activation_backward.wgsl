// Slopes of activations.

fn silu_slope(x: f32) -> f32 {
  let s = sigmoid(x);
  return s * (1.0 + x * (1.0 - s));
}

fn gelu_slope(x: f32) -> f32 {
  let t = exact_tanh(0.7978845608 * (x + 0.044715 * x * x * x));
  let square = min(x * x, 1e6); // a number, as 1 - t^2 is 0 there
  return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * 0.7978845608 * (1.0 + 0.134145 * square);
}

fn gelu_erf_slope(x: f32) -> f32 {
  return 0.5 * (1.0 + erf(x * 0.7071067812)) + x * exact_exp(-0.5 * x * x) * 0.3989422804;
}

/// NaN stays NaN.
fn relu_slope(x: f32) -> f32 { return select(1.0, 0.0, x <= 0.0); }
