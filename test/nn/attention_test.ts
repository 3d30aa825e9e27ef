/**
 * Attention: its functional against plain loops in float64, its gradients against differences, and the layer at once
 * against step by step.
 */
import { deepEqual, notDeepEqual, ok, throws } from "node:assert/strict";
import {
  defaultDevice,
  grad,
  nn,
  noGrad,
  record,
  rope,
  scaledDotProductAttention,
  type Scope,
  scope,
  type Tensor,
  tensor,
  zeros,
} from "../../mod.ts";
import { isNear } from "../near.ts";
import { Random, testSeed } from "../random.ts";

const seed = testSeed();

interface Shape {
  B: number;
  H: number;
  G: number;
  T: number;
  S: number;
  D: number;
}

const shapes: Shape[] = [
  { B: 1, H: 1, G: 1, T: 1, S: 1, D: 1 },
  { B: 2, H: 4, G: 2, T: 5, S: 5, D: 3 },
  { B: 1, H: 3, G: 1, T: 3, S: 6, D: 4 },
  { B: 2, H: 2, G: 2, T: 6, S: 4, D: 8 },
  { B: 0, H: 2, G: 2, T: 2, S: 2, D: 2 },
  { B: 1, H: 2, G: 1, T: 0, S: 3, D: 2 },
];

/** Attention in plain loops; `mask` gives what is added to a score. */
function plain(q: number[], k: number[], v: number[], s: Shape, mask: (at: number[]) => number): number[] {
  const { B, H, G, T, S, D } = s;
  const y: number[] = [];
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < H; h++) {
      const group = (b * G + Math.floor(h / (H / G))) * S;
      for (let t = 0; t < T; t++) {
        const at = ((b * H + h) * T + t) * D;
        const scores = Array.from({ length: S }, (_, j) => {
          let dot = 0;
          for (let d = 0; d < D; d++) dot += q[at + d] * k[(group + j) * D + d];
          return dot / Math.sqrt(D) + mask([b, h, t, j]);
        });
        const top = Math.max(...scores);
        const weights = scores.map((x) => Math.exp(x - top));
        const sum = weights.reduce((a, b) => a + b, 0);
        for (let d = 0; d < D; d++) {
          y.push(weights.reduce((acc, w, j) => acc + w / sum * v[(group + j) * D + d], 0));
        }
      }
    }
  }
  return y;
}

function close(got: ArrayLike<number>, want: ArrayLike<number>, bound: number, what: string): void {
  deepEqual(got.length, want.length, what);
  for (let i = 0; i < got.length; i++) {
    ok(
      isNear(got[i], want[i], bound * (1 + Math.abs(want[i]))),
      `${what}: ${got[i]} at ${i}, want ${want[i]}`,
    );
  }
}

type Ways = "all" | "causal" | "seen" | "added" | "causal and seen";

/** What a way hands to the function, and adds to a score. */
function way(name: Ways, s: Shape, random: Random, own: Scope) {
  const bits = Uint8Array.from({ length: s.T * s.S }, (_, i) => i % s.S === 0 || random.next() < 0.5 ? 1 : 0);
  const floats = random.floats(s.H * s.T * s.S);
  const seen = () => tensor(bits, { shape: [s.T, s.S], dtype: "bool", scope: own });
  const bySeen = ([, , t, j]: number[]) => bits[t * s.S + j] ? 0 : -Infinity;
  const byCause = ([, , t, j]: number[]) => j <= t ? 0 : -Infinity;
  const ways: Record<Ways, { options: { causal?: boolean; mask?: Tensor }; add: (at: number[]) => number }> =
    {
      all: { options: {}, add: () => 0 },
      causal: { options: { causal: true }, add: byCause },
      seen: { options: { mask: seen() }, add: bySeen },
      added: {
        options: { mask: tensor(floats, { shape: [s.H, s.T, s.S], scope: own }) },
        add: ([, h, t, j]) => floats[(h * s.T + t) * s.S + j],
      },
      "causal and seen": { options: { causal: true, mask: seen() }, add: (at) => byCause(at) + bySeen(at) },
    };
  return ways[name];
}

for (const name of ["all", "causal", "seen", "added", "causal and seen"] as const) {
  Deno.test(`scaledDotProductAttention(${name}) agrees with loops in float64, and so do its gradients with differences`, async () => {
    const random = new Random(seed);
    for (const s of shapes) {
      using own = scope();
      const { options, add } = way(name, s, random, own);
      const sizes = [[s.B, s.H, s.T, s.D], [s.B, s.G, s.S, s.D], [s.B, s.G, s.S, s.D]];
      const values = sizes.map((shape) => random.floats(shape.reduce((a, b) => a * b)));
      // strided: heads inside rows, as a layer hands them over
      const [q, k, v] = values.map((x, i) => {
        const [b, h, t, d] = sizes[i];
        const turned = new Float32Array(x.length);
        x.forEach((value, at) => {
          const [bi, hi, ti, di] = [
            Math.floor(at / (h * t * d)),
            Math.floor(at / (t * d)) % h,
            Math.floor(at / d) % t,
            at % d,
          ];
          turned[((bi * t + ti) * h + hi) * d + di] = value;
        });
        return tensor(turned, { shape: [b, t, h, d], scope: own }).transpose(1, 2).detach().requiresGrad();
      });
      const w = random.floats(s.B * s.H * s.T * s.D);
      const forward = (q: Tensor, k: Tensor, v: Tensor) => scaledDotProductAttention(q, k, v, options);
      const loss = (q: Tensor, k: Tensor, v: Tensor) =>
        forward(q, k, v).mul(tensor(w, { shape: sizes[0], scope: own })).reshape(-1).sum(0);
      const wanted = (values: ArrayLike<number>[]) =>
        plain(...values.map((x) => Array.from(x)) as [number[], number[], number[]], s, add);
      close(await forward(q, k, v).data(), wanted(values), 1e-5, "values");
      const fused = loss(q, k, v).backward();
      const composed = grad(loss)(...[q, k, v].map((x) => x.detach()));
      for (const [i, x] of [q, k, v].entries()) {
        const slope = Array.from(values[i], (_, e) => {
          const at = (by: number) =>
            wanted(values.map((v, j) => j === i ? Float64Array.from(v).with(e, v[e] + by) : v))
              .reduce((sum, y, n) => sum + y * w[n], 0);
          return (at(1e-5) - at(-1e-5)) / 2e-5;
        });
        close(await fused.get(x).data(), slope, 2e-4, `gradient ${i}`);
        close(await composed[i].data(), slope, 2e-4, `composed gradient ${i}`);
      }
    }
  });
}

Deno.test("a gradient of attention's gradient agrees with differences of the gradient", async () => {
  const random = new Random(seed);
  using own = scope();
  const make = () => tensor(random.floats(2 * 3 * 2), { shape: [1, 2, 3, 2], scope: own });
  const [q, k, v] = [make(), make(), make()];
  const inner = (q: Tensor) =>
    grad((q, k, v) => {
      const y = scaledDotProductAttention(q, k, v, { causal: true });
      return y.mul(y).reshape(-1).sum(0);
    })(q, k, v);
  const outer = (q: Tensor) => inner(q).map((g) => g.mul(g).reshape(-1).sum(0)).reduce((a, b) => a.add(b));
  const [second] = grad(outer)(q);
  const values = await q.data();
  const slope: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const at = async (by: number) =>
      await outer(tensor(Float32Array.from(values).with(i, values[i] + by), { shape: q.shape, scope: own }))
        .item();
    slope.push((await at(1e-2) - await at(-1e-2)) / 2e-2);
  }
  close(await second.data(), slope, 3e-2, "second");
});

Deno.test("attention refuses shapes and masks that do not fit, and values", () => {
  using own = scope();
  const make = (...shape: number[]) =>
    tensor(new Float32Array(shape.reduce((a, b) => a * b)), { shape, scope: own });
  const [q, k] = [make(1, 3, 2, 4), make(1, 2, 2, 4)];
  throws(() => scaledDotProductAttention(q, k, k), { code: "SHAPE_MISMATCH", message: /H a multiple of G/ });
  throws(() => scaledDotProductAttention(q, q, q, { mask: make(3, 3) }), { code: "SHAPE_MISMATCH" });
  throws(() => scaledDotProductAttention(q, q, q, { mask: make(2, 1, 3, 2, 2) }), {
    code: "SHAPE_MISMATCH",
    message: /must broadcast to \[1,3,2,2\]/,
  });
  throws(() => new nn.MultiHeadAttention(8, 3), { code: "INVALID_ARGUMENT" });
});

Deno.test("a mask of truth says who is seen; integers, which may mean either, are refused", async () => {
  using own = scope();
  const ones = tensor([[[[1, 1], [1, 1]]]], { scope: own });
  const v = tensor([[[[1, 2], [3, 4]]]], { scope: own });
  const truth = tensor([[true, false], [true, true]], { scope: own });
  const attended = scaledDotProductAttention(ones, ones, v, { mask: truth });
  deepEqual(await attended.toArray(), [[[[1, 2], [2, 3]]]]);
  using layer = new nn.MultiHeadAttention(4, 2).init(1);
  const x = tensor(new Random(seed).floats(2 * 3 * 4), { shape: [2, 3, 4], scope: own });
  const tokens = tensor([[true, true, false], [true, true, true]], { scope: own }).reshape(2, 1, 1, 3);
  const added = tokens.where(zeros([1], { scope: own }), -Infinity);
  const [padded, summed, plainly] = [{ mask: tokens }, { mask: added }, {}].map((o) => layer.forward(x, o));
  deepEqual(await padded.toArray(), await summed.toArray());
  deepEqual(await padded.i(1).toArray(), await plainly.i(1).toArray());
  notDeepEqual(await padded.i(0).toArray(), await plainly.i(0).toArray());
  for (const dtype of ["u8", "i16", "i32", "u32", "i64", "f64"] as const) {
    const refused = { code: "DTYPE_MISMATCH", message: /mask .* expected bool .* or f32/ };
    throws(() => scaledDotProductAttention(ones, ones, v, { mask: truth.to(dtype) }), refused);
    throws(() => layer.forward(x, { mask: tokens.to(dtype) }), refused);
  }
});

Deno.test("attention leaves nothing behind, and records", async () => {
  const random = new Random(seed);
  const values = random.floats(2 * 4 * 8);
  const run = async () => {
    using own = scope();
    using layer = new nn.MultiHeadAttention(8, 2, { causal: true, rotary: new nn.RotaryEmbedding(8, 4) })
      .init(1);
    const x = tensor(values, { shape: [2, 4, 8], scope: own });
    const mask = tensor([true, false, true, true], { scope: own });
    const eager = [layer.forward(x), layer.forward(x, { mask })];
    for (const y of eager) y.reshape(-1).sum(0).backward();
    using program = record(defaultDevice(), () => [layer.forward(x), layer.forward(x, { mask })]);
    program.run();
    for (const [i, y] of program.outputs.entries()) {
      deepEqual(await y.data(), await eager[i].data());
      y.dispose();
    }
  };
  await run();
  const before = defaultDevice().live();
  await run();
  deepEqual(defaultDevice().live(), before);
});

/** How near rows over a cache come to the whole at once; halves round after each op. */
const DECODED = { f32: 1e-5, f64: 1e-12, f16: 4e-3, bf16: 3e-2 } as const;

for (const [dtype, tolerance] of Object.entries(DECODED) as [keyof typeof DECODED, number][]) {
  Deno.test(`a layer of ${dtype} step by step over a cache agrees with the whole at once, eager and recorded`, async () => {
    for (const [heads, keyValueHeads] of [[4, 4], [4, 2], [4, 1]]) {
      await decodes(dtype, tolerance, heads, keyValueHeads);
    }
  });
}

async function decodes(
  dtype: keyof typeof DECODED,
  tolerance: number,
  heads: number,
  keyValueHeads: number,
): Promise<void> {
  using own = scope();
  const device = defaultDevice();
  using rotary = new nn.RotaryEmbedding(16, 4);
  using layer = new nn.MultiHeadAttention(16, heads, { keyValueHeads, causal: true, rotary }).init(2).to(
    dtype,
  );
  using cache = new nn.KvCache(device, { layers: 1, heads: keyValueHeads, headSize: 4, length: 16, dtype });
  const x = tensor(new Random(seed).floats(7 * 16), { shape: [7, 16], scope: own }).to(dtype);
  const whole = await layer.forward(x).to("f64").data();
  const agrees = async (y: Tensor, from: number, rows: number) => {
    deepEqual(y.dtype, dtype);
    using exact = y.to("f64");
    close(await exact.data(), whole.subarray(from * 16, (from + rows) * 16), tolerance, `rows from ${from}`);
  };
  throws(() => layer.decode(x, cache.layers[0], 0), { code: "INVALID_STATE", message: /keeps values alone/ });
  let position = 0;
  for (const rows of [3, 1]) {
    const part = x.narrow(0, position, rows);
    await agrees(noGrad(() => layer.decode(part, cache.layers[0], position)), position, rows);
    position += rows;
  }
  const at = device.cell(0);
  const next = x.narrow(0, 0, 1).copy();
  using step = noGrad(() => record(device, () => layer.decode(next, cache.layers[0], at)));
  for (; position < 7; position++) {
    at.set(position);
    next.sliceSet(x.narrow(0, position, 1));
    step.run();
    await agrees(step.outputs[0], position, 1);
  }
  at.dispose();
  const last = new nn.OneRow(tensor(Int32Array.of(1), { scope: own }), 6); // of a chunk of two
  const pair = x.narrow(0, 5, 2);
  await agrees(noGrad(() => layer.decode(pair, cache.layers[0], 5, last)), 6, 1);
}

Deno.test("attention to another sequence of another width", async () => {
  using own = scope();
  using layer = new nn.MultiHeadAttention(8, 2, { memoryWidth: 6 }).init(3);
  const x = tensor(new Random(seed).floats(2 * 3 * 8), { shape: [2, 3, 8], scope: own });
  const memory = tensor(new Random(seed + 1).floats(2 * 5 * 6), { shape: [2, 5, 6], scope: own });
  const y = layer.forward(x, { memory });
  deepEqual(y.shape, [2, 3, 8]);
  const gradients = y.reshape(-1).sum(0).backward();
  deepEqual(gradients.get(layer.key.weight.tensor).shape, [8, 6]);
  // a mask that leaves the first memory alone makes every row the same
  const mask = tensor([true, false, false, false, false], { scope: own });
  const same = await layer.forward(x, { memory, mask }).data();
  close(same.subarray(0, 8), same.subarray(8, 16), 1e-6, "rows");
});

Deno.test("rope of a batch turns each sequence from the same position on", async () => {
  using own = scope();
  using rotary = new nn.RotaryEmbedding(8, 4, { pairs: "interleaved" });
  const values = new Random(seed).floats(2 * 3 * 2 * 6);
  const x = tensor(values, { shape: [2, 3, 2, 6], scope: own }).requiresGrad();
  const y = rotary.forward(x, 2);
  for (const b of [0, 1]) {
    const one = tensor(values.slice(b * 36, b * 36 + 36), { shape: [3, 2, 6], scope: own });
    deepEqual((await y.data()).slice(b * 36, b * 36 + 36), await rotary.forward(one, 2).data());
  }
  // turning keeps lengths: the gradient of half the squared length is x
  const gradient = y.mul(y).mul(0.5).reshape(-1).sum(0).backward().get(x);
  close(await gradient.data(), values, 1e-6, "gradient");
  throws(() => rope(x, x.narrow(0, 0, 1).reshape(4, 9)), { code: "SHAPE_MISMATCH" });
});
