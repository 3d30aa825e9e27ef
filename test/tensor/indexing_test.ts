/**
 * Indexing ops against plain float64 code, values and gradients (central differences of that code), on random shapes
 * with extents 0 and 1, strided inputs and duplicate indices.
 */
import { deepEqual } from "node:assert/strict";
import { oneHot, type Tensor, tensor } from "../../mod.ts";
import type { ScatterReduction } from "../../src/tensor/ops/scatter_reduce.ts";
import { Random, testSeed } from "../random.ts";
import { hold, untied } from "./differences.ts";
import * as plain from "./indexing_reference.ts";
import type { Values } from "./indexing_reference.ts";

const seed = testSeed();
const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** An op and its plain twin on the same inputs; those that have a gradient come first. */
interface Subject {
  readonly inputs: readonly Values[];
  readonly op: (...inputs: Tensor[]) => Tensor;
  readonly plain: (...inputs: Values[]) => Values;
  readonly composed?: boolean;
}

const floats = (random: Random, shape: readonly number[]): Values => ({
  shape,
  data: random.floats(product(shape)),
});
/** Distinct multiples of 0.125 in random order: no ties. */
function apart(random: Random, shape: readonly number[], shift: number): Values {
  const data = Float32Array.from({ length: product(shape) }, (_, i) => (i - 3) / 8 + shift);
  for (let i = data.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [data[i], data[j]] = [data[j], data[i]];
  }
  return { shape, data };
}
const integers = (random: Random, shape: readonly number[], limit: number): Values => ({
  shape,
  data: random.ints(product(shape), 0, limit - 1),
});

/** A shape of `rank` dimensions, of which `d` has at least one entry; sometimes another has none. */
function randomShape(random: Random, rank: number, d: number): number[] {
  return Array.from({ length: rank }, (_, i) => random.integer(i === d || random.integer(0, 5) ? 1 : 0, 4));
}

const smaller = (random: Random, shape: readonly number[]): number[] =>
  shape.map((n) => random.integer(Math.min(1, n), n));

type Draw = (random: Random) => Subject;

function scattered(
  op: (x: Tensor, d: number, index: Tensor, src: Tensor) => Tensor,
  twin: (x: Values, d: number, index: Values, src: Values) => Values,
  drawn: (random: Random, shape: readonly number[], shift: number) => Values = apart,
): Draw {
  return (random) => {
    const rank = random.integer(1, 4), d = random.integer(0, rank - 1);
    const shape = randomShape(random, rank, d);
    const src = shape.map((n, i) => i === d ? random.integer(0, 5) : random.integer(n, n + 1));
    const within = src.map((n, i) => i === d ? n : Math.min(n, shape[i]));
    const index = random.integer(0, 1) ? within : smaller(random, within);
    const dim = random.integer(0, 1) ? d : d - rank;
    return {
      inputs: [drawn(random, shape, 0.01), drawn(random, src, 0.07), integers(random, index, shape[d])],
      op: (x, src, index) => op(x, dim, index, src),
      plain: (x, src, index) => twin(x, d, index, src),
    };
  };
}

const subjects: Record<string, Draw> = {
  gather: (random) => {
    const rank = random.integer(1, 4), d = random.integer(0, rank - 1);
    const shape = randomShape(random, rank, d);
    const index = smaller(random, shape).with(d, random.integer(0, 6));
    return {
      inputs: [floats(random, shape), integers(random, index, shape[d])],
      op: (x, index) => x.gather(d, index),
      plain: (x, index) => plain.gather(x, d, index),
    };
  },
  indexSelect: (random) => {
    const rank = random.integer(1, 4), d = random.integer(0, rank - 1);
    const shape = randomShape(random, rank, d);
    return {
      inputs: [floats(random, shape), integers(random, [random.integer(0, 6)], shape[d])],
      op: (x, index) => x.indexSelect(d - rank, index),
      plain: (x, index) => plain.indexSelect(x, d, index),
    };
  },
  indexAdd: (random) => {
    const rank = random.integer(1, 4), d = random.integer(0, rank - 1);
    const shape = randomShape(random, rank, d), count = random.integer(0, 6);
    return {
      inputs: [
        floats(random, shape),
        floats(random, shape.with(d, count)),
        integers(random, [count], shape[d]),
      ],
      op: (x, src, index) => x.indexAdd(d, index, src),
      plain: (x, src, index) => plain.indexAdd(x, d, index, src),
    };
  },
  embedding: (random) => {
    const [V, C] = [random.integer(1, 5), random.integer(0, 5)];
    return {
      inputs: [floats(random, [V, C]), integers(random, randomShape(random, random.integer(0, 3), 0), V)],
      op: (x, ids) => x.embedding(ids),
      plain: (x, ids) => plain.indexSelect(x, 0, ids),
    };
  },
  scatter: scattered((x, d, index, src) => x.scatter(d, index, src), plain.scatter),
  scatterAdd: scattered(
    (x, d, index, src) => x.scatterAdd(d, index, src),
    (x, d, index, src) => plain.scatterReduce(x, d, index, src, "sum", true),
  ),
  ...Object.fromEntries(
    (["sum", "prod", "mean", "amax", "amin"] as ScatterReduction[]).flatMap((reduction) =>
      [true, false].map((includeSelf) => [
        `scatterReduce by ${reduction}${includeSelf ? "" : " without self"}`,
        scattered(
          (x, d, index, src) => x.scatterReduce(d, index, src, reduction, includeSelf),
          (x, d, index, src) => plain.scatterReduce(x, d, index, src, reduction, includeSelf),
          reduction === "prod" ? floats : apart, // large products leave no digits to second differences
        ),
      ])
    ),
  ),
  sliceScatter: (random) => {
    const rank = random.integer(1, 3), d = random.integer(0, rank - 1);
    const shape = randomShape(random, rank, d), start = random.integer(0, shape[d]);
    const count = random.integer(0, shape[d] - start);
    const region: plain.Region = shape.map((n, i) => i === d ? [start, count, 1] : [0, n, 1]);
    return {
      inputs: [floats(random, shape), floats(random, shape.with(d, count))],
      op: (x, src) => x.sliceScatter(src, d, start),
      plain: (x, src) => plain.sliceAssign(x, region, src),
    };
  },
  "i with numbers, ranges and steps": (random) => ({
    inputs: [floats(random, [4, 3, 5, 2])],
    op: (x) => x.i(-1, [1, null], [-4, -1, 2]),
    plain: (x) => plain.slice(x, [3, [1, 2, 1], [1, 2, 2], [0, 2, 1]]),
  }),
  "i with an index between numbers": (random) => ({
    inputs: [floats(random, [4, 3, 5]), integers(random, [2, 2], 3)],
    op: (x, index) => x.i(2, index, -1),
    plain: (x, index) => plain.indexSelect(plain.slice(x, [2, [0, 3, 1], 4]), 0, index),
  }),
  "get with indices of two dimensions": (random) => ({
    inputs: [floats(random, [4, 3, 5]), integers(random, [2], 4), integers(random, [3, 1], 5)],
    op: (x, rows, columns) => x.get(rows, null, columns),
    plain: (x, rows, columns) => plain.indexSelect(plain.indexSelect(x, 0, rows), 2, columns),
  }),
  sliceAssign: (random) => ({
    inputs: [floats(random, [4, 3, 5]), floats(random, [3, 1])],
    op: (x, src) => x.sliceAssign([1, ":", [0, 5, 2]], src),
    plain: (x, src) => plain.sliceAssign(x, [1, [0, 3, 1], [0, 3, 2]], src),
  }),
  "sliceAssign of a number": (random) => ({
    inputs: [floats(random, [4, 3])],
    op: (x) => x.sliceAssign([[1, 3]], -2),
    plain: (x) => plain.sliceAssign(x, [[1, 2, 1], [0, 3, 1]], { shape: [], data: [-2] }),
  }),
  maskedFill: (random) => ({
    inputs: [floats(random, [2, 3, 4]), integers(random, [3, 1], 2)],
    op: (x, mask) => x.maskedFill(mask.gt(0), 1.5),
    plain: (x, mask) => plain.maskedFill(x, mask, 1.5),
    composed: true,
  }),
};

function check({ inputs, op, plain, composed }: Subject): Promise<void> {
  return hold({
    op,
    reference: (...given) => {
      const { data, shape } = plain(...given);
      return { data: Float64Array.from(data), shape };
    },
    shapes: inputs.map((x) => x.shape),
    draw: (_, __, k) => inputs[k].data,
    whole: inputs.flatMap((x, k) => x.data instanceof Int32Array ? [k] : []),
    lies: untied,
    composed,
  }, seed);
}

for (const [name, draw] of Object.entries(subjects)) {
  Deno.test(`${name} and its gradient equal plain code and its slopes`, async () => {
    const random = new Random(seed);
    for (let i = 0; i < 12; i++) await check(draw(random));
  });
}

Deno.test("oneHot has a 1 at each id", async () => {
  deepEqual(await oneHot(tensor([[2, 0], [1, 1]], { dtype: "i32" }), 3).toArray(), [
    [[0, 0, 1], [1, 0, 0]],
    [[0, 1, 0], [0, 1, 0]],
  ]);
  deepEqual(oneHot(tensor(new Int32Array()), 3).shape, [0, 3]);
});
