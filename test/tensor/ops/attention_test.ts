/**
 * Attention over a cache, and rope, in f64 (composed of ops) against the rows' oracles: at a position that is a number
 * or a cell, with rows that a Program changes between replays; in f16 and bf16 against f32.
 */
import { deepEqual, ok, throws } from "node:assert/strict";
import {
  defaultDevice,
  Generator,
  nn,
  randn,
  record,
  rope,
  type Scope,
  scope,
  Tensor,
  tensor,
  zeros,
} from "../../../mod.ts";
import type { Cell } from "../../../src/device/device.ts";
import { appendToCache, attention } from "../../../src/tensor/ops/attention.ts";
import { isNear } from "../../near.ts";
import { Random, testSeed } from "../../random.ts";
import { attention_f32 } from "../../reference/attention.ts";
import type { Case, OperandValue, Reference } from "../../reference/reference.ts";
import { rope_halved_f32, rope_interleaved_f32 } from "../../reference/rope.ts";

const seed = testSeed();

/** Of f64: sums of other orders. */
const WIDE = 1e-12;

function near(what: string, got: ArrayLike<number>, want: ArrayLike<number>, tolerance: number): void {
  deepEqual(got.length, want.length, what);
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i])) continue;
    ok(
      isNear(got[i], want[i], tolerance * (1 + Math.abs(want[i]))),
      `${what}[${i}]: ${got[i]}, not ${want[i]}`,
    );
  }
}

const truth = ({ oracle }: Reference, call: Case) =>
  Float64Array.from(oracle(call)[0].values as Float64Array);

const wide = (values: OperandValue, shape: number[], own: Scope) =>
  tensor(Float64Array.from(values!), { shape, scope: own });

/**
 * An op over rows [T, ..] from a position on: eager at a number (unless it refuses that) and at a cell, and recorded for
 * as many rows or fewer.
 */
async function everyWay(
  what: string,
  x: Tensor,
  position: number,
  op: (x: Tensor, position: number | Cell) => Tensor,
  want: ArrayLike<number>,
  refusesNumber = false,
): Promise<void> {
  using own = scope();
  const { device } = x;
  const [T, ...rest] = x.shape;
  const at = device.cell(position);
  for (const p of refusesNumber ? [at] : [position, at]) {
    near(what, await op(own.borrow(x), p).data(), want, WIDE);
  }
  at.set(0);
  using recorded = record(device, () => op(own.borrow(x), at));
  at.set(position);
  recorded.run();
  near(`${what}, recorded`, await recorded.outputs[0].data(), want, WIDE);
  const rows = device.cell(T);
  const room = zeros([T + 2, ...rest], { dtype: "f64", scope: own }).sliceAssign([[0, T]], x);
  const live = new Tensor(room.storage.retain(), "f64", room.shape, { rows, scope: own });
  using dynamic = record(device, () => op(live, at));
  const all = dynamic.outputs[0];
  for (const n of [T, T - 1]) {
    rows.set(n);
    dynamic.run();
    const got = await new Tensor(all.storage.retain(), "f64", all.shape, { scope: own }).data();
    const size = want.length / T * n;
    near(`${what}, ${n} of ${T + 2} rows`, got.slice(0, size), Array.from(want).slice(0, size), WIDE);
  }
  for (const cell of [at, rows]) cell.dispose();
}

Deno.test("attention over a cache in f64 agrees with its oracle, whatever lies at later positions", async () => {
  const held = async () => {
    for (const call of attention_f32.cases(new Random(seed))) {
      if (call.label === "beyond the cache" || call.cells[0] === 0) continue;
      using own = scope();
      const [q, k, v] = call.operands;
      const [[H, G, D, S, scale, window], [T, P]] = [call.params, call.cells];
      const [keys, values] = [k, v].map((x) => wide(x, [G, S, D], own));
      const op = (q: Tensor, p: number | Cell) => attention(q, keys, values, p, { scale, window });
      await everyWay(call.label, wide(q, [T, H, D], own), P, op, truth(attention_f32, call));
    }
  };
  await held();
  const before = defaultDevice().live();
  await held();
  deepEqual(defaultDevice().live(), before);
});

Deno.test("attention in f64 beyond its cache is NaN, and none of no rows", async () => {
  using own = scope();
  const [q, k] = [[2, 2, 3], [1, 4, 3]].map((shape) => zeros(shape, { dtype: "f64", scope: own }));
  deepEqual(await attention(q, k, k, 3).toArray(), [[[0, 0, 0], [0, 0, 0]], [[NaN, NaN, NaN], [
    NaN,
    NaN,
    NaN,
  ]]]);
  deepEqual(attention(q.narrow(0, 0, 0), k, k, 3).shape, [0, 2, 3]);
  throws(() => attention(q, k.narrow(2, 0, 2), k, 0), { code: "SHAPE_MISMATCH" });
  throws(() => attention(q.to("i32"), k, k, 0), {
    code: "SHAPE_MISMATCH",
    message: /takes floats of rank 3/,
  });
});

for (const dtype of ["f16", "bf16"] as const) {
  Deno.test(`attention of ${dtype} is that of f32, rounded, over caches of any float`, async () => {
    using own = scope();
    const random = new Random(seed);
    const drawn = (...shape: number[]) =>
      tensor(random.floats(shape.reduce((a, b) => a * b)), { shape, scope: own }).to(dtype);
    const [q, k, v] = [drawn(3, 4, 5), drawn(2, 9, 5), drawn(2, 9, 5)];
    const want = attention(q.to("f32"), k.to("f32"), v.to("f32"), 4, { window: 3 });
    for (const cache of ["f32", dtype] as const) {
      const got = attention(q, k.to(cache), v.to(cache), 4, { window: 3 });
      deepEqual(got.dtype, dtype);
      deepEqual(await got.data(), await want.to(dtype).data());
    }
    deepEqual(await attention(q.to("f32"), k, v, 4, { window: 3 }).data(), await want.data());
  });
}

Deno.test("a cache takes rows in its own dtype, by number or cell, and leaves out what lies beyond", async () => {
  using own = scope();
  const random = new Random(seed);
  const at = defaultDevice().cell(2);
  for (const dtype of ["f64", "f32", "f16", "bf16"] as const) {
    for (const from of ["f64", "f32", "f16", "bf16"] as const) {
      const x = tensor(random.floats(3 * 2 * 5), { shape: [3, 2, 5], scope: own }).to(from);
      const [byNumber, byCell] = [0, 1].map(() => zeros([2, 4, 5], { dtype, scope: own }));
      appendToCache(x, byNumber, 2);
      appendToCache(x, byCell, at);
      const want = zeros([2, 4, 5], { dtype, scope: own })
        .sliceAssign([null, [2, 4]], x.narrow(0, 0, 2).transpose(0, 1).to(dtype));
      for (const got of [byNumber, byCell]) {
        deepEqual(await got.data(), await want.data(), `${from} into ${dtype}`);
      }
    }
  }
  at.dispose();
  const bad = zeros([3, 1, 5], { scope: own });
  throws(() => appendToCache(bad, zeros([2, 4, 5], { scope: own }), 0), {
    code: "SHAPE_MISMATCH",
    message: /heads and their sizes must match/,
  });
});

for (
  const [pairs, reference] of Object.entries({
    halved: rope_halved_f32,
    interleaved: rope_interleaved_f32,
  })
) {
  Deno.test(`rope of ${pairs} pairs in f64 agrees with its oracle at a position in a cell`, async () => {
    using own = scope();
    for (const call of reference.cases(new Random(seed))) {
      const [[H, D, R, S], [T, P]] = [call.params, call.cells];
      if (T === 0 || call.shared) continue;
      const table = wide(call.operands[1], [S, R], own);
      const op = (x: Tensor, p: number | Cell) => rope(x, table, p, pairs as "halved" | "interleaved");
      const x = wide(call.operands[0], [T, H, D], own);
      await everyWay(call.label, x, P, op, truth(reference, call), P < 0 || P + T > S);
    }
  });
}

Deno.test("the gradient of rope in f64 at a cell is that at its number", async () => {
  using own = scope();
  const random = new Random(seed);
  const [x, dy] = [0, 1].map(() => wide(random.floats(3 * 2 * 6), [3, 2, 6], own));
  const table = wide(random.floats(9 * 4), [9, 4], own);
  const at = defaultDevice().cell(5);
  const leaf = x.requiresGrad();
  const [byNumber, byCell] = [5, at].map((p) => rope(leaf, table, p).backward({ gradient: dy }).get(leaf));
  deepEqual(await byCell.data(), await byNumber.data());
  at.dispose();
});

Deno.test("MultiHeadAttention takes a mask of bool", async () => {
  using own = scope();
  using layer = new nn.MultiHeadAttention(4, 2).init(1);
  const x = own.borrow(randn([1, 3, 4], { generator: new Generator(2), scope: own }));
  const lower = [[true, false, false], [true, true, false], [true, true, true]];
  using causal = new nn.MultiHeadAttention(4, 2, { causal: true }).load(layer.stateDict());
  const masked = await layer.forward(x, { mask: tensor(lower, { scope: own }) }).data();
  near("masked", masked, await causal.forward(x).data(), 1e-6);
});
