// Checked memory accesses of the debug build: the build wraps the address of every load and store of a kernel
// in `checked`, which asserts that the bytes lie within one operand of the running row.
//
//   512: count | 516: count pairs (first address, end address), written by the host before each row

const RANGES: usize = 512;

/** Asserts that `address + offset .. + bytes` lies in a range of the running row; gives back `address`. */
export function checked(address: usize, offset: usize, bytes: usize): usize {
  const first = address + offset;
  const count = load<u32>(RANGES);
  let inside = false;
  for (let i: usize = 0; i < count; i++) {
    const range = RANGES + 4 + (i << 3);
    if (first >= load<u32>(range) && first + bytes <= load<u32>(range, 4)) inside = true;
  }
  assert(inside, "access outside the operands of the row");
  return address;
}
