/**
 * Oracles of taking and putting elements by index along one dimension of [O, N, I].
 *
 * @module
 */
import type { Random } from "../random.ts";
import { type Case, type Expected, longs, type OperandValue, type Reference } from "./reference.ts";

type Elements = Exclude<OperandValue, null>;
type Draw = (random: Random, length: number) => Elements;

const floats: Draw = (random, n) => random.floats(n).map((v) => random.integer(0, 9) ? v : 0);
const withNaN: Draw = (random, n) => random.floats(n).map((v) => random.integer(0, 9) ? v : NaN);
const doublesWithNaN: Draw = (random, n) =>
  Float64Array.from(withNaN(random, n) as Float32Array, (v) => v * (1 + 2 ** -30));
const integers: Draw = (random, n) => random.ints(n, -9, 9);
const naturals: Draw = (random, n) => Uint32Array.from(random.ints(n, -9, 9));
const great: Draw = (random, n) =>
  longs(BigInt64Array.from(random.ints(n, -3, 3), (v) => BigInt(v) * 2n ** 61n + BigInt(v)));
const bits: Record<8 | 16 | 32 | 64, Draw> = {
  8: (random, n) => random.bytes(n),
  16: (random, n) => Uint16Array.from(random.ints(n, 0, 65535)),
  32: (random, n) => random.ints(n, -(2 ** 31), 2 ** 31 - 1),
  64: (random, n) => Float64Array.from({ length: n }, () => random.normal()),
};

/** Of elements like these, the one with all its bits set. */
function missing(like: Elements): number {
  if (like instanceof Float64Array) return NaN;
  return like instanceof Int32Array ? -1 : 2 ** (8 * like.BYTES_PER_ELEMENT) - 1;
}

/** O, N, M, I */
const SIZES = [
  [1, 1, 1, 1],
  [0, 3, 2, 2],
  [2, 3, 0, 2],
  [2, 3, 2, 0],
  [1, 5, 9, 1],
  [3, 4, 2, 1],
  [2, 7, 11, 5],
  [5, 2, 3, 9],
  [1, 3, 17, 33],
];

/** Indices of 0 .. N - 1, or, in every third case, some outside. */
function draws(random: Random, N: number, length: number, outside: boolean): Int32Array {
  const wild = [-1, N, 2 ** 31 - 1, -(2 ** 31)];
  return random.ints(length, 0, N - 1).map((v) => outside && !random.integer(0, 3) ? random.pick(wild) : v);
}

function* sized(make: (sizes: number[], outside: boolean) => Omit<Case, "label">): Generator<Case> {
  for (const [i, sizes] of SIZES.entries()) {
    for (const outside of [false, true]) {
      if (outside && i % 3 !== 0 && i < 5) continue;
      yield { label: `[O,N,M,I] = [${sizes}]${outside ? ", some outside" : ""}`, ...make(sizes, outside) };
    }
  }
}

export const check_index: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [N, limit] of [[0, 3], [1, 1], [5, 0], [40, 7], [33, 1000]]) {
      for (const outside of [false, true]) {
        for (const first of [0, 4]) {
          const operands = [draws(random, Math.max(1, limit), N, outside), Int32Array.of(first, 5, 6)];
          const label = `${N} below ${limit}, fault ${first}, ${outside ? "some outside" : "inside"}`;
          for (const except of [0, outside && N > 0 ? operands[0][N >> 1] : limit]) {
            const case_ = {
              operands: operands.map((o) => o.slice()),
              params: [limit, 9, except],
              cells: [N],
            };
            yield { label: `${label}, except ${except}`, ...case_ };
          }
        }
      }
    }
  },
  oracle({ operands: [index, fault], params: [limit, site, except] }: Case): Expected[] {
    const place = Array.from(index!).findIndex((v) => (v < 0 || v >= limit) && v !== except);
    const found = fault![0] === 0 && place >= 0;
    return [{ operand: 1, values: found ? [site, place, index![place]] : Array.from(fault!) }];
  },
};

function select(draw: Draw): Reference {
  return {
    cases: (random) =>
      sized(([O, N, M, I], outside) => {
        const x = draw(random, O * N * I);
        const operands = [x, draws(random, N, M, outside), draw(random, O * M * I)];
        return { operands, params: [N, I], cells: [O, M] };
      }),
    oracle({ operands: [x, index], params: [N, I], cells: [O, M] }: Case): Expected[] {
      const values: number[] = [];
      for (let o = 0; o < O; o++) {
        for (let m = 0; m < M; m++) {
          const k = index![m];
          for (let i = 0; i < I; i++) values.push(k >= 0 && k < N ? x![(o * N + k) * I + i] : missing(x!));
        }
      }
      return [{ operand: 2, values }];
    },
  };
}

export const index_select_b8: Reference = select(bits[8]);
export const index_select_b16: Reference = select(bits[16]);
export const index_select_b32: Reference = select(bits[32]);
export const index_select_b64: Reference = select(bits[64]);

function addRows(draw: Draw): Reference {
  return {
    cases: (random) =>
      sized(([O, N, M, I], outside) => {
        const operands = [draws(random, N, M, outside), draw(random, O * M * I), draw(random, O * N * I)];
        return { operands, params: [N, I], cells: [O, M] };
      }),
    oracle({ operands: [index, src, y], params: [N, I], cells: [O, M] }: Case): Expected[] {
      const values = Float64Array.from(y!), scale = values.map(Math.abs);
      for (let o = 0; o < O; o++) {
        for (let m = 0; m < M; m++) {
          const k = index![m];
          for (let i = 0; i < I && k >= 0 && k < N; i++) {
            values[(o * N + k) * I + i] += src![(o * M + m) * I + i];
            scale[(o * N + k) * I + i] += Math.abs(src![(o * M + m) * I + i]);
          }
        }
      }
      return [{ operand: 2, values, scale }];
    },
  };
}

export const index_add_f32: Reference = addRows(floats);
export const index_add_f64: Reference = addRows(bits[64]);
export const index_add_i32: Reference = addRows(integers);
export const index_add_i64: Reference = {
  cases: addRows(great).cases,
  oracle({ operands: [index, src, y], params: [N, I], cells: [O, M] }: Case): Expected[] {
    const each = Int32Array.from({ length: O * M * I }, (_, e) => index![Math.floor(e / I) % M]);
    return foldWhole([each, src, y], [N, M, I], [O], (y, x) => y + x);
  },
};

/** y[to] = f(y[to], src[from]) in i64. */
function foldWhole(
  [index, src, y]: readonly OperandValue[],
  params: readonly number[],
  cells: readonly number[],
  f: (y: bigint, x: bigint) => bigint,
): Expected[] {
  const [from, values] = [src, y].map((v) => Array.from(v as unknown as BigInt64Array));
  walk(index!, params, cells, (m, to) => {
    if (to >= 0) values[to] = BigInt.asIntN(64, f(values[to], from[m]));
  });
  return [{ operand: 2, values }];
}

/** Calls `visit` with the places of each element of [O, M, I] and of [O, N, I] (-1 where the index is outside). */
function walk(
  index: Elements,
  [N, M, I]: readonly number[],
  [O]: readonly number[],
  visit: (from: number, to: number) => void,
): void {
  for (let o = 0; o < O; o++) {
    for (let m = 0; m < M; m++) {
      for (let i = 0; i < I; i++) {
        const from = (o * M + m) * I + i, k = index[from];
        visit(from, k >= 0 && k < N ? (o * N + k) * I + i : -1);
      }
    }
  }
}

function gather(draw: Draw): Reference {
  return {
    cases: (random) =>
      sized(([O, N, M, I], outside) => {
        const index = draws(random, N, O * M * I, outside);
        return {
          operands: [draw(random, O * N * I), index, draw(random, index.length)],
          params: [N, M, I],
          cells: [O],
        };
      }),
    oracle({ operands: [x, index], params, cells }: Case): Expected[] {
      const values: number[] = [];
      walk(index!, params, cells, (from, to) => values[from] = to < 0 ? missing(x!) : x![to]);
      return [{ operand: 2, values }];
    },
  };
}

export const gather_b8: Reference = gather(bits[8]);
export const gather_b16: Reference = gather(bits[16]);
export const gather_b32: Reference = gather(bits[32]);
export const gather_b64: Reference = gather(bits[64]);

/** `scale`: what the tolerance is relative to, as a fold of sizes. */
function scatter(draw: Draw, f: (y: number, x: number) => number, scaled = f): Reference {
  return {
    cases: (random) =>
      sized(([O, N, M, I], outside) => {
        const index = draws(random, N, O * M * I, outside);
        return {
          operands: [index, draw(random, index.length), draw(random, O * N * I)],
          params: [N, M, I],
          cells: [O],
        };
      }),
    oracle({ operands: [index, src, y], params, cells }: Case): Expected[] {
      const values = Float64Array.from(y!), scale = values.map(Math.abs);
      walk(index!, params, cells, (from, to) => {
        if (to < 0) return;
        values[to] = f(values[to], src![from]);
        scale[to] = scaled(scale[to], Math.abs(src![from]));
      });
      return [{ operand: 2, values, scale }];
    },
  };
}

const last = (_: number, x: number) => x;
const add = (y: number, x: number) => y + x;
const multiply = (y: number, x: number) => y * x;

export const scatter_b8: Reference = scatter(bits[8], last);
export const scatter_b16: Reference = scatter(bits[16], last);
export const scatter_b32: Reference = scatter(bits[32], last);
export const scatter_b64: Reference = scatter(bits[64], last);
export const scatter_add_f32: Reference = scatter(floats, add);
export const scatter_add_f64: Reference = scatter(bits[64], add);
export const scatter_add_i32: Reference = scatter(integers, add);
export const scatter_prod_f32: Reference = scatter(floats, multiply);
export const scatter_prod_f64: Reference = scatter(bits[64], multiply);
export const scatter_prod_i32: Reference = scatter((random, n) => random.ints(n, -2, 2), Math.imul);
export const scatter_amax_f32: Reference = scatter(withNaN, Math.max);
export const scatter_amax_f64: Reference = scatter(doublesWithNaN, Math.max);
export const scatter_amax_i32: Reference = scatter(integers, Math.max);
export const scatter_amin_f32: Reference = scatter(withNaN, Math.min);
export const scatter_amin_f64: Reference = scatter(doublesWithNaN, Math.min);
export const scatter_amin_i32: Reference = scatter(integers, Math.min);

export const scatter_amax_u32: Reference = scatter(naturals, Math.max);
export const scatter_amin_u32: Reference = scatter(naturals, Math.min);

const whole = (f: (y: bigint, x: bigint) => bigint): Reference => ({
  cases: scatter(great, last).cases,
  oracle: ({ operands, params, cells }) => foldWhole(operands, params, cells, f),
});
export const scatter_add_i64: Reference = whole((y, x) => y + x);
export const scatter_prod_i64: Reference = whole((y, x) => y * x);
export const scatter_amax_i64: Reference = whole((y, x) => x > y ? x : y);
export const scatter_amin_i64: Reference = whole((y, x) => x < y ? x : y);

export const scatter_b32_backward: Reference = {
  cases: (random) =>
    sized(([O, N, M, I], outside) => {
      const index = draws(random, N, O * M * I, outside);
      const operands = [index, floats(random, O * N * I), new Float32Array(index.length)];
      return { operands, params: [N, M, I], cells: [O] };
    }),
  oracle({ operands: [index, y], params, cells }: Case): Expected[] {
    const dy = Array.from(y!), dx = [...dy], lastAt = new Map<number, number>();
    const dsrc = new Array<number>(index!.length).fill(0);
    walk(index!, params, cells, (from, to) => to >= 0 && lastAt.set(to, from));
    for (const [to, from] of lastAt) {
      dsrc[from] = dy[to];
      dx[to] = 0;
    }
    return [{ operand: 1, values: dx }, { operand: 2, values: dsrc }];
  },
};
