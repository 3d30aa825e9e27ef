/**
 * Oracles of reductions beside those of f32 over the last dimension: products, norms, variances, integers, bytes, and
 * reductions over the middle.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

type Column = readonly number[];
type Elements = Float32Array | Int32Array | Uint32Array | Uint8Array;
type Make = (length: number) => Elements;
type Draw = (random: Random, length: number) => Elements;

/** How a column is folded, what its error is relative to, and whether nothing can be folded. */
interface Fold {
  readonly of: (column: Column, ...params: number[]) => number;
  readonly scale?: (column: Column, ...params: number[]) => number;
  readonly empty?: boolean;
}

const sum = (column: Column): number => column.reduce((a, b) => a + b, 0);
const size = (column: Column): number => sum(column.map(Math.abs));
const wrapped = (f: (a: number, b: number) => number, start: number) => (column: Column): number =>
  column.reduce((a, b) => f(a, b) | 0, start);
const extreme = (f: (...values: number[]) => number) => (column: Column): number =>
  column.reduce((a, b) => f(a, b));
const product = (column: Column): number => column.reduce((a, b) => a * b, 1);
const norm = (column: Column): number => Math.sqrt(sum(column.map((v) => v * v)));
const variance = (column: Column, correction: number): number => {
  const mean = sum(column) / column.length;
  return sum(column.map((v) => (v - mean) ** 2)) / Math.max(0, column.length - correction);
};
const relative = (of: Fold["of"]): Fold => ({
  of,
  scale: (...given) => Math.abs(of(...given)) + 1e-38,
  empty: true,
});

const sums: Fold = { of: sum, scale: size, empty: true };
const means: Fold = {
  of: (column) => sum(column) / column.length,
  scale: (column) => size(column) / column.length,
  empty: true,
};
const integerSums: Fold = { of: wrapped((a, b) => a + b, 0), empty: true };
const integerProducts: Fold = { of: wrapped(Math.imul, 1), empty: true };
const largest: Fold = { of: extreme(Math.max) };
const smallest: Fold = { of: extreme(Math.min) };

const floats: Draw = (random, n) => random.floats(n, 2);
/** With NaN and infinities here and there. */
const holes: Draw = (random, n) =>
  random.floats(n).map((v) => random.next() < 0.02 ? random.pick([NaN, Infinity, -Infinity]) : v);
/** About 10^6, where sums of squares cancel and a mean is rounded to sixteenths. */
const far: Draw = (random, n) => random.floats(n).map((v) => v + 1e6);
/** About 1, so that long products neither vanish nor overflow. */
const factors: Draw = (random, n) => random.floats(n).map((v) => 1 + v / 8);
const integers: Draw = (random, n) => random.ints(n, -0x80000000, 0x7fffffff);
const naturals: Draw = (random, n) => Uint32Array.from(integers(random, n));
const few: Draw = (random, n) => random.ints(n, -2, 2);
const truths: Draw = (random, n) => Uint8Array.from(random.ints(n, 0, 5), (v) => [0, 1, 255, 7, 1, 1][v]);
const ones: Draw = (random, n) =>
  Uint8Array.from({ length: n }, (_, i) => i === 40 ? random.integer(0, 1) : 255);
const Float: Make = (n) => new Float32Array(n);
const Integer: Make = (n) => new Int32Array(n);
const Natural: Make = (n) => new Uint32Array(n);
const Byte: Make = (n) => new Uint8Array(n);

/** x [R, C]. */
function last(
  fold: Fold,
  draws: readonly Draw[],
  into: Make,
  more: readonly (readonly number[])[] = [[]],
): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const C of [...(fold.empty ? [0] : []), 1, 3, 4, 5, 15, 16, 17, 33, 500, 511, 512, 513, 1100]) {
        for (const draw of draws) {
          for (const rest of more) {
            const R = C > 20 ? 3 : random.integer(0, 4);
            const x = draw(random, R * C);
            yield { label: `${R}x${C} ${rest}`, operands: [x, into(R)], params: [C, ...rest], cells: [R] };
          }
        }
      }
      const special = Float32Array.of(1, Infinity, 2, -Infinity, NaN, 5, 0, -0, Infinity, 3, 0, 3);
      if (into(0) instanceof Float32Array) {
        yield { label: "special", operands: [special, into(4)], params: [3, ...more[0]], cells: [4] };
      }
    },
    oracle({ operands: [x], params: [C, ...rest], cells: [R] }: Case): Expected[] {
      const columns = Array.from({ length: R }, (_, r) => Array.from(x!.subarray(r * C, (r + 1) * C)));
      return [expected(fold, columns, rest)];
    },
  };
}

/** x [O, N, I]. */
function middle(fold: Fold, draws: readonly Draw[], into: Make): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      const sizes = [[0, 3, 2], [2, 3, 0], [1, 1, 1], [2, 7, 1], [3, 8, 3], [1, 9, 4], [2, 16, 5], [
        1,
        25,
        17,
      ]];
      const tiles = [[1, 3, 1023], [2, 1, 1024], [1, 9, 1029], [1, 1, 2050], [1, 300, 6]];
      for (const [O, N, I] of [...sizes, ...tiles, ...(fold.empty ? [[2, 0, 3]] : [])]) {
        for (const draw of draws) {
          const x = draw(random, O * N * I);
          yield { label: `${O}x${N}x${I}`, operands: [x, into(O * I)], params: [N, I], cells: [O] };
        }
      }
      const special = Float32Array.of(1, Infinity, 2, NaN, -Infinity, 5, 0, -0, Infinity, 3);
      if (into(0) instanceof Float32Array) {
        yield { label: "special", operands: [special, into(5)], params: [2, 5], cells: [1] };
      }
    },
    oracle({ operands: [x], params: [N, I], cells: [O] }: Case): Expected[] {
      const column = (o: number, i: number) => Array.from({ length: N }, (_, n) => x![(o * N + n) * I + i]);
      return [expected(fold, Array.from({ length: O * I }, (_, e) => column(Math.floor(e / I), e % I)), [])];
    },
  };
}

function expected({ of, scale }: Fold, columns: readonly Column[], rest: readonly number[]): Expected {
  return {
    operand: 1,
    values: columns.map((c) => of(c, ...rest)),
    ...(scale ? { scale: columns.map((c) => scale(c, ...rest)) } : {}),
  };
}

export const prod_f32: Reference = last(relative(product), [factors], Float);
/** Whose squares, as f32, are infinite, or 0. */
const great: Draw = (random, n) => random.floats(n).map((v) => v * 1e25);
const tiny: Draw = (random, n) => random.floats(n).map((v) => v * 1e-25);
const equals: Draw = (random, n) => new Float32Array(n).fill(random.normal());
export const norm_f32: Reference = last(relative(norm), [floats, far, great, tiny, equals], Float);
export const sum_abs_f32: Reference = last(relative(size), [floats, far, equals], Float);
export const var_f32: Reference = last(relative(variance), [floats, far], Float, [[0], [1], [1.5], [3]]);
export const sum_i32: Reference = last(integerSums, [integers], Integer);
export const prod_i32: Reference = last(integerProducts, [integers, few], Integer);
export const max_i32: Reference = last(largest, [integers, few], Integer);
export const min_i32: Reference = last(smallest, [integers, few], Integer);
export const argmax_i32: Reference = last({ of: (c) => c.indexOf(largest.of(c)) }, [integers, few], Integer);
export const argmin_i32: Reference = last({ of: (c) => c.indexOf(smallest.of(c)) }, [integers, few], Integer);

export const max_u32: Reference = last(largest, [naturals], Natural);
export const min_u32: Reference = last(smallest, [naturals], Natural);
export const argmax_u32: Reference = last({ of: (c) => c.indexOf(largest.of(c)) }, [naturals], Integer);
export const argmin_u32: Reference = last({ of: (c) => c.indexOf(smallest.of(c)) }, [naturals], Integer);

export const count_u8: Reference = last({ of: (c) => c.filter((v) => v !== 0).length, empty: true }, [
  truths,
  ones,
], Integer);
export const any_u8: Reference = last({ of: (c) => Number(c.some((v) => v !== 0)), empty: true }, [
  truths,
  (_, n) => new Uint8Array(n),
  (_, n) => Uint8Array.from({ length: n }, (_, i) => i === n - 1 ? 4 : 0),
], Byte);
export const all_u8: Reference = last({ of: (c) => Number(c.every((v) => v !== 0)), empty: true }, [
  truths,
  ones,
  (_, n) => Uint8Array.from({ length: n }, (_, i) => i === n - 1 ? 0 : 1),
], Byte);

export const sum_middle_f32: Reference = middle(sums, [floats, holes], Float);
export const mean_middle_f32: Reference = middle(means, [floats], Float);
export const prod_middle_f32: Reference = middle(relative(product), [factors], Float);
export const norm_middle_f32: Reference = middle(relative(norm), [floats], Float);
export const sum_abs_middle_f32: Reference = middle(relative(size), [floats, holes], Float);
export const max_middle_f32: Reference = middle(largest, [floats, holes], Float);
export const min_middle_f32: Reference = middle(smallest, [floats, holes], Float);
export const sum_middle_i32: Reference = middle(integerSums, [integers], Integer);
export const prod_middle_i32: Reference = middle(integerProducts, [integers], Integer);
export const max_middle_i32: Reference = middle(largest, [integers], Integer);
export const min_middle_i32: Reference = middle(smallest, [integers], Integer);
export const max_middle_u32: Reference = middle(largest, [naturals], Natural);
export const min_middle_u32: Reference = middle(smallest, [naturals], Natural);
