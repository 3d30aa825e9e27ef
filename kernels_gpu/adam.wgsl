// The step of Adam on element i, in place: `decay` of p goes into the gradient, `keep` multiplies p itself.

fn adam(i: i32, decay: f32, keep: f32) {
  let slope = load_g(i) + decay * load_p(i);
  let mean = load_m(i) + row.gain1 * (slope - load_m(i));
  let square = (1.0 - row.gain2) * load_v(i) + row.gain2 * slope * slope;
  var most = square;
  if (has_u) {
    most = max(square, load_u(i));
    store_u(i, most);
  }
  let size = sqrt(most) / sqrt(cell_correction2()) + row.eps;
  store_m(i, mean);
  store_v(i, square);
  store_p(i, load_p(i) * keep - cell_lr() / cell_correction1() * mean / size);
}
