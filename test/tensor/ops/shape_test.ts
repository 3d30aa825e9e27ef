/**
 * Joining, rearranging, padding, diagonals and triangles against index formulas on plain arrays, on random shapes with
 * sizes 0 and 1 and strided operands; their gradients by differences.
 */
import { deepEqual, equal, throws } from "node:assert/strict";
import { arange, cat, record, scope, stack, type Tensor, tensor, WasmDevice } from "../../../mod.ts";
import { Random, testSeed } from "../../random.ts";
import { debugDevice } from "../../device/wasm/debug.ts";
import { hold } from "../differences.ts";
import type { Op, Reference } from "../slopes.ts";

const seed = testSeed();
const random = new Random(seed);

/** A plain array with a shape; entries are found by their coordinates. */
class Grid {
  constructor(readonly values: ArrayLike<number>, readonly shape: readonly number[]) {}

  at(index: readonly number[]): number {
    return this.values[index.reduce((flat, i, d) => flat * this.shape[d] + i, 0)];
  }
}

/** All coordinates of a shape, in order. */
function* coordinates(shape: readonly number[]): Generator<number[]> {
  if (shape.some((n) => n === 0)) return;
  const index = shape.map(() => 0);
  for (;;) {
    yield [...index];
    let d = shape.length - 1;
    for (; d >= 0 && ++index[d] === shape[d]; d--) index[d] = 0;
    if (d < 0) return;
  }
}

interface Case {
  shapes: number[][];
  op: Op;
  /** The result's shape. */
  shape: number[];
  /** The result at given coordinates. */
  at: (index: number[], inputs: readonly Grid[]) => number;
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const mod = (a: number, n: number) => ((a % n) + n) % n;
const clamp = (a: number, n: number) => Math.min(Math.max(a, 0), n - 1);

const cases: Record<string, Case> = {
  "cat of three along the middle": {
    shapes: [[2, 3, 2], [2, 0, 2], [2, 1, 2]],
    op: (...all) => cat(all, 1),
    shape: [2, 4, 2],
    at: ([i, j, k], [a, , c]) => j < 3 ? a.at([i, j, k]) : c.at([i, j - 3, k]),
  },
  "cat of one": { shapes: [[3]], op: (a) => cat([a], -1), shape: [3], at: (i, [a]) => a.at(i) },
  "cat of five dimensions": {
    shapes: [[2, 2, 1, 2, 2], [2, 2, 1, 3, 2]],
    op: (...all) => cat(all, 3),
    shape: [2, 2, 1, 5, 2],
    at: (i, [a, b]) => i[3] < 2 ? a.at(i) : b.at(i.with(3, i[3] - 2)),
  },
  "cat of a tensor with itself": {
    shapes: [[2, 2]],
    op: (a) => cat([a, a.t()], 0),
    shape: [4, 2],
    at: ([i, j], [a]) => i < 2 ? a.at([i, j]) : a.at([j, i - 2]),
  },
  "stack at the end": {
    shapes: [[2, 3], [2, 3]],
    op: (...all) => stack(all, -1),
    shape: [2, 3, 2],
    at: ([i, j, k], inputs) => inputs[k].at([i, j]),
  },
  "stack of numbers": {
    shapes: [[], [], []],
    op: (...all) => stack(all),
    shape: [3],
    at: ([i], inputs) => inputs[i].at([]),
  },
  "a chunk": {
    shapes: [[2, 5]],
    op: (a) => a.chunk(3, 1)[2],
    shape: [2, 1],
    at: ([i, j], [a]) => a.at([i, j + 4]),
  },
  "a chunk of nothing": { shapes: [[0, 2]], op: (a) => a.chunk(3)[2], shape: [0, 2], at: () => NaN },
  "a part of a split": {
    shapes: [[5, 2]],
    op: (a) => a.split([1, 0, 4])[2],
    shape: [4, 2],
    at: ([i, j], [a]) => a.at([i + 1, j]),
  },
  "repeat with more dimensions": {
    shapes: [[2, 3]],
    op: (a) => a.repeat(2, 1, 3),
    shape: [2, 2, 9],
    at: ([, i, j], [a]) => a.at([i, j % 3]),
  },
  "repeat no times": { shapes: [[2, 3]], op: (a) => a.repeat(1, 0), shape: [2, 0], at: () => NaN },
  repeatInterleave: {
    shapes: [[2, 3]],
    op: (a) => a.repeatInterleave(3, 1),
    shape: [2, 9],
    at: ([i, j], [a]) => a.at([i, Math.floor(j / 3)]),
  },
  "roll over two dimensions": {
    shapes: [[3, 4]],
    op: (a) => a.roll([-1, 6], [0, -1]),
    shape: [3, 4],
    at: ([i, j], [a]) => a.at([mod(i + 1, 3), mod(j - 6, 4)]),
  },
  "roll by nothing": { shapes: [[3, 1]], op: (a) => a.roll(3, 0), shape: [3, 1], at: (i, [a]) => a.at(i) },
  "roll of nothing": { shapes: [[0, 2]], op: (a) => a.roll(1, 0), shape: [0, 2], at: () => NaN },
  flip: {
    shapes: [[2, 3, 2]],
    op: (a) => a.flip(0, -2),
    shape: [2, 3, 2],
    at: ([i, j, k], [a]) => a.at([1 - i, 2 - j, k]),
  },
  "flip of five dimensions": {
    shapes: [[2, 2, 2, 3, 2]],
    op: (a) => a.permute(4, 0, 3, 1, 2).flip(0, 2, 4),
    shape: [2, 2, 3, 2, 2],
    at: ([i, j, k, l, m], [a]) => a.at([j, l, 1 - m, 2 - k, 1 - i]),
  },
  "flip of nothing": { shapes: [[0, 2]], op: (a) => a.flip(0), shape: [0, 2], at: () => NaN },
  "flip of no dimension": { shapes: [[2]], op: (a) => a.flip(), shape: [2], at: (i, [a]) => a.at(i) },
  "unfold into windows that overlap": {
    shapes: [[2, 7]],
    op: (a) => a.unfold(1, 3, 2),
    shape: [2, 3, 3],
    at: ([i, w, k], [a]) => a.at([i, 2 * w + k]),
  },
  "unfold of the first dimension, with gaps": {
    shapes: [[7, 2]],
    op: (a) => a.unfold(0, 2, 4),
    shape: [2, 2, 2],
    at: ([w, i, k], [a]) => a.at([4 * w + k, i]),
  },
  "unfold by steps of 1": {
    shapes: [[5]],
    op: (a) => a.unfold(-1, 4, 1),
    shape: [2, 4],
    at: ([w, k], [a]) => a.at([w + k]),
  },
  "unfold into windows of nothing": {
    shapes: [[2]],
    op: (a) => a.unfold(0, 0, 1),
    shape: [3, 0],
    at: () => NaN,
  },
  flatten: {
    shapes: [[2, 3, 2]],
    op: (a) => a.flatten(1),
    shape: [2, 6],
    at: ([i, j], [a]) => a.at([i, Math.floor(j / 2), j % 2]),
  },
  "flatten of a number": { shapes: [[]], op: (a) => a.flatten(), shape: [1], at: (_, [a]) => a.at([]) },
  unflatten: {
    shapes: [[2, 6]],
    op: (a) => a.unflatten(-1, [2, -1]),
    shape: [2, 2, 3],
    at: ([i, j, k], [a]) => a.at([i, 3 * j + k]),
  },
  movedim: {
    shapes: [[2, 3, 4]],
    op: (a) => a.movedim([0, 1], [-1, 0]),
    shape: [3, 4, 2],
    at: ([j, k, i], [a]) => a.at([i, j, k]),
  },
  "squeeze of all": {
    shapes: [[1, 2, 1, 3]],
    op: (a) => a.squeeze(),
    shape: [2, 3],
    at: ([i, j], [a]) => a.at([0, i, 0, j]),
  },
  broadcastTo: {
    shapes: [[2, 1]],
    op: (a) => a.broadcastTo([3, 2, 2]),
    shape: [3, 2, 2],
    at: ([, i], [a]) => a.at([i, 0]),
  },
  expandAs: {
    shapes: [[3], [2, 3]],
    op: (a, b) => a.expandAs(b).add(b),
    shape: [2, 3],
    at: ([i, j], [a, b]) => a.at([j]) + b.at([i, j]),
  },
  "pad with a value, cropping one side": {
    shapes: [[3, 4]],
    op: (a) => a.pad([1, -2, 0, 2], 1.5),
    shape: [5, 3],
    at: ([i, j], [a]) => i < 3 && j > 0 ? a.at([i, j - 1]) : 1.5,
  },
  "pad of nothing": { shapes: [[0]], op: (a) => a.pad([1, 1]), shape: [2], at: () => 0 },
  "pad with the edge": {
    shapes: [[2, 3, 2]],
    op: (a) => a.pad([1, 2, -1, 3], "edge"),
    shape: [2, 5, 5],
    at: ([i, j, k], [a]) => a.at([i, 1 + clamp(j, 2), clamp(k - 1, 2)]),
  },
  tril: {
    shapes: [[2, 3, 4]],
    op: (a) => a.tril(1),
    shape: [2, 3, 4],
    at: (i, [a]) => i[2] - i[1] <= 1 ? a.at(i) : 0,
  },
  triu: {
    shapes: [[4, 3]],
    op: (a) => a.triu(-1),
    shape: [4, 3],
    at: (i, [a]) => i[1] - i[0] >= -1 ? a.at(i) : 0,
  },
  "diag of a vector": {
    shapes: [[3]],
    op: (a) => a.diag(-2),
    shape: [5, 5],
    at: ([i, j], [a]) => i - j === 2 ? a.at([j]) : 0,
  },
  "diag of a matrix": {
    shapes: [[3, 5]],
    op: (a) => a.diag(1),
    shape: [3],
    at: ([i], [a]) => a.at([i, i + 1]),
  },
  "diag beyond the matrix": { shapes: [[2, 2]], op: (a) => a.diag(7), shape: [0], at: () => NaN },
  diagonal: {
    shapes: [[3, 2, 4]],
    op: (a) => a.diagonal(-1, -1, 0),
    shape: [2, 3],
    at: ([j, i], [a]) => a.at([i, j, i + 1]),
  },
  pixelShuffle: {
    shapes: [[2, 8, 1, 3]],
    op: (a) => a.pixelShuffle(2),
    shape: [2, 2, 2, 6],
    at: ([n, c, y, x], [a]) => a.at([n, 4 * c + 2 * (y % 2) + x % 2, Math.floor(y / 2), Math.floor(x / 2)]),
  },
  pixelUnshuffle: {
    shapes: [[2, 4, 3]],
    op: (a) => a.pixelUnshuffle(1).flip(0).pixelUnshuffle(1),
    shape: [2, 4, 3],
    at: ([c, y, x], [a]) => a.at([1 - c, y, x]),
  },
  "pixelUnshuffle by 2": {
    shapes: [[1, 2, 4, 2]],
    op: (a) => a.pixelUnshuffle(2),
    shape: [1, 8, 2, 1],
    at: ([n, c, y, x], [a]) => a.at([n, Math.floor(c / 4), 2 * y + Math.floor((c % 4) / 2), 2 * x + c % 2]),
  },
  trace: {
    shapes: [[3, 4]],
    op: (a) => a.trace(),
    shape: [],
    at: (_, [a]) => range(3).reduce((s, i) => s + a.at([i, i]), 0),
  },
};

for (const [name, { shapes, op, shape, at }] of Object.entries(cases)) {
  const reference: Reference = (...inputs) => {
    const grids = inputs.map((v) => new Grid(v.data, v.shape));
    return { shape, data: Float64Array.from(coordinates(shape), (index) => at(index, grids)) };
  };
  Deno.test(`${name}: values and gradients`, () => hold({ op, reference, shapes, composed: true }, seed));
}

Deno.test("what a recording made for itself goes with its Program", () => {
  using device = new WasmDevice();
  using x = tensor([[1, 2], [3, 4]], { device });
  const counted = () => {
    using numbers = arange(0, 2, 1, { device });
    return x.add(numbers);
  };
  const before = device.live();
  record(device, counted)[Symbol.dispose]();
  throws(() => record(device, () => counted().reshape(3)), { code: "SHAPE_MISMATCH" });
  deepEqual(device.live(), before);
});

Deno.test("shape ops move integers, bytes and halves as they are", async () => {
  using own = scope();
  const bytes = tensor(Uint8Array.of(1, 2, 3, 4), { shape: [2, 2], scope: own });
  deepEqual(await cat([bytes, bytes.flip(0, 1)], 1).toArray(), [[1, 2, 4, 3], [3, 4, 2, 1]]);
  deepEqual(await bytes.pad([1, 0], 9).toArray(), [[9, 1, 2], [9, 3, 4]]);
  const whole = tensor([[1, -2], [3, 4]], { dtype: "i32", scope: own });
  deepEqual(await whole.triu(1).toArray(), [[0, -2], [0, 0]]);
  deepEqual(await whole.diag().diag().toArray(), [[1, 0], [0, 4]]);
  const halves = tensor(Uint16Array.of(0x3c00, 0x4000), { dtype: "f16", scope: own });
  deepEqual(await halves.roll(1, 0).repeat(2).toArray(), [2, 1, 2, 1]);
});

Deno.test("a leading dimension that changes between replays goes through what leaves it alone", async () => {
  using own = scope();
  const values = random.floats(24);
  const x = tensor(values, { shape: [4, 3, 2], scope: own });
  const rows = x.device.cell(4);
  const live = x.alias(x.shape, { rows }).requiresGrad();
  const op = (x: Tensor) => cat([x.flip(1), x.pad([0, 0, 1, -1], 2), x.roll(1, 2).tril()], 1).narrow(1, 1, 7);
  using program = record(x.device, () => {
    const y = op(live);
    return [y, y.backward({ gradient: y.detach() }).get(live)];
  });
  for (const n of [4, 1, 3]) {
    rows.set(n);
    program.run();
    const part = x.narrow(0, 0, n).requiresGrad();
    const y = op(part);
    const want = [await y.data(), await y.backward({ gradient: y.detach() }).get(part).data()];
    for (const [i, output] of program.outputs.entries()) {
      deepEqual((await output.data()).slice(0, want[i].length), want[i]);
    }
  }
  throws(() => live.flip(0), { code: "SHAPE_MISMATCH", message: /Cannot flip .* changes between replays/ });
  throws(() => cat([live, live]), { code: "SHAPE_MISMATCH" });
  throws(() => live.pad([0, 0, 0, 0, 1, 1]), { code: "SHAPE_MISMATCH" });
  throws(() => live.unfold(0, 2, 1), { code: "SHAPE_MISMATCH" });
  throws(() => live.unsqueeze(0), { code: "SHAPE_MISMATCH", message: /Cannot unsqueeze .* changes between/ });
  throws(() => live.expand(2, 4, 3, 2), { code: "SHAPE_MISMATCH", message: /Cannot expand/ });
  throws(() => live.permute(1, 0, 2), { code: "SHAPE_MISMATCH", message: /Cannot permute/ });
  throws(() => live.narrow(0, 0, 1), { code: "SHAPE_MISMATCH", message: /Cannot narrow/ });
  using one = x.narrow(0, 0, 1);
  using single = one.alias(one.shape, { offset: one.offset, strides: one.strides, rows });
  throws(() => single.squeeze(0), { code: "SHAPE_MISMATCH", message: /Cannot squeeze/ });
  throws(() => single.expand(4, 3, 2), { code: "SHAPE_MISMATCH", message: /Cannot expand/ });
  deepEqual(live.unsqueeze(1).squeeze(1).rows, rows);
  rows.dispose();
});

Deno.test("narrower elements are written within their tensor (debug build)", async () => {
  using own = scope();
  using device = debugDevice();
  const bytes = tensor(Uint8Array.of(1, 2, 3), { device, scope: own });
  deepEqual(await bytes.diag(1).toArray(), [[0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 3], [0, 0, 0, 0]]);
  deepEqual(await bytes.flip(0).pad([1, 1], 7).toArray(), [7, 3, 2, 1, 7]);
  const halves = tensor(Uint16Array.of(0x3c00, 0x4000), { dtype: "f16", device, scope: own });
  deepEqual(await halves.diag().toArray(), [[1, 0], [0, 2]]);
});

Deno.test("a triangle leaves out what is not finite", async () => {
  using x = tensor([[1, NaN], [2, Infinity]]);
  using y = x.tril(-1);
  deepEqual(await y.toArray(), [[0, 0], [2, 0]]);
});

Deno.test("parts and windows are views", () => {
  using own = scope();
  const x = tensor(new Float32Array(12), { shape: [3, 4], scope: own });
  const before = x.device.live();
  const views = [
    ...x.chunk(2),
    ...x.split(3, 1),
    x.unfold(1, 2, 1),
    x.diagonal(),
    x.expandAs(x),
    x.movedim(0, 1),
  ];
  deepEqual(x.device.live(), before);
  equal(views.length, 8);
});

Deno.test("shape errors name the op, the shapes and what was expected", () => {
  using own = scope();
  const make = (...shape: number[]) =>
    tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape, scope: own });
  const [a, b] = [make(2, 3), make(3, 2)];
  const error = (run: () => Tensor | Tensor[], message: RegExp, code = "SHAPE_MISMATCH") =>
    throws(run, { code, message });
  error(
    () => cat([a, b], 1),
    /Cannot cat \[2,3\] and \[3,2\] along dimension 1: the other dimensions must be the same/,
  );
  error(() => stack([a, b]), /Cannot stack \[2,3\] and \[3,2\]/);
  error(() => cat([]), /Cannot cat nothing/, "INVALID_ARGUMENT");
  error(() => cat([a], 2), /Cannot cat: dimension must be in -2..1/, "INDEX_OUT_OF_RANGE");
  error(() => cat([a, a.to("f8e4m3")]), /Cannot cat f32 and f8e4m3/, "DTYPE_MISMATCH");
  error(
    () => a.split([1, 2]),
    /Cannot split dimension 0 of \[2,3\] into \[1,2\]: the sizes must add up to 2/,
  );
  error(() => a.split(0), /the size must be 1 or more, got 0/, "INVALID_ARGUMENT");
  error(() => a.chunk(0), /one chunk or more, got 0/, "INVALID_ARGUMENT");
  error(() => a.repeat(2), /Cannot repeat \[2,3\] by \[2\]/);
  error(() => a.repeat(2, -1), /whole numbers from 0/, "INVALID_ARGUMENT");
  error(() => a.roll([1, 2], 0), /Cannot roll by \[1,2\] over dimensions \[0\]/, "INVALID_ARGUMENT");
  error(() => a.unfold(1, 4, 1), /Cannot unfold dimension 1 of \[2,3\] into windows of 4/);
  error(() => a.unflatten(1, [2, -1]), /Cannot unflatten dimension 1 of \[2,3\] into \[2,-1\]: it holds 3/);
  error(() => a.flatten(1, 0), /Cannot flatten \[2,3\] from dimension 1 to 0/);
  error(() => a.movedim([0, 1], [0, 0]), /Cannot movedim \[0,1\] to \[0,0\]/);
  error(() => a.pad([1]), /Cannot pad f32\[2,3\] on wasm by \[1\]: give pairs/);
  error(() => a.pad([-2, -2]), /take away no more than there is/);
  error(() => make(0, 2).pad([0, 0, 1, 0], "edge"), /dimension 0 is empty/);
  error(() => make(3).tril(), /Cannot tril f32\[3\] on wasm: it must hold matrices/);
  error(() => make(2, 2, 2).diag(), /Cannot diag \[2,2,2\]: it must be a vector or a matrix/);
  error(() => a.diagonal(0, 1, -1), /two different dimensions are needed, got 1 and -1/);
  error(() => a.diag(0.5), /must be whole, got 0.5/, "INVALID_ARGUMENT");
  error(
    () => make(3, 2, 2).pixelShuffle(2),
    /Cannot pixelShuffle \[3,2,2\] by 2: it must be \[.., C 2\^2, H, W\]/,
  );
});

Deno.test("copy() has memory of its own, and a gradient", async () => {
  using own = scope();
  const x = tensor([1, 2], { scope: own });
  const y = x.copy();
  x.write(Float32Array.of(5, 6));
  deepEqual(await y.toArray(), [1, 2]);
  const leaf = tensor([1, 2], { scope: own }).requiresGrad();
  deepEqual(await leaf.copy().mul(3).sum().backward().get(leaf).toArray(), [3, 3]);
});
