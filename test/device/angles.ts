/**
 * Sines of any f64, by exact arithmetic on whole numbers: nothing that a kernel or an engine does is relied on but the
 * sine of angles below pi / 4.
 *
 * @module
 */

const DIGITS = 1300n;
/** pi 2^DIGITS (Machin 1706). */
const PI = 4n * (4n * inverseTangent(5n) - inverseTangent(239n)) >> 64n;

/** atan(1 / n) 2^(DIGITS + 64). */
function inverseTangent(n: bigint): bigint {
  let power = (1n << DIGITS + 64n) / n;
  let sum = 0n;
  for (let k = 1n; power > 0n; k += 2n, power /= n * n) sum += k % 4n === 1n ? power / k : -(power / k);
  return sum;
}

/** x as a whole number times 2^-1074. */
function whole(x: number): bigint {
  const bits = new BigUint64Array(new Float64Array([Math.abs(x)]).buffer)[0];
  const exponent = bits >> 52n;
  const significand = exponent === 0n ? bits : (bits & (1n << 52n) - 1n) + (1n << 52n);
  return significand << (exponent === 0n ? 0n : exponent - 1n);
}

/** sin(x + quarters pi / 2) */
function turned(x: number, quarters: number): number {
  if (!Number.isFinite(x)) return NaN;
  if (Math.abs(x) < 0.78) return quarters === 0 ? Math.sin(x) : Math.cos(x);
  const size = whole(x) << DIGITS - 1074n; // times 2^DIGITS
  const half = PI / 2n;
  const quarter = (size + half / 2n) / half;
  const rest = size - quarter * half;
  // the leading digits, and what they count
  const shift = Math.max(rest.toString(2).length - 64, 0);
  const r = Number(rest >> BigInt(shift)) * 2 ** (shift - 650) * 2 ** -650;
  const turns = Number((x < 0 ? -quarter : quarter) % 4n) + quarters + 8;
  const angle = x < 0 ? -r : r;
  const y = turns % 2 === 1 ? Math.cos(angle) : Math.sin(angle);
  return turns % 4 >= 2 ? -y : y;
}

/** sin x */
export function sine(x: number): number {
  return turned(x, 0);
}

/** cos x */
export function cosine(x: number): number {
  return turned(x, 1);
}
