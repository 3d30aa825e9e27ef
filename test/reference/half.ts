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

/** The nearest f16 of a number that is a float32, ties to even. */
export function numberToHalf(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (Number.isNaN(x)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, size === 0 ? -14 : Math.floor(Math.log2(size)));
  const units = roundHalfEven(size / 2 ** (exponent - 10)); // 1024 .. 2048 where normal; a carry runs on
  return sign | (exponent + 14) * 1024 + units;
}

/** The nearest bf16 of a number that is a float32, ties to even. */
export function numberToBrain(x: number): number {
  if (Number.isNaN(x)) return 0x7fc0;
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, x);
  const sign = view.getUint16(0) & 0x8000;
  return sign | roundHalfEven((view.getUint32(0) & 0x7fffffff) / 65536);
}

function roundHalfEven(x: number): number {
  const [low, rest] = [Math.floor(x), x - Math.floor(x)];
  return rest > 0.5 || rest === 0.5 && low % 2 === 1 ? low + 1 : low;
}
