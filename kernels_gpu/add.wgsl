// The sum of add_rms_norm_f32, stored where it is found.

fn added(i: i32) -> f32 {
  let sum = load_x(i) + load_delta(i);
  store_sum(i, sum);
  return sum;
}
