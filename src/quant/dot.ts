/**
 * What a machine's relaxed dot product does, found once by `probe_dot` and given to the matmul_*_q8 rows as `dot`.
 *
 * @module
 */

/** How integer products are summed: two at a time, or four with an unsigned or a signed second operand. */
export const Dot = { pairs: 0, unsigned: 1, signed: 2 } as const;

/** One of {@linkcode Dot}. */
export type Dot = (typeof Dot)[keyof typeof Dot];

/**
 * The fastest mechanism that is exact on a machine whose `probe_dot()` gave `probe`
 * (-128 * -127 * 4 + 1, the second operand's top bit being the machine's choice).
 */
export function dotOf(probe: number): Dot {
  if (probe === -66047) return Dot.unsigned;
  if (probe === 65025) return Dot.signed;
  return Dot.pairs;
}
