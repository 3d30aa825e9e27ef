// max_pool2d_backward_f32: a thread a plane, so that no two add to one element.

fn unpool(plane: i32) {
  for (var m = 0; m < row.M; m++) { store_dx(plane * row.M + m, 0.0); }
  for (var n = 0; n < row.N; n++) {
    let place = load_indices(plane * row.N + n);
    if (place < 0 || place >= row.M) { continue; }
    let at = plane * row.M + place;
    store_dx(at, load_dx(at) + load_dy(plane * row.N + n));
  }
}
