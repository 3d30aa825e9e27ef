// The step of Lion on element i, in place; a sign of NaN is NaN.

fn lion(i: i32) {
  let change = load_g(i) - load_m(i);
  let way = load_m(i) + row.gain1 * change;
  store_p(i, load_p(i) * (1.0 - cell_lr() * row.decay) - cell_lr() * select(sign(way), way, is_nan(way)));
  store_m(i, load_m(i) + row.gain2 * change);
}
