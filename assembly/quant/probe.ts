// What the relaxed dot product of this machine does with a second operand whose top bit is set. Not a kernel:
// the host asks once and gives the answer to the matmul_*_q8 rows (src/quant/dot.ts names the outcomes).

/**
 * -128 * -127 four times, plus 1: 65025 where both operands are signed (ARM sdot, AVX-VNNI-INT8), -66047 where
 * the second is unsigned (AVX-VNNI), -65535 where pairs saturate on their way (pmaddubsw); 0 in the plain build.
 */
export function probe_dot(): i32 {
  if (!ASC_FEATURE_RELAXED_SIMD) return 0;
  const sum = i32x4.relaxed_dot_i8x16_i7x16_add_s(i8x16.splat(-128), i8x16.splat(-127), i32x4.splat(1));
  return i32x4.extract_lane(sum, 0);
}
