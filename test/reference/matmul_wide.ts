/**
 * Oracles of the matmul of f64 and of integers.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { products, reference, terms } from "./matmul_f32.ts";
import { type Case, type Expected, longs, type OperandValue, type Reference } from "./reference.ts";

export const matmul_f64: Reference = reference(
  (random, count) => Float64Array.from(random.floats(count)),
  (v) => v,
  Float64Array,
);

/** Sums that wrap around at so many bits. */
function whole(
  bits: number,
  draw: (random: Random, count: number) => OperandValue,
  into: (count: number) => OperandValue,
): Reference {
  return {
    cases: (random) => products(random, [draw, draw], into),
    oracle(call: Case): Expected[] {
      const [a, b] = call.operands.map((v) => Array.from(v as Int32Array, BigInt));
      const values = terms(call).map((places) => {
        const sum = BigInt.asIntN(bits, places.reduce((sum, [p, q]) => sum + a[p] * b[q], 0n));
        return bits === 64 ? sum : Number(sum);
      });
      return [{ operand: 2, values }];
    },
  };
}

const integers = (random: Random, n: number) => random.ints(n, -(2 ** 31), 2 ** 31 - 1);

export const matmul_i32: Reference = whole(32, integers, (n) => new Int32Array(n));
export const matmul_i64: Reference = whole(
  64,
  (random, n) => longs(BigInt64Array.from(integers(random, n), (v) => BigInt(v) * 2n ** 20n + 1n)),
  (n) => longs(new BigInt64Array(n)),
);
