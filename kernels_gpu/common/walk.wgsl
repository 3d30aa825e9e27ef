// The walk in four nested loops over [D0, D1, D2, D3] of the copy and elementwise families.

const THREADS = 256;

/// The four indices of element i, in order.
fn place(i: i32) -> vec4<i32> {
  let r3 = i / row.D3;
  let r2 = r3 / row.D2;
  let r1 = r2 / row.D1;
  return vec4<i32>(r1, r2 - r1 * row.D1, r3 - r2 * row.D2, i - r3 * row.D3);
}

fn walked_total() -> i32 { return cell_D0() * row.D1 * row.D2 * row.D3; }
