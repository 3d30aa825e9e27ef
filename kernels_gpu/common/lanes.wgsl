// What the lanes of a workgroup find out together. Sums are added in a tree that depends on the lane alone, so a row's
// bits are the same in any company.

const LANES = 128u;
/// Elements of a row whose sum a lane carries by itself before it joins the others: 64 in each lane.
const RUN = 8192;
var<workgroup> lane_values: array<f32, LANES>;

/// The sum of every lane's value.
fn sum_of_lanes(value: f32, lane: u32) -> f32 {
  workgroupBarrier(); // whoever read the last result is done
  lane_values[lane] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { lane_values[lane] += lane_values[lane + half]; }
  }
  workgroupBarrier();
  return lane_values[0];
}

/// The largest of every lane's value; which one where some are NaN is open.
fn largest_of_lanes(value: f32, lane: u32) -> f32 {
  workgroupBarrier();
  lane_values[lane] = value;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { lane_values[lane] = max(lane_values[lane], lane_values[lane + half]); }
  }
  workgroupBarrier();
  return lane_values[0];
}
