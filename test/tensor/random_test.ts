/** Random draws: one numbering on host and device, eagerly and in Programs, and again in checkpoints. */
import { deepEqual, equal, notDeepEqual, ok, throws } from "node:assert/strict";
import {
  bernoulli,
  checkpoint,
  defaultDevice,
  dropout,
  Generator,
  grad,
  manualSeed,
  optim,
  rand,
  randint,
  randn,
  record,
  type Scope,
  scope,
  type Tensor,
  tensor,
  WasmDevice,
} from "../../mod.ts";
import { noteDraws } from "../../src/tensor/draw.ts";
import { Random, testSeed } from "../random.ts";

const seed = testSeed();

Deno.test("host and device draw the same: uniform and integers to the bit, normal to 2e-6", async () => {
  const random = new Random(seed);
  for (const length of [0, 1, 2, 3, 4, 5, 1021]) {
    using own = scope();
    const big = random.integer(0, 2 ** 31 - 1) * 2 ** 20 + 5; // the key's high word counts
    const [host, device] = [new Generator(big), new Generator(big)];
    const options = { generator: device, scope: own };
    deepEqual(await rand([length], options).data(), host.uniform(length));
    const [normal, drawn] = [host.normal(length), await randn([length, 1], options).data()];
    normal.forEach((v, i) => ok(Math.abs(v - drawn[i]) <= 2e-6 * (1 + Math.abs(v)), `${v} and ${drawn[i]}`));
    deepEqual(await randint(-3, 1000, [length], options).data(), host.integers(length, -3, 1000));
    const ends: [number, number] = [-(2 ** 31), 2 ** 31 - 1];
    deepEqual(await randint(...ends, [length], options).data(), host.integers(length, ...ends));
    const units = host.uniform(length);
    deepEqual(await bernoulli(0.3, [length], options).data(), Uint8Array.from(units, (u) => u < 0.3 ? 1 : 0));
    equal(device.calls, 5);
    equal(host.calls, 5);
  }
});

Deno.test("uniform from low to high is the row's arithmetic, in f32", async () => {
  const { random_uniform_f32 } = await import("../../src/device/kernels/random.ts");
  using y = tensor(new Float32Array(99));
  for (const [low, high] of [[-2, 3], [0.1, 0.3], [1, 2], [-1e-3, 1e6]]) {
    const generator = new Generator(seed, 9);
    y.device.run(random_uniform_f32, [y], [99, ...generator.key, low, high], [1, 9]);
    deepEqual(await y.data(), generator.uniform(99, low, high));
  }
});

Deno.test("a generator goes on from its number of calls", () => {
  const whole = new Generator(3);
  whole.uniform(5);
  const second = whole.normal(5);
  deepEqual(new Generator(3, 1).normal(5), second);
  equal(whole.calls, 2);
  for (const wrong of [-1, 0.5, NaN, 2 ** 53]) {
    throws(() => new Generator(wrong), { code: "INVALID_ARGUMENT", message: /^Seed must be an integer/ });
    throws(() => new Generator(1, wrong), { code: "INVALID_ARGUMENT", message: /^Calls must be an integer/ });
  }
});

Deno.test("manualSeed makes what follows repeatable", async () => {
  using own = scope();
  manualSeed(11);
  const [a, b] = [rand([3], { scope: own }), rand([3], { scope: own })];
  manualSeed(11);
  deepEqual(await rand([3], { scope: own }).data(), await a.data());
  deepEqual(await rand([3], { scope: own }).data(), await b.data());
  notDeepEqual(await a.data(), await b.data());
  deepEqual(await a.data(), new Generator(11).uniform(3));
});

Deno.test("integers fall everywhere in their range, and evenly", () => {
  const counts = new Array(6).fill(0);
  for (const v of new Generator(1).integers(60000, 0, 6)) counts[v]++;
  for (const n of counts) ok(Math.abs(n - 10000) < 500, `${counts}`);
});

Deno.test("dropout keeps elements by the draw's units and scales them; its gradient is that of the same draw", async () => {
  using own = scope();
  for (const rate of [0, 0.25, 0.9, 1]) {
    const generator = new Generator(seed);
    const units = new Generator(seed).uniform(35);
    const plain = tensor(Float32Array.from({ length: 35 }, (_, i) => i + 1), { shape: [7, 5], scope: own });
    const x = plain.t().requiresGrad(); // strided
    const y = dropout(x, rate, generator);
    const scale = Math.fround(1 / (1 - Math.fround(rate)));
    const factors = Array.from(units, (u) => u >= Math.fround(rate) ? scale : 0);
    const values = await x.data();
    deepEqual([...await y.data()], factors.map((f, i) => f === 0 ? 0 : Math.fround(f * values[i])));
    const gradient = y.reshape(-1).sum(0).backward().get(x);
    deepEqual([...await gradient.data()], factors);
    equal(generator.calls, 1);
    const squared = (x: Tensor) => dropout(x.mul(x), rate, new Generator(seed)).reshape(-1).sum(0);
    const [second] = grad((x) => grad(squared)(x)[0].reshape(-1).sum(0))(x.detach());
    deepEqual([...await second.data()], factors.map((f) => 2 * f));
  }
});

Deno.test("a recording takes no numbers; its replays take those that eager calls would", async () => {
  using own = scope();
  const x = tensor(new Float32Array(12).fill(1), { shape: [3, 4], scope: own });
  const step = (generator: Generator) => () => {
    const noise = rand([3, 4], { generator, scope: own });
    const more = randn([3, 4], { generator, scope: own }).add(
      bernoulli(0.5, [3, 4], { generator }).where(1, 0),
    );
    return dropout(x, 0.5, generator).add(noise).mul(more);
  };
  const [eager, recorded] = [new Generator(5), new Generator(5)];
  using program = record(defaultDevice(), step(recorded));
  equal(recorded.calls, 0);
  const seen: string[] = [];
  for (let i = 0; i < 3; i++) {
    program.run();
    const got = await program.outputs[0].data();
    deepEqual(got, await step(eager)().data());
    seen.push(got.join());
  }
  equal(new Set(seen).size, 3);
  equal(recorded.calls, eager.calls);
});

Deno.test("an element's draw does not depend on how many rows are live", async () => {
  using own = scope();
  const x = tensor(new Float32Array(12).fill(1), { shape: [4, 3], scope: own });
  const rows = x.device.cell(4);
  const live = x.alias(x.shape, { rows });
  using whole = dropout(x, 0.5, new Generator(seed));
  const want = await whole.data();
  for (const n of [4, 1, 2]) {
    using program = record(x.device, () => dropout(live, 0.5, new Generator(seed)));
    rows.set(n);
    program.run();
    deepEqual((await program.outputs[0].data()).slice(0, 3 * n), want.slice(0, 3 * n));
  }
  rows.dispose();
});

Deno.test("a replay in pieces draws once", async () => {
  const generator = new Generator(5);
  using program = record(
    defaultDevice(),
    () => rand([4], { generator }).add(rand([4], { generator })).mul(2),
  );
  for (let call = 0; call < program.calls; call++) program.runCalls(call, call + 1);
  equal(generator.calls, 2);
  const host = new Generator(5);
  const [a, b] = [host.uniform(4), host.uniform(4)];
  deepEqual(await program.outputs[0].data(), a.map((v, i) => Math.fround(v + b[i]) * 2));
});

Deno.test("what draws hold goes with the Program", () => {
  using device = new WasmDevice();
  const before = device.live();
  record(device, () => rand([4], { device }).add(1))[Symbol.dispose]();
  throws(() => record(device, () => rand([4], { device }).reshape(3)), { code: "SHAPE_MISMATCH" });
  deepEqual(device.live(), before);
});

/** A network with dropout, in a checkpoint or not: gradients and the generator after it. */
async function trained(wrap: "plain" | "checkpoint" | "nested"): Promise<unknown> {
  using own = scope();
  const random = new Random(7);
  const generator = new Generator(13);
  const w = tensor(random.floats(16), { shape: [4, 4], scope: own }).requiresGrad();
  const x = tensor(random.floats(8), { shape: [2, 4], scope: own }).requiresGrad();
  const inner = (x: Tensor) => dropout(dropout(x.matmul(w), 0.3, generator).tanh(), 0.5, generator);
  const outer = (x: Tensor) => {
    const before = dropout(x, 0.5, generator);
    return dropout(wrap === "nested" ? checkpoint(inner, before) : inner(before), 0.2, generator);
  };
  const y = wrap === "plain" ? outer(x) : checkpoint(outer, x);
  const last = dropout(y, 0.5, generator);
  const gradients = last.exp().reshape(-1).sum(0).backward();
  return [
    await last.toArray(),
    await gradients.get(w).toArray(),
    await gradients.get(x).toArray(),
    generator.calls,
    generator.uniform(2),
  ];
}

Deno.test("a checkpoint draws the same again, also inside another", async () => {
  const plain = await trained("plain");
  deepEqual(await trained("checkpoint"), plain);
  deepEqual(await trained("nested"), plain);
});

Deno.test("a checkpoint that draws more the second time is refused", () => {
  using own = scope();
  const x = tensor([1, 2], { scope: own }).requiresGrad();
  const generator = new Generator(1);
  let times = 0;
  const fn = (x: Tensor) => times++ === 0 ? x.mul(x) : dropout(x, 0.5, generator);
  const y = checkpoint(fn, x).sum(0);
  throws(() => y.backward(), {
    code: "INVALID_STATE",
    message: /draws more random numbers than it did at first/,
  });
  deepEqual(noteDraws(() => 1), { result: 1, draws: [] }, "an error leaves nothing behind");
  equal(generator.calls, 0);
});

/** Losses of a few steps with dropout inside a checkpoint, run eagerly or as a Program. */
async function steps(recorded: boolean, own: Scope): Promise<number[]> {
  const random = new Random(3);
  const generator = new Generator(21);
  const w = tensor(random.floats(16), { shape: [4, 4], scope: own }).requiresGrad();
  const data = tensor(random.floats(8), { shape: [2, 4], scope: own });
  using optimizer = new optim.Sgd([w], { learningRate: 0.1 });
  const step = () => {
    using work = scope();
    const x = data.alias(data.shape, { scope: work });
    const hidden = checkpoint((x) => dropout(x.matmul(w), 0.4, generator).tanh(), x);
    const y = dropout(hidden, 0.4, generator);
    const loss = y.mul(y).reshape(-1).sum(0);
    using gradients = loss.backward();
    optimizer.step(gradients);
    return work.keep(loss);
  };
  const losses: number[] = [];
  using program = recorded ? record(w.device, step) : undefined;
  for (let i = 0; i < 5; i++) {
    if (program) {
      program.run();
      losses.push(await program.outputs[0].item());
    } else {
      using loss = step();
      losses.push(await loss.item());
    }
  }
  return losses;
}

Deno.test("a recorded training step with dropout and a checkpoint equals the eager one, replay by replay", async () => {
  using own = scope();
  const eager = await steps(false, own);
  deepEqual(await steps(true, own), eager);
  equal(new Set(eager).size, 5);
});

Deno.test("settings out of range are refused with their values", () => {
  using x = tensor([1]);
  const error = (run: () => Tensor, message: RegExp) => throws(run, { code: "INVALID_ARGUMENT", message });
  error(() => dropout(x, 1.5), /rate must be in 0..1, got 1.5/);
  error(() => dropout(x, NaN), /rate must be in 0..1, got NaN/);
  error(() => bernoulli(-0.1, [1]), /Probability must be in 0..1, got -0.1/);
  error(() => randint(3, 3, [1]), /Cannot draw integers from 3 up to 3/);
  error(() => randint(0, 0.5, [1]), /Cannot draw integers from 0 up to 0.5/);
  error(() => randint(-(2 ** 31), 2 ** 31, [1]), /Cannot draw integers/);
  throws(() => rand([-1]), { code: "SHAPE_MISMATCH", message: /Cannot rand \[-1\]/ });
  using whole = tensor(Int32Array.of(1));
  throws(() => dropout(whole, 0.5), { code: "DTYPE_MISMATCH" });
});
