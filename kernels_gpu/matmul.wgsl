// y[i, j, m, n] = sum over k of a[i, j, m, k] b[i, j, k, n]; a and b through any strides. The row's entry gives the type
// VALUE of the terms, and JOINED, an expression: y with x b added.
//
//   a workgroup: 64 x 64 of y, 16 of k at a time      a thread: 4 x 4 of y, in four vectors of registers
//
//         n                     Both tiles go through workgroup memory: a turned, so that a thread's four rows lie
//      +-----+  tile_b 16 x 64  together. Neighbouring threads read along whichever dimension lies closer in memory.
//   k  |     |                  Accumulators are written out: an array indexed in a loop spills (measured on an H100:
//      +-----+                  1.8 TFLOP/s instead of 30 for a like kernel). An element's terms are added in
//  m |-|##|  |                  ascending k, whatever M and the batch are.
//    | |     |
//  tile_a 16 x 64 (turned)

const TILE = 64;
const DEPTH = 16;
const THREADS = 256;

var<workgroup> tile_a: array<VALUE, 1024>; // [k, m]
var<workgroup> tile_b: array<VALUE, 1024>; // [k, n]

fn four_of_a(at: i32) -> vec4<VALUE> { return vec4<VALUE>(tile_a[at], tile_a[at + 1], tile_a[at + 2], tile_a[at + 3]); }
fn four_of_b(at: i32) -> vec4<VALUE> { return vec4<VALUE>(tile_b[at], tile_b[at + 1], tile_b[at + 2], tile_b[at + 3]); }

/// Rows and columns of a tile that thread `i` brings: along k, or across it.
fn spot(i: i32, along_k: bool) -> vec2<i32> {
  if (along_k) { return vec2<i32>(i % DEPTH, i / DEPTH); }
  return vec2<i32>(i / TILE, i % TILE);
}

fn joined(x: VALUE, b: vec4<VALUE>, y: vec4<VALUE>) -> vec4<VALUE> { return JOINED; }

fn store_four(at: i32, n: i32, v: vec4<VALUE>) {
  if (n < row.N) { store_y(at + n, v.x); }
  if (n + 1 < row.N) { store_y(at + n + 1, v.y); }
  if (n + 2 < row.N) { store_y(at + n + 2, v.z); }
  if (n + 3 < row.N) { store_y(at + n + 3, v.w); }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let lane = i32(index);
  let M = cell_M();
  let batch = i32(group.z);
  let i = batch / row.B1;
  let j = batch - i * row.B1;
  let base_a = i * row.aBatch0 + j * row.aBatch1;
  let base_b = i * row.bBatch0 + j * row.bBatch1;
  let first_m = i32(group.y) * TILE;
  let first_n = i32(group.x) * TILE;
  let my_m = lane / 16 * 4;
  let my_n = lane % 16 * 4;
  let a_along_k = abs(row.aColumn) <= abs(row.aRow);
  let b_along_k = abs(row.bRow) < abs(row.bColumn);
  var y0 = vec4<VALUE>();
  var y1 = vec4<VALUE>();
  var y2 = vec4<VALUE>();
  var y3 = vec4<VALUE>();
  for (var k0 = 0; k0 < row.K; k0 += DEPTH) {
    for (var e = lane; e < 1024; e += THREADS) {
      let s = spot(e, a_along_k);
      let m = first_m + s.y;
      var v = VALUE();
      if (m < M && k0 + s.x < row.K) { v = load_a(base_a + m * row.aRow + (k0 + s.x) * row.aColumn); }
      tile_a[s.x * TILE + s.y] = v;
      let t = spot(e, b_along_k);
      let n = first_n + t.y;
      var w = VALUE();
      if (n < row.N && k0 + t.x < row.K) { w = load_b(base_b + (k0 + t.x) * row.bRow + n * row.bColumn); }
      tile_b[t.x * TILE + t.y] = w;
    }
    workgroupBarrier();
    let depth = min(DEPTH, row.K - k0);
    for (var k = 0; k < depth; k++) {
      let a = four_of_a(k * TILE + my_m);
      let b = four_of_b(k * TILE + my_n);
      y0 = joined(a.x, b, y0);
      y1 = joined(a.y, b, y1);
      y2 = joined(a.z, b, y2);
      y3 = joined(a.w, b, y3);
    }
    workgroupBarrier();
  }
  let m = first_m + my_m;
  let n = first_n + my_n;
  let at = (batch * M + m) * row.N;
  if (m < M) { store_four(at, n, y0); }
  if (m + 1 < M) { store_four(at + row.N, n, y1); }
  if (m + 2 < M) { store_four(at + 2 * row.N, n, y2); }
  if (m + 3 < M) { store_four(at + 3 * row.N, n, y3); }
}
