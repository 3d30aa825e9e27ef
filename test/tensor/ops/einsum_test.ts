/**
 * einsum and products of vectors against sums in float64 over all letters, on given and random equations; gradients by
 * differences. Conventions as PyTorch and NumPy have them.
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { defaultDevice, einsum, record, scope, type Tensor, tensor } from "../../../mod.ts";
import { Random, testSeed } from "../../random.ts";
import { hold } from "../differences.ts";
import { laidOut } from "../layouts.ts";

const seed = testSeed();
const random = new Random(seed);

interface Operand {
  letters: string;
  shape: readonly number[];
  values: ArrayLike<number>;
}

/** The sum of products over all letters, in float64, by definition: letters name every dimension; extent 1 broadcasts. */
function oracle(
  operands: readonly Operand[],
  result: string,
): { shape: number[]; values: number[]; sizes: number[] } {
  const extents = new Map<string, number>();
  for (const { letters, shape } of operands) {
    [...letters].forEach((l, d) => {
      if (shape[d] !== 1 || !extents.has(l)) extents.set(l, shape[d]);
    });
  }
  const shape = [...result].map((l) => extents.get(l)!);
  const count = shape.reduce((a, b) => a * b, 1);
  const [values, sizes] = [new Array(count).fill(0), new Array(count).fill(0)];
  const names = [...result, ...[...extents.keys()].filter((l) => !result.includes(l))];
  const total = names.reduce((m, l) => m * extents.get(l)!, 1);
  for (let flat = 0; flat < total; flat++) {
    const index = new Map<string, number>();
    let rest = flat;
    for (const l of names.toReversed()) {
      index.set(l, rest % extents.get(l)!);
      rest = Math.floor(rest / extents.get(l)!);
    }
    const at = [...result].reduce((i, l) => i * extents.get(l)! + index.get(l)!, 0);
    const product = operands.reduce((p, { letters, shape, values }) => {
      const place = [...letters].reduce((i, l, d) => i * shape[d] + (shape[d] === 1 ? 0 : index.get(l)!), 0);
      return p * values[place];
    }, 1);
    values[at] += product;
    sizes[at] += Math.abs(product);
  }
  return { shape, values, sizes };
}

const draw = (shape: readonly number[]) => random.floats(shape.reduce((a, b) => a * b, 1));

/** Checks an equation; `plain` is the same with every dimension named, where that differs. */
async function check(
  equation: string,
  shapes: readonly (readonly number[])[],
  plain = equation,
): Promise<void> {
  const [left, result] = plain.split("->");
  const values = shapes.map(draw);
  const want = oracle(
    left.split(",").map((letters, i) => ({ letters, shape: shapes[i], values: values[i] })),
    result,
  );
  using own = scope();
  const straight = values.map((v, i) => tensor(v, { shape: shapes[i], scope: own }));
  const odd = values.map((v, i) => laidOut({ data: v, shape: shapes[i] }, "transposed", own));
  using program = record(defaultDevice(), () => einsum(equation, ...odd).add(0));
  program.run();
  for (const y of [einsum(equation, ...straight), einsum(equation, ...odd), program.outputs[0]]) {
    deepEqual(y.shape, want.shape, equation);
    (await y.data()).forEach((v, e) =>
      ok(
        Math.abs(v - want.values[e]) <= 1e-5 * (want.sizes[e] + 1e-6),
        `${equation} ${e}: ${v} for ${want.values[e]}`,
      )
    );
  }
}

const equations: [string, number[][], string?][] = [
  ["bhqd,bhkd->bhqk", [[2, 3, 4, 5], [2, 3, 6, 5]]],
  ["ij,jk->ik", [[3, 4], [4, 2]]],
  ["ij,jk", [[3, 4], [4, 2]], "ij,jk->ik"],
  ["ba", [[2, 3]], "ba->ab"],
  ["ij->ji", [[2, 3]]],
  ["ii->i", [[3, 3]]],
  ["ii", [[3, 3]], "ii->"],
  ["ij->", [[2, 3]]],
  ["i,i->", [[4], [4]]],
  ["i,j->ji", [[3], [2]]],
  ["bij,bjk,bkl->bil", [[2, 3, 4], [2, 4, 2], [2, 2, 3]]],
  ["abc,cd,def,f->ae", [[2, 3, 2], [2, 3], [3, 2, 4], [4]]],
  ["ijk,ilk->jl", [[2, 3, 4], [2, 5, 4]]],
  ["iij,jk->ik", [[3, 3, 2], [2, 4]]],
  ["ijij->ij", [[2, 3, 2, 3]]],
  ["ab,cd->", [[2, 3], [1, 2]]],
  ["ab,ab->ab", [[2, 3], [2, 3]]],
  ["ab,b->ab", [[2, 3], [3]]],
  ["abcd,bcde->ae", [[2, 3, 2, 2], [3, 2, 2, 4]]],
  ["abcde,abcef->abcdf", [[2, 2, 2, 2, 3], [2, 2, 2, 3, 2]]],
  ["ij,jk->ik", [[0, 2], [2, 3]]],
  ["ij,jk->ik", [[2, 0], [0, 3]]],
  ["ij,jk->ik", [[2, 1], [4, 3]]],
  [" i j , j k -> i k ", [[2, 3], [3, 1]], "ij,jk->ik"],
  ["...ij,...jk->...ik", [[2, 1, 3, 4], [5, 4, 2]], "xyij,yjk->xyik"],
  ["...ij,...jk", [[2, 3, 4], [4, 2]], "xij,jk->xik"],
  ["i...,...->i", [[2, 3, 4], [3, 4]], "ixy,xy->i"],
  ["b...a->a...b", [[2, 3, 4, 5]], "bxya->axyb"],
  ["...,...", [[3, 1], [2]], "xy,y->xy"],
  ["->", [[]]],
  [",ij->ij", [[], [2, 3]]],
];

for (const [equation, shapes, plain] of equations) {
  Deno.test(`einsum ${equation} of ${JSON.stringify(shapes)}`, async () => {
    await check(equation, shapes, plain);
    await hold({ op: (...all) => einsum(equation, ...all), shapes, tolerance: 1e-5 }, seed);
  });
}

Deno.test("random equations", async () => {
  for (let round = 0; round < 60; round++) {
    const extents = [..."abcdef"].map((l): [string, number] => [l, random.pick([0, 1, 1, 2, 3])]);
    const sizes = new Map(round % 5 === 0 ? extents : extents.map(([l, n]) => [l, Math.max(n, 1)]));
    const sides = Array.from(
      { length: random.integer(1, 4) },
      () => Array.from({ length: random.integer(0, 4) }, () => random.pick([..."abcdef"])).join(""),
    );
    const letters = [...new Set(sides.join(""))];
    const result = letters.filter(() => random.next() < 0.5).sort(() => random.next() - 0.5).join("");
    await check(`${sides.join(",")}->${result}`, sides.map((s) => [...s].map((l) => sizes.get(l)!)));
  }
});

Deno.test("the order of products does not change the result's shape, and the least work comes first", () => {
  using own = scope();
  const ones = (...shape: number[]) =>
    tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1), { shape, scope: own });
  const [a, b, c] = [ones(50, 2), ones(2, 50), ones(50, 1)];
  using program = record(a.device, () => einsum("ij,jk,kl->il", a, b, c));
  ok(program.scratchBytes < 50 * 50 * 4, `${program.scratchBytes} bytes: the product of 50 x 50 was made`);
});

Deno.test("an equation that does not fit says why", () => {
  using own = scope();
  const make = (...shape: number[]) =>
    tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape, scope: own });
  const error = (equation: string, operands: Tensor[], message: RegExp) =>
    throws(() => einsum(equation, ...operands), { code: "SHAPE_MISMATCH", message });
  const [a, b] = [make(2, 3), make(4, 2)];
  error("ij,jk->ik", [a, b], /Cannot einsum "ij,jk->ik" of \[2,3\] and \[4,2\]: j stands for 3 and 4/);
  error("ij,jk", [a], /it names 2 operands, got 1/);
  error("ijk->i", [a], /"ijk" does not name the dimensions of \[2,3\]/);
  error("...ijk->i", [a], /does not name the dimensions/);
  error("ij->ik", [a], /the result names k, which no operand has/);
  error("ij->ii", [a], /the result names i twice/);
  error("ii", [a], /i stands for 2 and 3 in one operand/);
  error("i1->i", [a], /expected letters and/);
  error("ij->i->j", [a], /expected letters and/);
  throws(() => einsum("ij,ij->i", a.gt(0), a), { code: "DTYPE_MISMATCH" });
});

const products: Record<
  string,
  { op: (a: Tensor, b: Tensor) => Tensor; shapes: number[][]; equation: string }
> = {
  dot: { op: (a, b) => a.dot(b), shapes: [[5], [5]], equation: "i,i->" },
  "dot of nothing": { op: (a, b) => a.dot(b), shapes: [[0], [0]], equation: "i,i->" },
  mv: { op: (a, b) => a.mv(b), shapes: [[3, 4], [4]], equation: "ij,j->i" },
  outer: { op: (a, b) => a.outer(b), shapes: [[3], [4]], equation: "i,j->ij" },
  "matmul of vectors": { op: (a, b) => a.matmul(b), shapes: [[4], [4]], equation: "i,i->" },
  "vector x matrices": { op: (a, b) => a.matmul(b), shapes: [[4], [2, 4, 3]], equation: "i,bij->bj" },
  "matrices x vector": { op: (a, b) => a.matmul(b), shapes: [[2, 1, 3, 4], [4]], equation: "abij,j->abi" },
  "matmul of three batch dimensions": {
    op: (a, b) => a.matmul(b),
    shapes: [[2, 1, 2, 2, 3], [3, 1, 3, 2]],
    equation: "abcij,bcjk->abcik",
  },
  "matmul of five batch dimensions": {
    op: (a, b) => a.matmul(b.t()),
    shapes: [[2, 1, 1, 2, 1, 2, 2], [2, 1, 1, 2, 1, 2]],
    equation: "abcdeij,bcdekj->abcdeik",
  },
};

for (const [name, { op, shapes, equation }] of Object.entries(products)) {
  Deno.test(`${name}: values and gradients`, async () => {
    const values = shapes.map(draw);
    const [left, result] = equation.split("->");
    const operands = left.split(",").map((letters, i) => ({ letters, shape: shapes[i], values: values[i] }));
    const want = oracle(operands, result);
    using own = scope();
    const [a, b] = values.map((v, i) => laidOut({ data: v, shape: shapes[i] }, "transposed", own));
    const y = op(a, b);
    deepEqual(y.shape, want.shape);
    (await y.data()).forEach((v, e) => ok(Math.abs(v - want.values[e]) <= 1e-5 * (1 + want.sizes[e])));
    await hold({ op: (a, b) => op(a, b), shapes, tolerance: 1e-5 }, seed);
  });
}

Deno.test("products of other ranks are refused", () => {
  using own = scope();
  const make = (...shape: number[]) =>
    tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape, scope: own });
  const error = (run: () => Tensor, message: RegExp) => throws(run, { code: "SHAPE_MISMATCH", message });
  error(() => make(2, 2).dot(make(2)), /Cannot dot \[2,2\] and \[2\]: it takes a vector and a vector/);
  error(() => make(2).mv(make(2)), /Cannot mv \[2\] and \[2\]: it takes a matrix and a vector/);
  error(() => make(2).outer(make(2, 1)), /Cannot outer/);
  error(
    () => make(2).dot(make(3)),
    /Cannot dot: cannot matmul \[2\] x \[3\]: inner sizes must match, got 2 and 3/,
  );
  error(() => make().matmul(make(3)), /Cannot matmul \[\] x \[3\]/);
  error(() => make(3).matmul(make()), /Cannot matmul \[3\] x \[\]: inner sizes must match, got 3 and none/);
  error(() => make(3).trace(), /Cannot trace \[3\]: it must be a matrix/);
  equal(make(2, 3).trace().rank, 0);
});
