// conv2d_backward_weight_f32: a workgroup a weight, its lanes over the pixels of dy.

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32
) {
  let inner = row.C / row.groups;
  let pixels = row.Ho * row.Wo;
  for (var i = i32(group.x); i < row.O * inner * row.kh * row.kw; i += i32(groups.x)) {
    let s = i % row.kw;
    let r = i / row.kw % row.kh;
    let c = i / row.kw / row.kh % inner;
    let o = i / row.kw / row.kh / inner;
    let channel = o / (row.O / row.groups) * inner + c;
    var part = 0.0;
    for (var p = i32(lane); p < cell_B() * pixels; p += i32(LANES)) {
      let b = p / pixels;
      let h = p % pixels / row.Wo * row.strideH - row.paddingH + r * row.dilationH;
      let w = p % row.Wo * row.strideW - row.paddingW + s * row.dilationW;
      if (h < 0 || h >= row.H || w < 0 || w >= row.W) { continue; }
      let x = load_x(((b * row.C + channel) * row.H + h) * row.W + w);
      part += x * load_dy((b * row.O + o) * pixels + p % pixels);
    }
    let dw = sum_of_lanes(part, lane);
    if (lane == 0u) { store_dw(i, dw); }
  }
}
