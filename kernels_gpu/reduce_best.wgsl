// y[r] = the first largest x[r, c] (or smallest), or its index; NaN counts as the largest (smallest). A workgroup a row.
// Values are ranked as integers, which orders NaN and subnormals alike on every GPU.

override smallest: bool = false;
override as_index: bool = false;

var<workgroup> lane_ranks: array<i32, LANES>;
var<workgroup> lane_indices: array<i32, LANES>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  for (var r = i32(group.x); r < cell_R(); r += i32(groups.x)) {
    var best = i32(-0x80000000);
    var index = row.C;
    for (var c = i32(lane); c < row.C; c += i32(LANES)) {
      let x = load_x(r * row.C + c);
      let value = rank(select(x, flip(x), smallest));
      if (value > best) {
        best = value;
        index = c;
      }
    }
    lane_ranks[lane] = best;
    lane_indices[lane] = index;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (lane < half) {
        let other = lane_ranks[lane + half];
        let earlier = lane_indices[lane + half] < lane_indices[lane];
        if (other > lane_ranks[lane] || (other == lane_ranks[lane] && earlier)) {
          lane_ranks[lane] = other;
          lane_indices[lane] = lane_indices[lane + half];
        }
      }
    }
    if (lane == 0u) {
      let first = lane_indices[0];
      store_bits_y(r, select(load_bits_x(r * row.C + first), u32(first), as_index));
    }
    workgroupBarrier();
  }
}
