/** Modules that move: to another device, and to another dtype. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import {
  crossEntropy,
  defaultDevice,
  nn,
  noGrad,
  optim,
  record,
  type Scope,
  scope,
  Tensor,
  tensor,
  WasmDevice,
} from "../../mod.ts";
import { Random, testSeed } from "../random.ts";

const seed = testSeed();

class Net extends nn.Module {
  readonly embedding = new nn.Embedding(5, 4);
  readonly positions = new nn.SinusoidalEmbedding(6, 4);
  readonly attention = new nn.MultiHeadAttention(4, 2, { causal: true });
  readonly norm = new nn.LayerNorm(4);
  readonly channels = new nn.BatchNorm(4);
  readonly filter = new nn.Conv1d(4, 4, 3, { padding: 1 });
  readonly groups = new nn.GroupNorm(2, 4);
  readonly mixed = new nn.GatedFeedForward(4, 6);
  readonly memory = new nn.Gru(4, 4);
  readonly output = new nn.Linear(4, 5, { tiedTo: this.embedding.weight, bias: false });
  forward(ids: Tensor): Tensor {
    let x = this.positions.forward(this.embedding.forward(ids).to(this.norm.weight.tensor.dtype as "f32"));
    x = x.add(this.attention.forward(this.norm.forward(x)));
    const turned = this.channels.forward(x.transpose(1, 2));
    x = x.add(this.groups.forward(this.filter.forward(turned)).gelu().transpose(1, 2));
    return this.output.forward(this.memory.forward(x.add(this.mixed.forward(x))).output);
  }
}

const idsIn = (own: Scope, device = defaultDevice()) =>
  tensor(Int32Array.of(0, 1, 2, 3, 4, 0, 2, 4), { shape: [2, 4], device, scope: own });

function step(net: Net, optimizer: optim.AdamW, ids: Tensor): Tensor {
  const loss = crossEntropy(net.forward(ids), ids, { classDim: -1 });
  optimizer.step(loss.backward());
  return loss;
}

/** The losses of three steps, and of three more on another device, or where it was. */
async function trained(other: WasmDevice, moves: boolean): Promise<number[]> {
  using own = scope();
  using net = new Net().init(seed);
  using first = new optim.AdamW(net.parameters(), { learningRate: 0.01 });
  const losses: number[] = [];
  const ids = idsIn(own);
  for (let i = 0; i < 3; i++) losses.push(await step(net, first, ids).item());
  const names = [...net.stateDict().keys()], { weight } = net.norm;
  if (moves) equal(await net.to(other), net);
  deepEqual([...net.stateDict().keys()], names);
  equal(net.norm.weight, weight);
  const device = moves ? other : defaultDevice();
  for (const t of net.stateDict().values()) equal(t.device, device);
  using second = new optim.AdamW(net.parameters(), { learningRate: 0.01 });
  await second.loadStateDict(first.stateDict());
  const there = idsIn(own, device);
  if (moves) {
    const loss = crossEntropy(net.forward(there), there, { classDim: -1 });
    throws(() => first.step(loss.backward()), { code: "DISPOSED", message: /disposed or moved since/ });
  }
  for (let i = 0; i < 3; i++) losses.push(await step(net, second, there).item());
  return losses;
}

Deno.test("training goes on on another device as if it had stayed, and leaves nothing behind", async () => {
  using other = new WasmDevice();
  const stayed = await trained(other, false);
  deepEqual(await trained(other, true), stayed);
  ok(stayed[5] < stayed[0]);
  const before = [defaultDevice(), other].map((device) => device.live().storages);
  await trained(other, true); // constants are there by now
  deepEqual([defaultDevice(), other].map((device) => device.live().storages), before);
});

Deno.test("quantized parameters move as they are, and are not converted", async () => {
  using other = new WasmDevice();
  const device = defaultDevice();
  const bytes = Uint8Array.from({ length: 8 * 34 }, (_, i) => i % 34 < 2 ? 1 : i);
  const storage = device.allocate(bytes.length);
  device.write(storage, 0, bytes);
  using net = new nn.Linear(32, 8, { bias: false })
    .load(new Map([["weight", new Tensor(storage, "q8_0", [8, 32])]]));
  throws(() => net.to("bf16"), {
    code: "DTYPE_MISMATCH",
    message: /1 quantized parameters to bf16: weight \(q8_0/,
  });
  const x = tensor(new Float32Array(32).fill(1), { shape: [1, 32] });
  const want = await net.forward(x).data();
  await net.to(other);
  equal(net.weight.tensor.dtype, "q8_0");
  deepEqual(await net.forward(await x.to(other)).data(), want);
});

Deno.test("what is frozen stays so; what is where it should be stays the tensor that it is", async () => {
  using other = new WasmDevice();
  using net = new nn.Linear(2, 1).load(new Map([["weight", tensor([[1, 2]])], ["bias", tensor([3])]]));
  const weight = net.weight.tensor;
  equal((await net.to("wasm")).weight.tensor, weight);
  equal(net.to("f32").weight.tensor, weight);
  await net.to(other);
  equal(net.parameters().length, 0);
  equal(weight.isDisposed, true);
  deepEqual(await net.weight.tensor.toArray(), [[1, 2]]);
});

Deno.test("a Program over parameters that moved is refused, and moving inside record too", async () => {
  using other = new WasmDevice();
  using net = new nn.Linear(2, 1).init(1);
  using x = tensor([[1, 2]]);
  using program = record("wasm", () => noGrad(() => net.forward(x)));
  program.run();
  await net.to(other);
  throws(() => program.run(), { code: "DISPOSED" });
  throws(() => record("wasm", () => (net.to("bf16"), x.add(1))), {
    code: "INVALID_STATE",
    message: /inside record/,
  });
});

Deno.test("where one cannot move, none does", async () => {
  using other = new WasmDevice();
  using net = new nn.Linear(2, 1).init(1);
  const { allocate } = other;
  let left = 1;
  other.allocate = (bytes) => {
    if (left-- === 0) throw new Error("full");
    return allocate.call(other, bytes);
  };
  const before = other.live().storages;
  await rejects(net.to(other), /full/);
  equal(net.weight.tensor.device, defaultDevice());
  equal(net.parameters().length, 2);
  equal(other.live().storages, before);
});

Deno.test("a whole network in f64, bf16 and f16 gives what it gives in f32, gradients too", async () => {
  const losses: Record<string, number> = {};
  const slopes: Record<string, number[]> = {};
  for (const dtype of ["f32", "f64", "f16", "bf16"] as const) {
    using own = scope();
    using net = new Net().init(3).to(dtype);
    for (const t of net.stateDict().values()) equal(t.dtype, dtype);
    const ids = idsIn(own);
    const logits = net.forward(ids);
    const loss = crossEntropy(logits, ids, { classDim: -1 });
    const gradients = loss.backward();
    slopes[dtype] = [];
    for (const p of net.parameters()) {
      const gradient = gradients.get(p);
      equal(gradient.dtype, dtype);
      slopes[dtype].push(...await gradient.to("f32").data());
    }
    losses[dtype] = await loss.to("f32").item();
  }
  const far = (dtype: string) => {
    const size = Math.hypot(...slopes.f64);
    return [
      Math.abs(losses[dtype] - losses.f64),
      Math.hypot(...slopes[dtype].map((v, i) => v - slopes.f64[i])) / size,
    ];
  };
  for (const [dtype, bound] of Object.entries({ f32: 1e-5, f16: 1e-2, bf16: 6e-2 })) {
    const [loss, slope] = far(dtype);
    ok(loss < bound && slope < bound, `${dtype}: loss ${loss}, gradients ${slope} away from f64`);
  }
});

Deno.test("gradients of a whole network in f64 are differences to 1e-8", async () => {
  using net = new Net().init(seed).to("f64");
  using own = scope();
  const ids = idsIn(own);
  const lossOf = () => crossEntropy(net.forward(ids), ids, { classDim: -1 });
  const gradients = lossOf().backward();
  const random = new Random(seed);
  for (const [name, p] of net.namedParameters()) {
    const values = await p.data<Float64Array>();
    const slope = await gradients.get(p).data<Float64Array>();
    for (let trial = 0; trial < 2; trial++) {
      const i = random.integer(0, p.size - 1);
      const at = async (v: number) => {
        p.write(values.with(i, v));
        return await noGrad(lossOf).item();
      };
      const want = (await at(values[i] + 1e-5) - await at(values[i] - 1e-5)) / 2e-5;
      p.write(values);
      ok(Math.abs(slope[i] - want) < 1e-8, `${name}[${i}]: ${slope[i]}, not ${want}`);
    }
  }
});
