/**
 * Activation blocks ("q8"), which `quantize_q8` makes and the matmul_*_q8 rows take: 48 bytes for 32 values,
 *
 *   { f32 d; i32 sum of q[0 .. 31]; i32 sum of q[0 .. 15]; i32 sum of q[16 .. 31]; i8 q[32] },   value = d q
 *
 * The sums let a weight's constant offset be added once a block.
 *
 * @module
 */

/** Values in an activation block. */
export const Q8_VALUES = 32;

/** Bytes of an activation block. */
export const Q8_BYTES = 48;

/** Bytes of `rows` rows of `columns` activations; `columns` must be a multiple of 32. */
export function q8Bytes(rows: number, columns: number): number {
  return rows * columns / Q8_VALUES * Q8_BYTES;
}
