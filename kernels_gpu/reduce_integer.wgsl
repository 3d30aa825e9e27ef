// Folds of integers over the last dimension: y[r] = fold over c of x[r, c]; a workgroup a row. The row's entry gives
// the type VALUE, START, which adds nothing, and FOLD, an expression of a and b whose order does not matter.

var<workgroup> lane_folds: array<VALUE, LANES>;

fn folded(a: VALUE, b: VALUE) -> VALUE { return FOLD; }

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    var part = VALUE(START);
    for (var c = i32(lane); c < row.C; c += i32(LANES)) { part = folded(part, load_x(r * row.C + c)); }
    lane_folds[lane] = part;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (lane < half) { lane_folds[lane] = folded(lane_folds[lane], lane_folds[lane + half]); }
    }
    if (lane == 0u) { store_y(r, lane_folds[0]); }
    workgroupBarrier();
  }
}
