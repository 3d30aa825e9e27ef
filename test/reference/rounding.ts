/**
 * Oracles of rounding that divides or cuts off, of f32.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { binary, unary } from "./elementwise.ts";
import { floorDiv, remainder } from "./elementwise_wide.ts";
import type { Case, Reference } from "./reference.ts";

/** Oracle of f(a, b), also of whole multiples of b, their neighbours, and quotients about 2^28. */
function divided(f: (a: number, b: number) => number): Reference {
  const own = binary(f);
  return {
    *cases(random: Random): Generator<Case> {
      yield* own.cases(random);
      const n = 203;
      const b = random.floats(n, 3);
      const a = Float32Array.from(b, (v) => {
        const multiple = Math.fround(v * random.integer(-9, 9)) *
          random.pick([1, 1, 2 ** 24, 2 ** 27, 2 ** 60]);
        return multiple * (1 + random.integer(-1, 1) * 2 ** -23);
      });
      const call = { params: [1, 1, n, 0, 0, 0, 1, 0, 0, 0, 1], cells: [1] };
      yield { ...call, label: "near multiples", operands: [a, b, new Float32Array(n)] };
    },
    oracle: own.oracle,
  };
}

const halves = (random: Random, length: number) =>
  Float32Array.from(random.ints(length, -9, 9), (v) => v / 2);

export const trunc_f32: Reference = unary(Math.trunc, { draw: halves });
export const floor_div_f32: Reference = divided(floorDiv);
export const remainder_f32: Reference = divided(remainder);
