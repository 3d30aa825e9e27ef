// The first index outside 0 .. limit - 1 that is not `except`: fault = (site, its place, its value) where fault[0] is 0. One workgroup.

const THREADS = 256;

var<workgroup> sh_first: atomic<i32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32) {
  let count = cell_N();
  if (thread == 0u) { atomicStore(&sh_first, count); }
  workgroupBarrier();
  for (var n = i32(thread); n < count; n += THREADS) {
    let value = load_index(n);
    if ((value < 0 || value >= row.limit) && value != row.except) {
      atomicMin(&sh_first, n);
      break;
    }
  }
  workgroupBarrier();
  let first = atomicLoad(&sh_first);
  if (thread == 0u && first < count && load_fault(0) == 0) {
    store_fault(0, row.site);
    store_fault(1, first);
    store_fault(2, load_index(first));
  }
}
