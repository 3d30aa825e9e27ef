// The queries of attention without a cache.

/// Query i of [B, T, H].
fn query(i: i32) -> Query {
  let h = i % row.H;
  let t = i / row.H % row.T;
  let group = i / row.H / row.T * row.G + h * row.G / row.H;
  return Query(group * row.S * row.D, select(row.S, min(t + 1, row.S), row.causal != 0));
}
