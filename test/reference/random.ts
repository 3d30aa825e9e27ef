/**
 * Oracles of random numbers, on the host's Philox.
 *
 * @module
 */
import { philox4x32 } from "../../src/tensor/philox.ts";
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

/** The words of the elements of draw n. */
export function words(length: number, n: number, key0: number, key1: number): Uint32Array {
  const four = new Uint32Array(4);
  return Uint32Array.from({ length }, (_, i) => {
    if (i % 4 === 0) philox4x32(i / 4, n, 0, 0, key0, key1, four);
    return four[i % 4];
  });
}

/** u of the elements of draw n. */
export function units(length: number, n: number, key0: number, key1: number): Float64Array {
  return Float64Array.from(words(length, n, key0, key1), (word) => (word >>> 8) / 2 ** 24);
}

const shapes = [[0, 3], [1, 1], [1, 3], [2, 2], [1, 5], [3, 67]];

function* calls(random: Random, settings: number[][]): Generator<Case> {
  for (const [T, C] of shapes) {
    for (const numbers of settings) {
      const [key0, key1, n] = random.ints(3, -(2 ** 31), 2 ** 31 - 1);
      yield {
        label: `${T}x${C} [${numbers}]`,
        operands: [],
        params: [C, key0, key1, ...numbers],
        cells: [T, n],
      };
    }
  }
}

/** Oracle of a row without inputs: f of u, which must go to whole fours. */
function draws(settings: number[][], f: (u: Float64Array, p: number, q: number) => Float64Array): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const call of calls(random, settings)) {
        yield { ...call, operands: [new Float32Array(call.cells[0] * call.params[0])] };
      }
    },
    oracle({ operands: [y], params: [, key0, key1, ...numbers], cells: [, n] }: Case): Expected[] {
      const [p, q] = numbers.map(Math.fround), length = y!.length;
      return [{
        operand: 0,
        values: f(units(Math.ceil(length / 4) * 4, n, key0, key1), p, q).slice(0, length),
      }];
    },
  };
}

export const random_uniform_f32: Reference = draws(
  [[0, 1], [-2, 3]],
  (u, low, high) => u.map((v) => low + (high - low) * v),
);

/** The angle, up to 2 pi, is rounded to f32 (by 2^-22, and as much again in 2 pi): an error of r / 4 tolerances. */
export const random_normal_f32: Reference = (() => {
  const radius = (u: Float64Array, i: number) => Math.sqrt(-2 * Math.log(u[i - i % 2] + 2 ** -24));
  const normal = draws([[0, 1], [0.5, 2]], (u, mean, deviation) =>
    u.map((_, i) => {
      const angle = 2 * Math.PI * u[i - i % 2 + 1];
      return mean + deviation * radius(u, i) * (i % 2 ? Math.sin(angle) : Math.cos(angle));
    }));
  const oracle = (call: Case): Expected[] => {
    const { operands: [y], params: [, key0, key1, , deviation], cells: [, n] } = call;
    const u = units(Math.ceil(y!.length / 4) * 4, n, key0, key1);
    return normal.oracle(call).map((expected) => ({
      ...expected,
      scale: Array.from(
        expected.values,
        (v, i) => 1 + Math.abs(Number(v)) + Math.fround(deviation) * radius(u, i) / 4,
      ),
    }));
  };
  return { cases: normal.cases, oracle };
})();

export const random_integer_i32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const call of calls(random, [[0, 1], [-5, 6], [-(2 ** 31), 2 ** 32 - 1], [2 ** 31 - 8, 7]])) {
      yield { ...call, operands: [new Int32Array(call.cells[0] * call.params[0])] };
    }
  },
  oracle({ operands: [y], params: [, key0, key1, low, range], cells: [, n] }: Case): Expected[] {
    const drawn = words(y!.length, n, key0, key1);
    const values = Array.from(drawn, (w) => low + Number((BigInt(w) * BigInt(range >>> 0)) >> 32n));
    return [{ operand: 0, values }];
  },
};

export const dropout_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const call of calls(random, [[0], [0.1], [0.5], [1]])) {
      const x = random.floats(call.cells[0] * call.params[0]);
      yield { ...call, operands: [x, new Float32Array(x.length)] };
      yield { ...call, label: `${call.label} in place`, operands: [x, x], shared: [[1, 0]] };
    }
  },
  oracle({ operands: [x], params: [, key0, key1, rate], cells: [, n] }: Case): Expected[] {
    const p = Math.fround(rate), u = units(x!.length, n, key0, key1);
    return [{ operand: 1, values: u.map((v, i) => v >= p ? x![i] / (1 - p) : 0) }];
  },
};
