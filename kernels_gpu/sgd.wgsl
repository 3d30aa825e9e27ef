// The step of SGD on element i, in place (see src/device/kernels/optimizer.ts for the formula).

fn sgd(i: i32) {
  let slope = load_g(i) + row.decay * load_p(i);
  var d = slope;
  if (has_buf) {
    if (cell_t() > 1.0) { d = row.momentum * load_buf(i) + (1.0 - row.dampening) * slope; }
    store_buf(i, d);
    if (row.nesterov != 0) { d = slope + row.momentum * d; }
  }
  store_p(i, load_p(i) - cell_lr() * d);
}
