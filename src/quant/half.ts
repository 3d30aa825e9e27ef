/**
 * IEEE 754 half precision.
 *
 * @module
 */

/** The value of the half with these 16 bits. */
export function halfValue(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The half at byte `at`, little-endian. */
export function halfAt(view: DataView, at: number): number {
  return halfValue(view.getUint16(at, true));
}
