/**
 * The exponential of what is not positive, from IEEE additions, multiplications and divisions alone:
 * ECMAScript leaves the last bits of Math.exp to the engine, and one build must draw the same token for the
 * same logits in all of them.
 *
 * Source: the reduction and rational approximation of FreeBSD's fdlibm `e_exp.c` (Sun Microsystems, 1993;
 * error under 1 ulp).
 *
 * @module
 */

const LOG2_E = 1.4426950408889634;
/** ln 2 in two parts; the upper one has 32 trailing zero bits, so that k * LN2_HIGH is exact. */
const LN2_HIGH = 6.93147180369123816490e-01;
const LN2_LOW = 1.90821492927058770002e-10;
const P1 = 1.66666666666666019037e-01;
const P2 = -2.77777777770155933842e-03;
const P3 = 6.61375632143793436117e-05;
const P4 = -1.65339022054652515390e-06;
const P5 = 4.13813679705723846039e-08;

/** Below it e^x, soon subnormal, counts as 0. */
const UNDERFLOW = -708;
/** halves[k] = 2^-k, as far as k goes before UNDERFLOW. */
const halves = new Float64Array(1023);
halves[0] = 1;
for (let k = 1; k < halves.length; k++) halves[k] = halves[k - 1] / 2;

/** e^x for x <= 0 (NaN for NaN), 0 below -708: the same bits on every runtime. */
export function expNonPositive(x: number): number {
  if (x < UNDERFLOW) return 0;
  // x = high - low - k ln 2 with |high - low| <= ln 2 / 2.
  const k = (0.5 - x * LOG2_E) | 0;
  const high = x + k * LN2_HIGH, low = -k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c = r - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  return (1 - (low - (r * c) / (2 - c) - high)) * halves[k];
}
