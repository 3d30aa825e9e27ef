// kv_append_b32: a thread an element of x [T, G, D]; positions outside the cache are left out.

fn append(i: i32) {
  let group = i / row.D % row.G;
  let p = cell_P() + i / row.D / row.G;
  if (p >= 0 && p < row.S) { store_cache((group * row.S + p) * row.D + i % row.D, load_x(i)); }
}
