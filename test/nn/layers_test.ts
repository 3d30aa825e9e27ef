/**
 * Layers against what they say they are, composed by hand; and ownership: scopes of tasks, optimizers, modules.
 */
import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict";
import {
  defaultDevice,
  Generator,
  grad,
  nn,
  optim,
  record,
  type Scope,
  scope,
  type Tensor,
  tensor,
} from "../../mod.ts";
import { Random, testSeed } from "../random.ts";

const seed = testSeed();

const floats = (own: Scope, ...shape: number[]) =>
  tensor(new Random(seed).floats(shape.reduce((a, b) => a * b)), { shape, scope: own });

async function same(a: Tensor, b: Tensor, bound = 1e-6): Promise<void> {
  deepEqual(a.shape, b.shape);
  const [x, y] = [await a.data(), await b.data()];
  x.forEach((v, i) => ok(Math.abs(v - y[i]) <= bound * (1 + Math.abs(y[i])), `${v} at ${i}, want ${y[i]}`));
}

Deno.test("a linear layer takes any leading dimensions, and has PyTorch's first values", async () => {
  using own = scope();
  using layer = new nn.Linear(25, 3).init(seed);
  const bound = 1 / 5;
  for (const t of layer.parameters()) ok((await t.data()).every((v) => Math.abs(v) <= bound));
  const { weight, bias } = layer;
  for (const shape of [[25], [4, 25], [2, 3, 25], [0, 25], [2, 0, 3, 25]]) {
    const x = floats(own, ...shape);
    const rows = x.reshape(shape.slice(0, -1).reduce((a, b) => a * b, 1), 25);
    const want = rows.matmul(weight.tensor.t()).add(bias!.tensor).reshape(...shape.slice(0, -1), 3);
    await same(layer.forward(x), want);
  }
  throws(() => layer.forward(floats(own, 2, 24)), { code: "SHAPE_MISMATCH", message: /got 25 and 24/ });
});

Deno.test("a linear layer's gradients are those of its products, also of strided inputs and twice", async () => {
  using own = scope();
  using layer = new nn.Linear(4, 3).init(seed);
  const x = floats(own, 2, 4, 5).transpose(1, 2).detach().requiresGrad();
  const [w, b] = layer.parameters();
  const loss = (y: Tensor) => y.mul(y).reshape(-1).sum(0);
  const own1 = loss(layer.forward(x)).backward();
  const by = loss(x.reshape(10, 4).matmul(w.t()).add(b)).backward();
  for (const t of [x, w, b]) await same(own1.get(t), by.get(t), 1e-5);
  const twice = (forward: (x: Tensor) => Tensor) =>
    grad((x: Tensor) => loss(grad((x: Tensor) => loss(forward(x).tanh()))(x)[0]))(x.detach())[0];
  const composed = (x: Tensor) => x.reshape(10, 4).matmul(w.t()).add(b);
  await same(twice((x) => layer.forward(x)), twice(composed), 1e-4);
  const none = floats(own, 0, 4).requiresGrad();
  const empty = layer.forward(none).reshape(-1).sum(0).backward();
  deepEqual(await empty.get(w).toArray(), [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]);
  deepEqual(await empty.get(b).toArray(), [0, 0, 0]);
  deepEqual(empty.get(none).shape, [0, 4]);
  ok(own1.get(w).isContiguous, "as the weight lies, so that an optimizer needs no copy");
});

Deno.test("norms, feed-forwards and positions are what they say", async () => {
  using own = scope();
  const x = floats(own, 2, 3, 8);
  using norm = new nn.LayerNorm(8).init(1);
  const centred = x.sub(x.mean(-1, true));
  await same(norm.forward(x), centred.div(centred.mul(centred).mean(-1, true).add(1e-5).sqrt()), 1e-5);
  using plain = new nn.LayerNorm(8, { bias: false, epsilon: 1 }).init(1);
  deepEqual([...plain.stateDict().keys()], ["weight"]);
  await same(plain.forward(x), centred.div(centred.mul(centred).mean(-1, true).add(1).sqrt()), 1e-5);
  using root = new nn.RmsNorm(8).init(1);
  await same(root.forward(x), x.div(x.mul(x).mean(-1, true).add(1e-5).sqrt()), 1e-5);
  using feed = new nn.FeedForward(8, 6).init(1);
  await same(feed.forward(x), feed.down.forward(feed.up.forward(x).gelu()));
  for (const gate of ["silu", "gelu"] as const) {
    using gated = new nn.GatedFeedForward(8, 6, { gate }).init(1);
    await same(gated.forward(x), gated.down.forward(gated.gate.forward(x)[gate]().mul(gated.up.forward(x))));
  }
  const [first, second] = [x.narrow(-1, 0, 4), x.narrow(-1, 4, 4)];
  await same(new nn.Swiglu().forward(x), first.silu().mul(second));
  await same(new nn.Geglu().forward(x), first.gelu().mul(second));
  throws(() => new nn.Geglu().forward(x.narrow(-1, 0, 3)), { code: "SHAPE_MISMATCH" });
  using learned = new nn.PositionalEmbedding(5, 8).init(1);
  await same(learned.forward(x, 2), x.add(learned.weight.tensor.narrow(0, 2, 3)));
  throws(() => learned.forward(x, 3), { code: "INDEX_OUT_OF_RANGE", message: /positions 3 to 5/ });
  using waves = new nn.SinusoidalEmbedding(5, 8);
  const added = await waves.forward(x, 1).sub(x).data();
  ok(Math.abs(added[0] - Math.sin(1)) < 1e-6 && Math.abs(added[8 + 3] - Math.cos(2 / 10)) < 1e-6);
  equal(waves.parameterCount, 0);
});

Deno.test("dropout drops in training alone, alone and inside other layers, and anew in every replay", async () => {
  using own = scope();
  const x = tensor(new Float32Array(4000).fill(1), { shape: [40, 100], scope: own });
  const layer = new nn.Dropout(0.25, { generator: new Generator(seed) });
  const kept = await layer.forward(x).data();
  const share = kept.filter((v) => v !== 0).length / kept.length;
  ok(Math.abs(share - 0.75) < 0.05, `${share}`);
  ok(kept.every((v) => v === 0 || Math.abs(v - 4 / 3) < 1e-6));
  deepEqual(await layer.eval().forward(x).data(), await x.data());
  using program = record(defaultDevice(), () => layer.train().forward(x));
  const replays: unknown[] = [];
  for (let i = 0; i < 2; i++) {
    program.run();
    replays.push(await program.outputs[0].data());
  }
  notDeepEqual(replays[0], replays[1]);
  const generator = new Generator(seed);
  const rows = floats(own, 1, 6, 8);
  using attention = new nn.MultiHeadAttention(8, 2, { causal: true, dropout: 0.5, generator }).init(1);
  using feed = new nn.FeedForward(8, 32, { dropout: 0.5, generator }).init(1);
  for (const layer of [attention, feed]) {
    const [first, second] = [await layer.forward(rows).data(), await layer.forward(rows).data()];
    notDeepEqual(first, second);
    layer.forward(rows).reshape(-1).sum(0).backward();
    layer.eval();
    deepEqual(await layer.forward(rows).data(), await layer.forward(rows).data());
  }
});

Deno.test("an embedding takes ids of any shape", async () => {
  using own = scope();
  using layer = new nn.Embedding(5, 3).init(1);
  const ids = tensor(Int32Array.of(4, 0, 0, 2, 1, 4), { shape: [2, 3], scope: own });
  const y = layer.forward(ids);
  deepEqual(y.shape, [2, 3, 3]);
  const table = await layer.weight.tensor.data();
  deepEqual((await y.data()).slice(0, 6), Float32Array.of(...table.slice(12, 15), ...table.slice(0, 3)));
  const gradient = y.reshape(-1).sum(0).backward().get(layer.weight.tensor);
  deepEqual(await gradient.sum(1).toArray(), [6, 3, 3, 0, 6]);
});

Deno.test("two tasks that wait after every op see only their own tensors", async () => {
  using layer = new nn.Sequential(new nn.Linear(4, 4), new nn.Tanh(), new nn.Linear(4, 1)).init(1);
  const results = new Map<number, number[]>();
  const task = async (value: number, waits: number) => {
    using own = scope();
    const found: number[] = [];
    for (let i = 0; i < 10; i++) {
      using inner = scope();
      const x = tensor(new Float32Array(4).fill(value), { shape: [1, 4], scope: i % 2 ? own : inner });
      let y = x;
      for (const part of layer.layers) {
        y = part.forward(y);
        equal(y.scope, x.scope);
        await new Promise((resolve) => setTimeout(resolve, waits));
        ok(!y.isDisposed, "the other task's scope has closed in between");
      }
      found.push(await y.item());
    }
    results.set(value, found);
  };
  const before = defaultDevice().live().bytes;
  await Promise.all([task(1, 0), task(-2, 1), task(3, 0)]);
  equal(defaultDevice().live().bytes, before);
  for (const found of results.values()) deepEqual(found, new Array(10).fill(found[0]));
  notDeepEqual(results.get(1), results.get(-2));
});

Deno.test("a using inside a forward does not break the tape", async () => {
  class Careful extends nn.Module {
    readonly a = new nn.Linear(3, 4);
    readonly b = new nn.Linear(4, 2);
    forward(x: Tensor, careful: boolean): Tensor {
      const hidden = this.a.forward(x);
      const bent = hidden.tanh();
      const y = this.b.forward(bent);
      if (careful) { for (const t of [hidden, bent]) t.dispose(); }
      return y;
    }
  }
  using own = scope();
  using net = new Careful().init(1);
  const x = floats(own, 2, 3);
  const gradients = [false, true].map((careful) => net.forward(x, careful).reshape(-1).sum(0).backward());
  for (const p of net.parameters()) {
    deepEqual(await gradients[1].get(p).data(), await gradients[0].get(p).data());
  }
});

Deno.test("an optimizer's state outlives the scope of its first step, and a thousand steps hold no more than ten", () => {
  const device = defaultDevice();
  const run = (steps: number) => {
    using net = new nn.Sequential(new nn.Linear(3, 4), new nn.LayerNorm(4), new nn.Linear(4, 1)).init(1);
    using optimizer = new optim.AdamW(net.parameters(), { learningRate: 0.01 });
    let held = 0;
    for (let i = 0; i < steps; i++) {
      {
        using own = scope();
        const y = net.forward(floats(own, 5, 3));
        optimizer.step(y.mul(y).reshape(-1).sum(0).backward());
      }
      if (i === 9) held = device.live().bytes;
    }
    equal(device.live().bytes, held);
  };
  run(10);
  const before = device.live();
  run(1000);
  deepEqual(device.live(), before, "disposing a module frees everything");
});
