// The queries of attention over a cache.

/// Query i of [T, H], at position P + i / H. Where a call reaches beyond the cache, none sees anything.
fn query(i: i32) -> Query {
  if (cell_P() < 0 || cell_P() + cell_T() > row.S) { return Query(0, 0); }
  let p = cell_P() + i / row.H;
  let first = select(0, max(0, p + 1 - row.window), row.window > 0);
  return Query((i % row.H * row.G / row.H * row.S + first) * row.D, p + 1 - first);
}
