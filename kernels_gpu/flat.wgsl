// Rows over contiguous operands: BODY is what a thread does with element i of TOTAL. The row's entry gives both.

const THREADS = 256;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let total = TOTAL;
  for (var i = i32(id.x); i < total; i += i32(groups.x) * THREADS) {
    BODY
  }
}
