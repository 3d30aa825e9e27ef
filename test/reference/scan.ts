/**
 * Oracles of scans along the middle of [O, N, I].
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";

export type Elements = Exclude<OperandValue, null>;
type Column = readonly number[];
export type Draw = (random: Random, length: number) => Elements;

/** O, N, I */
export const SIZES: readonly (readonly number[])[] = [
  [0, 3, 2],
  [2, 0, 3],
  [2, 3, 0],
  [1, 1, 1],
  [2, 7, 1],
  [3, 4, 3],
  [1, 9, 5],
  [1, 3, 1029],
  [
    1,
    100,
    2,
  ],
];

/** f of each column of the operands [O, N, I] (or [O, I]: one number), as [O, N, I]. */
function byColumn(
  operands: readonly OperandValue[],
  [O, N, I]: readonly number[],
  f: (...columns: Column[]) => Column,
): Float64Array {
  const values = new Float64Array(O * N * I);
  for (let o = 0; o < O; o++) {
    for (let i = 0; i < I; i++) {
      const columns = operands.map((x) => {
        const length = x!.length === O * N * I ? N : 1;
        return Array.from({ length }, (_, n) => x![(o * length + n) * I + i]);
      });
      f(...columns).forEach((v, n) => values[(o * N + n) * I + i] = v);
    }
  }
  return values;
}

/** What f makes of the elements so far. */
export const running = (f: (a: number, b: number) => number, start: number) => (column: Column): Column => {
  let carried = start;
  return column.map((v) => carried = f(carried, v));
};

export function scan(
  f: (column: Column) => Column,
  draw: Draw,
  scale?: (column: Column) => Column,
): Reference {
  const turned = (f: (column: Column) => Column, reverse: number) => (column: Column): Column =>
    reverse ? f(column.toReversed()).toReversed() : f(column);
  return {
    *cases(random: Random): Generator<Case> {
      for (const [O, N, I] of SIZES) {
        for (const reverse of [0, 1]) {
          const x = draw(random, O * N * I);
          const call = { label: `${O}x${N}x${I} ${reverse}`, params: [N, I, reverse], cells: [O] };
          yield { ...call, operands: [x, new (x.constructor as typeof Float32Array)(x.length)] };
          if (N < 5) yield { ...call, label: `${call.label} in place`, operands: [x, x], shared: [[1, 0]] };
        }
      }
    },
    oracle({ operands: [x], params: [N, I, reverse], cells: [O] }: Case): Expected[] {
      const of = (f: (column: Column) => Column) => byColumn([x], [O, N, I], turned(f, reverse));
      return [{ operand: 1, values: of(f), ...(scale ? { scale: of(scale) } : {}) }];
    },
  };
}

export const floats: Draw = (random, n) => random.floats(n);
const integers: Draw = (random, n) => random.ints(n, -0x80000000, 0x7fffffff);
/** About 1 in size, some of them 0. */
export const factors: Draw = (random, n) =>
  random.floats(n).map((v) => random.next() < 0.1 ? 0 : Math.sign(v) * (1 + v / 8));

export const cumsum_f32: Reference = scan(
  running((a, b) => a + b, 0),
  floats,
  running((a, b) => a + Math.abs(b), 0),
);
export const cumprod_f32: Reference = scan(running((a, b) => a * b, 1), factors);
export const cumsum_i32: Reference = scan(running((a, b) => a + b | 0, 0), integers);
export const cumprod_i32: Reference = scan(running(Math.imul, 1), integers);

/** The best so far and where it stands; NaN is better than all, and of equals the last. */
export function best(takes: (v: number, best: number) => boolean, draws: readonly Draw[]): Reference {
  const places = (column: Column): Column => {
    let at = 0;
    return column.map((v, n) => at = Number.isNaN(v) || takes(v, column[at]) ? n : at);
  };
  return {
    *cases(random: Random): Generator<Case> {
      for (const [O, N, I] of SIZES) {
        for (const draw of draws) {
          const x = draw(random, O * N * I);
          const operands = [x, x.slice(), new Int32Array(x.length)];
          yield { label: `${O}x${N}x${I}`, operands, params: [N, I], cells: [O] };
        }
      }
    },
    oracle({ operands: [x], params: [N, I], cells: [O] }: Case): Expected[] {
      const indices = byColumn([x], [O, N, I], places);
      return [
        { operand: 1, values: byColumn([x], [O, N, I], (column) => places(column).map((n) => column[n])) },
        { operand: 2, values: indices },
      ];
    },
  };
}

export const largest = (v: number, best: number): boolean => v >= best;
export const smallest = (v: number, best: number): boolean => v <= best;
export const ties: Draw = (random, n) =>
  Float32Array.from({ length: n }, () => random.pick([-2, -1, -0, 0, 1, 2]));
export const special: Draw = (random, n) =>
  floats(random, n).map((v) => random.next() < 0.1 ? random.pick([NaN, Infinity, -Infinity]) : v);
const few: Draw = (random, n) => random.ints(n, -3, 3);

export const cummax_f32: Reference = best(largest, [ties, special]);
export const cummin_f32: Reference = best(smallest, [ties, special]);
export const cummax_i32: Reference = best(largest, [few, integers]);
export const cummin_i32: Reference = best(smallest, [few, integers]);
const naturals: Draw = (random, n) => Uint32Array.from(integers(random, n));
export const cummax_u32: Reference = best(largest, [naturals]);
export const cummin_u32: Reference = best(smallest, [naturals]);

const product = (column: Column): number => column.reduce((a, b) => a * b, 1);

/** dx[n] = sum over m >= n of dy[m] times the product up to m without n. */
export const cumprodBackward = (x: Column, dy: Column): Column =>
  x.map((_, n) =>
    dy.reduce((sum, d, m) => m < n ? sum : sum + d * product(x.slice(0, m + 1).toSpliced(n, 1)), 0)
  );
const prodBackward = (x: Column, [dy]: Column): Column => x.map((_, n) => dy * product(x.toSpliced(n, 1)));

export function backward(
  f: (x: Column, dy: Column) => Column,
  whole: boolean,
  as: (x: Elements) => Elements = (x) => x,
): Reference {
  const size = (column: Column) => column.map(Math.abs);
  return {
    *cases(random: Random): Generator<Case> {
      for (const [O, N, I] of SIZES.filter(([, N]) => N < 50)) {
        for (const draw of [floats, factors]) {
          const [x, dy] = [draw(random, O * N * I), random.floats(O * I * (whole ? N : 1))].map(as);
          const operands = [x, dy, new (x.constructor as typeof Float32Array)(x.length)];
          yield { label: `${O}x${N}x${I}`, operands, params: [N, I], cells: [O] };
        }
      }
    },
    oracle({ operands: [x, dy], params: [N, I], cells: [O] }: Case): Expected[] {
      const of = (f: (x: Column, dy: Column) => Column) => byColumn([x, dy], [O, N, I], f);
      return [{
        operand: 2,
        values: of(f),
        scale: of((x, dy) => f(size(x), size(dy)).map((v) => v + 1e-38)),
      }];
    },
  };
}

export const cumprod_backward_f32: Reference = backward(cumprodBackward, true);
export const prod_backward_f32: Reference = backward(prodBackward, false);
