// The words of a row. A kernel's `args` points at 32-bit words in linear memory, in the table's order:
//
//   operand addresses | scratch address, bytes per part (where the row has scratch) | parameters | cells
//
// An absent optional operand is address 0. A cell's word is the address of its value; an eager call points
// it into the row itself, so a kernel never knows the difference.

/** Word `i`, as an address (unsigned: memory may pass 2 GiB). */
// @ts-ignore: decorator
@inline
export function pointer(args: usize, i: usize): usize {
  return load<u32>(args + (i << 2));
}

/** Word `i`, as an integer parameter. */
// @ts-ignore: decorator
@inline
export function integer(args: usize, i: usize): i32 {
  return load<i32>(args + (i << 2));
}

/** Word `i`, as a real parameter. */
// @ts-ignore: decorator
@inline
export function real(args: usize, i: usize): f32 {
  return load<f32>(args + (i << 2));
}

/** Words `i` and `i + 1`, low first, as the bits of an eight-byte parameter. */
// @ts-ignore: decorator
@inline
export function wide(args: usize, i: usize): u64 {
  return load<u64>(args + (i << 2));
}

/** The integer in the cell that word `i` points at. */
// @ts-ignore: decorator
@inline
export function cell(args: usize, i: usize): i32 {
  return load<i32>(pointer(args, i));
}

/** The real in the cell that word `i` points at. */
// @ts-ignore: decorator
@inline
export function realCell(args: usize, i: usize): f32 {
  return load<f32>(pointer(args, i));
}

/** Where `part` of `parts` begins in 0 .. n; it ends where the next one begins. */
// @ts-ignore: decorator
@inline
export function share(n: i32, part: i32, parts: i32): i32 {
  return <i32> (<i64> n * <i64> part / <i64> parts);
}
