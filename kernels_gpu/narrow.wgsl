// Rounding to 16 bits, ties to even, by integers: no GPU takes a subnormal for 0 then.

/// The nearest f16 to the f32 of `bits`.
fn half_bits(bits: u32) -> u32 {
  let sign = (bits >> 16u) & 0x8000u;
  let size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) { return sign | 0x7e00u; }
  if (size >= 0x477ff000u) { return sign | 0x7c00u; } // from 65520 on
  if (size <= 0x33000000u) { return sign; } // to 2^-25, half the smallest
  if (size >= 0x38800000u) { // 2^-14: normal
    let rebased = size - 0x38000000u;
    return sign | ((rebased + 0xfffu + ((rebased >> 13u) & 1u)) >> 13u);
  }
  let shift = 126u - (size >> 23u); // 14 .. 24: to multiples of 2^-24
  let significand = (size & 0x7fffffu) | 0x800000u;
  let kept = significand >> shift;
  let rest = significand & ((1u << shift) - 1u);
  let half = 1u << (shift - 1u);
  return sign | (kept + select(0u, 1u, rest > half || (rest == half && (kept & 1u) == 1u)));
}

/// The nearest bf16.
fn brain_bits(bits: u32) -> u32 {
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return (bits >> 16u) | 0x40u; }
  return (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
}
