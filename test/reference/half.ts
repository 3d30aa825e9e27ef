/**
 * 16-bit floats in plain arithmetic.
 *
 * @module
 */

/** The value of an f16. */
export function halfToNumber(h: number): number {
  const [sign, exponent, mantissa] = [h & 0x8000 ? -1 : 1, h >> 10 & 31, h & 1023];
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}

/** The value of a bf16. */
export function brainToNumber(h: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, h);
  return view.getFloat32(0);
}

/** The value of an f8e4m3 (OCP e4m3fn: no infinities). */
export function eighthToNumber(h: number): number {
  const [sign, exponent, mantissa] = [h & 0x80 ? -1 : 1, h >> 3 & 15, h & 7];
  if (exponent === 15 && mantissa === 7) return NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -9 : (8 + mantissa) * 2 ** (exponent - 10));
}
