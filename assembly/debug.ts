// Checked memory accesses of the debug build: the build wraps the address of every load and store of a kernel
// in `assert(checked(...))`, so that an access outside the running row's operands aborts with the kernel's own file
// and line.
//
//   512: count | 516: count pairs (first address, end address), written by the host before each row

const RANGES: usize = 512;

/** `address` where `address + offset .. + bytes` lies in a range of the running row, else 0. */
export function checked(address: usize, offset: usize, bytes: usize): usize {
  const first = address + offset;
  const count = load<u32>(RANGES);
  for (let i: usize = 0; i < count; i++) {
    const range = RANGES + 4 + (i << 3);
    if (first >= load<u32>(range) && first + bytes <= load<u32>(range, 4)) return address;
  }
  return 0;
}
