// A query of attention without a cache, and its scores.

struct Query {
  /// The first float of its keys, and of its values.
  keys: i32,
  /// How many of them it sees.
  seen: i32
}

/// Query i of [B, T, H].
fn query(i: i32) -> Query {
  let h = i % row.H;
  let t = i / row.H % row.T;
  let group = i / row.H / row.T * row.G + h * row.G / row.H;
  return Query(group * row.S * row.D, select(row.S, min(t + 1, row.S), row.causal != 0));
}

/// scale * (query i . the key at `key`).
fn score(i: i32, key: i32) -> f32 {
  var sum = 0.0;
  for (var d = 0; d < row.D; d++) { sum += load_q(i * row.D + d) * load_k(key + d); }
  return row.scale * sum;
}
