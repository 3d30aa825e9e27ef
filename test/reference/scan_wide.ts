/**
 * Oracles of scans of i64 along the middle of [O, N, I].
 *
 * @module
 */
import type { Random } from "../random.ts";
import { type Case, type Expected, longs, type OperandValue, type Reference } from "./reference.ts";
import { SIZES } from "./scan.ts";

type Column = readonly bigint[];

/** Integers of all sizes, and few among which are equals. */
const great = (random: Random, n: number) =>
  longs(BigInt64Array.from(random.ints(n, -3, 3), (v) => BigInt(v) * 2n ** 61n + BigInt(v)));

/** f of each column of x, as [O, N, I]. */
function byColumn<V>(x: OperandValue, [O, N, I]: readonly number[], f: (column: Column) => V[]): V[] {
  const all = Array.from(x as unknown as BigInt64Array);
  const values: V[] = new Array(all.length);
  for (let o = 0; o < O; o++) {
    for (let i = 0; i < I; i++) {
      const column = Array.from({ length: N }, (_, n) => all[(o * N + n) * I + i]);
      f(column).forEach((v, n) => values[(o * N + n) * I + i] = v);
    }
  }
  return values;
}

function scan(f: (a: bigint, b: bigint) => bigint, start: bigint): Reference {
  const running = (column: Column): bigint[] => {
    let carried = start;
    return column.map((v) => carried = BigInt.asIntN(64, f(carried, v)));
  };
  return {
    *cases(random: Random): Generator<Case> {
      for (const [O, N, I] of SIZES) {
        for (const reverse of [0, 1]) {
          const x = great(random, O * N * I), y = longs(new BigInt64Array(O * N * I));
          const call = { label: `${O}x${N}x${I} ${reverse}`, params: [N, I, reverse], cells: [O] };
          yield { ...call, operands: [x, y] };
          if (N < 5) yield { ...call, label: `${call.label} in place`, operands: [x, x], shared: [[1, 0]] };
        }
      }
    },
    oracle({ operands: [x], params: [N, I, reverse], cells: [O] }: Case): Expected[] {
      const turned = (c: Column) => reverse ? running(c.toReversed()).toReversed() : running(c);
      return [{ operand: 1, values: byColumn(x, [O, N, I], turned) }];
    },
  };
}

export const cumsum_i64: Reference = scan((a, b) => a + b, 0n);
export const cumprod_i64: Reference = scan((a, b) => a * b, 1n);

function best(takes: (v: bigint, best: bigint) => boolean): Reference {
  const places = (column: Column): number[] => {
    let at = 0;
    return column.map((v, n) => at = takes(v, column[at]) ? n : at);
  };
  return {
    *cases(random: Random): Generator<Case> {
      for (const [O, N, I] of SIZES) {
        const x = great(random, O * N * I), values = longs(new BigInt64Array(O * N * I));
        const call = { params: [N, I], cells: [O] }, indices = new Int32Array(O * N * I);
        yield { ...call, label: `${O}x${N}x${I}`, operands: [x, values, indices] };
        const shared = [[1, 0]] as const;
        yield { ...call, label: `${O}x${N}x${I} in place`, operands: [x, x, indices], shared };
      }
    },
    oracle({ operands: [x], params: [N, I], cells: [O] }: Case): Expected[] {
      return [
        { operand: 1, values: byColumn(x, [O, N, I], (column) => places(column).map((n) => column[n])) },
        { operand: 2, values: byColumn(x, [O, N, I], places) },
      ];
    },
  };
}

export const cummax_i64: Reference = best((v, best) => v >= best);
export const cummin_i64: Reference = best((v, best) => v <= best);
