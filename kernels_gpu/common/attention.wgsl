// A query of attention and its scores; each row has a `query(i)` of its own.

struct Query {
  /// The first float of its keys, and of its values.
  keys: i32,
  /// How many of them it sees.
  seen: i32
}

/// scale * (query i . the key at `key`).
fn score(i: i32, key: i32) -> f32 {
  var sum = 0.0;
  for (var d = 0; d < row.D; d++) { sum += load_q(i * row.D + d) * load_k(key + d); }
  return row.scale * sum;
}
