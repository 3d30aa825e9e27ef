import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { defaultDevice, manualSeed, nn, optim, scope, Tensor, tensor } from "../../mod.ts";
import { Embedding } from "../../src/nn/embedding.ts";
import * as init from "../../src/nn/init.ts";
import { Linear } from "../../src/nn/linear.ts";
import { Module } from "../../src/nn/module.ts";
import { LayerNorm } from "../../src/nn/norm.ts";
import { Buffer, Parameter } from "../../src/nn/parameter.ts";
import { Sequential } from "../../src/nn/sequential.ts";
import { Weights } from "../../src/nn/weights.ts";
import { Generator } from "../../src/tensor/generator.ts";

class Affine extends Module {
  readonly weight: Parameter;
  readonly runningScale = new Buffer(tensor([1, 1]));
  constructor(values: number[][]) {
    super();
    this.weight = new Parameter(tensor(values).requiresGrad());
  }
}

class Net extends Module {
  readonly layers = [new Affine([[1, 2]]), new Affine([[3, 4]])];
  readonly head = new Affine([[5], [6]]);
  readonly note = "not a part";
}

Deno.test("parameters are named by the paths of fields, in snake case; buffers are state alone", () => {
  using net = new Net();
  deepEqual([...net.namedParameters().keys()], ["layers.0.weight", "layers.1.weight", "head.weight"]);
  deepEqual([...net.stateDict().keys()].filter((n) => n.endsWith("scale")), [
    "layers.0.running_scale",
    "layers.1.running_scale",
    "head.running_scale",
  ]);
  equal(net.parameterCount, 6);
});

class Nested extends Module {
  readonly experts = [[new Linear(1, 1, { bias: false })], [new Linear(1, 2, { bias: false })]];
  readonly heads = { keyWord: new Linear(1, 3, { bias: false }), none: null };
}

Deno.test("parts in arrays of arrays and in plain objects are parts", () => {
  using net = new Nested().init(1);
  const names = ["experts.0.0.weight", "experts.1.0.weight", "heads.keyWord.weight"];
  deepEqual([...net.namedParameters().keys()], names);
  equal(net.eval().heads.keyWord.training, false);
});

Deno.test("a console shows a module's class, names and shapes", () => {
  const shown = "Nested of 6 values\n  experts.0.0.weight [1,1]\n  experts.1.0.weight [2,1]\n" +
    "  heads.keyWord.weight [3,1]";
  equal(`${new Nested()}`, shown);
  equal(Deno.inspect(new Nested()), shown);
});

Deno.test("without a seed, first values are drawn by the default generator", async () => {
  const drawn = async () => {
    using layer = new Linear(2, 2).init();
    return [...await layer.weight.tensor.data()];
  };
  manualSeed(4);
  const [first, second] = [await drawn(), await drawn()];
  manualSeed(4);
  deepEqual(await drawn(), first);
  ok(`${first}` !== `${second}`);
});

Deno.test("a convolution's groups divide its channels, or it says so", () => {
  const message = "Cannot divide 3 and 4 channels among groups: both must be a multiple of groups, got 2";
  throws(() => new nn.Conv2d(3, 4, 3, { groups: 2 }), { code: "INVALID_ARGUMENT", message });
  throws(() => new nn.Conv1d(4, 3, 3, { groups: 2 }), { code: "INVALID_ARGUMENT" });
  throws(() => new nn.ConvTranspose2d(4, 3, 3, { groups: 2 }), { code: "INVALID_ARGUMENT" });
  throws(() => new nn.ConvTranspose1d(4, 4, 3, { groups: 0 }), { code: "INVALID_ARGUMENT" });
  deepEqual(new nn.ConvTranspose1d(6, 4, 3, { groups: 2 }).weight.shape, [6, 2, 3]);
});

Deno.test("a network without values gives an optimizer nothing, which says what to do", () => {
  using relu = new nn.Sequential(new nn.Relu());
  throws(() => new optim.Sgd(relu.parameters(), { learningRate: 1 }), /a module has some after init\(\)/);
});

Deno.test("train and eval reach every child", () => {
  using net = new Net();
  net.eval();
  equal(net.layers[1].training, false);
  equal(net.train().head.training, true);
});

Deno.test("a state loads by name, or reports all that does not fit and changes nothing", async () => {
  using a = new Net();
  using b = new Net();
  const state = a.stateDict();
  state.get("head.weight")!.write(Float32Array.of(7, 8));
  await b.loadStateDict(state);
  deepEqual(await b.head.weight.tensor.toArray(), [[7], [8]]);
  const broken = new Map(state);
  broken.delete("layers.0.weight");
  broken.set("more", tensor([1]));
  broken.set("head.weight", tensor([[1, 2]]));
  const message =
    "missing 1: layers.0.weight [1,2]; unexpected 1: more; misshapen 1: head.weight is [1,2], " +
    "expected [2,1]";
  await rejects(() => b.loadStateDict(broken), {
    code: "CORRUPT_FILE",
    message: `Cannot load the weights of the state: ${message}`,
  });
  throws(() => b.load(broken), { message: `Cannot load the weights of the checkpoint: ${message}` });
  deepEqual(await b.head.weight.tensor.toArray(), [[7], [8]]);
});

Deno.test("a network that only declares holds nothing, says so, and is filled by a seed or a state", async () => {
  const before = defaultDevice().live();
  const net = new Sequential(new Linear(2, 3), new LayerNorm(3));
  equal(net.parameterCount, 15);
  deepEqual(defaultDevice().live(), before);
  throws(() => net.parameters(), { code: "INVALID_STATE", message: /call init\(seed\) or load\(weights\)/ });
  using x = tensor([[1, 2]]);
  throws(() => net.forward(x), { code: "INVALID_STATE" });
  throws(() => net.stateDict(), { code: "INVALID_STATE" });
  const copy = new Sequential(new Linear(2, 3), new LayerNorm(3));
  await copy.loadStateDict(net.init(4).stateDict());
  const same = new Sequential(new Linear(2, 3), new LayerNorm(3)).init(4);
  for (const [name, values] of net.stateDict()) {
    deepEqual(await copy.stateDict().get(name)!.data(), await values.data());
    deepEqual(await same.stateDict().get(name)!.data(), await values.data());
  }
  equal(net.parameters().length, 4);
  equal(copy.parameters().length, 0, "loaded ones are frozen");
  equal(copy.requiresGrad().parameters().length, 4);
  for (const module of [net, copy, same]) module[Symbol.dispose]();
  x.dispose();
  deepEqual(defaultDevice().live(), before);
});

Deno.test("what a checkpoint lacks is drawn; what it has stays frozen", async () => {
  const own = tensor([[1, 2]]);
  using net = new Linear(2, 1).load(new Map([["weight", own]]), { allow: ["missing"] }).init(1);
  equal(net.weight.tensor, own);
  deepEqual([...net.namedParameters().keys()], ["bias"]);
  deepEqual(await own.toArray(), [[1, 2]]);
});

Deno.test("weights of f16 serve as they are, or are widened to be trained", async () => {
  const bits = Uint16Array.of(0x3c00, 0x4000); // 1 and 2
  const make = () => new Map([["weight", tensor(bits, { dtype: "f16", shape: [1, 2] })]]);
  using narrow = new Linear(2, 1, { bias: false }).load(make());
  using x = tensor([[3, 4]]);
  using y = narrow.forward(x);
  deepEqual(await y.toArray(), [[11]]);
  equal(narrow.requiresGrad().parameters()[0].dtype, "f16", "trained as they are");
  using wide = new Linear(2, 1, { bias: false }).load(make(), { dtype: "f32" }).requiresGrad();
  deepEqual(await wide.parameters()[0].toArray(), [[1, 2]]);
  using drawn = new Linear(2, 1, { bias: false }).init(1);
  const state = make();
  await drawn.loadStateDict(state);
  deepEqual(await drawn.weight.tensor.toArray(), [[1, 2]]);
  state.get("weight")!.dispose();
});

Deno.test("parameters belong to no scope, also those that came from one", async () => {
  using own = scope();
  using net = new Linear(2, 1, { bias: false });
  {
    using inner = scope();
    net.load(new Map([["weight", tensor([[1, 2]], { scope: inner })]]));
  }
  using outer = tensor([[3, 4]], { scope: own });
  const y = net.forward(outer);
  equal(y.scope, own);
  deepEqual(await y.toArray(), [[11]]);
});

Deno.test("layers without parameters in a row: a small network over images", () => {
  using net = new nn.Sequential(
    new nn.Conv2d(1, 2, 3, { padding: 1 }),
    new nn.BatchNorm(2),
    new nn.Relu(),
    new nn.MaxPool2d(2),
    new nn.AvgPool2d(2),
    new nn.Flatten(),
    new nn.Func((x) => x.mul(2)),
    new nn.Linear(8, 3),
  ).init(1);
  using own = scope();
  const y = net.forward(tensor(new Float32Array(2 * 64), { shape: [2, 1, 8, 8], scope: own }));
  deepEqual(y.shape, [2, 3]);
  deepEqual([...net.stateDict().keys()].slice(2, 6), [
    "1.weight",
    "1.bias",
    "1.running_mean",
    "1.running_var",
  ]);
});

Deno.test("a path and a dialect find a checkpoint's names; what is beside them is not unexpected", () => {
  const file = new Map([["m.blk.0.fc.weight", tensor([[1, 2]])], ["m.blk.0.fc.b", tensor([1])], [
    "n",
    tensor([1]),
  ]]);
  const weights = new Weights(file, "f").pp("m").named({
    "layers": "blk",
    "linear.bias": "fc.b",
    "linear": "fc",
  });
  class Body extends Module {
    readonly layers = [new Block()];
  }
  class Block extends Module {
    readonly linear = new Linear(2, 1);
  }
  const body = new Body().load(weights);
  equal(body.layers[0].linear.bias?.tensor, file.get("m.blk.0.fc.b"));
  equal(new Block().load(weights.pp("layers.0")).linear.weight.tensor, file.get("m.blk.0.fc.weight"));
  throws(() => new Block().load(weights), {
    message: "Cannot load the weights of f: missing 2: m.fc.weight [1,2], m.fc.b [1]; unexpected 2: " +
      "m.blk.0.fc.weight, m.blk.0.fc.b",
  });
  for (const t of file.values()) t.dispose();
});

Deno.test("tied and shared parameters are one: counted, trained, saved and disposed once", async () => {
  let before = defaultDevice().live();
  for (let round = 0; round < 2; round++) { // the device's own constants come with the first
    before = defaultDevice().live();
    class Tied extends Module {
      readonly embedding = new Embedding(5, 2);
      readonly output = new Linear(2, 5, { bias: false, tiedTo: this.embedding.weight });
      readonly again = this.embedding;
    }
    using net = new Tied().init(1);
    equal(net.parameterCount, 10);
    deepEqual([...net.stateDict().keys()], ["embedding.weight"]);
    equal(net.output.weight.tensor, net.embedding.weight.tensor);
    using own = scope();
    const ids = tensor(Int32Array.of(1), { scope: own });
    const loss = net.output.forward(net.embedding.forward(ids)).reshape(-1).sum(0);
    deepEqual(loss.backward().get(net.parameters()[0]).shape, [5, 2]);
    using apart = new Tied().load(
      new Map([["embedding.weight", tensor(new Float32Array(10), { shape: [5, 2] })], [
        "output.weight",
        tensor(new Float32Array(10).fill(1), { shape: [5, 2] }),
      ]]),
    );
    equal((await apart.output.weight.tensor.data())[0], 1);
  }
  deepEqual(defaultDevice().live(), before);
});

Deno.test("quantized weights serve, and refuse to be trained by name", () => {
  using net = new Linear(32, 8, { bias: false });
  const storage = defaultDevice().allocate(8 * 34);
  net.load(new Map([["weight", new Tensor(storage, "q8_0", [8, 32])]]));
  using x = tensor(new Float32Array(32), { shape: [1, 32] });
  using y = net.forward(x);
  deepEqual(y.shape, [1, 8]);
  throws(() => net.requiresGrad(), { code: "DTYPE_MISMATCH", message: /frozen, got weight \(q8_0\[8,32\]/ });
});

Deno.test("a bare tensor that requires a gradient is no parameter in silence", () => {
  class List extends Module {
    readonly scales = [tensor([1]).requiresGrad()];
  }
  throws(() => new List().declared(), /field scales holds a bare tensor/);
  class Careless extends Module {
    readonly scale = tensor([1]).requiresGrad();
  }
  throws(() => new Careless().parameters(), { code: "INVALID_STATE", message: /wrap it: new Parameter/ });
});

Deno.test("a seed gives the same values; calls differ", () => {
  const [g, h] = [new Generator(5), new Generator(5)];
  deepEqual(g.normal(9), h.normal(9));
  ok(g.uniform(4)[0] !== g.uniform(4)[0]);
  throws(() => new Generator(-1), { code: "INVALID_ARGUMENT" });
});

Deno.test("uniform and normal values have their moments", () => {
  const g = new Generator(1);
  const moments = (v: Float32Array) => {
    const mean = v.reduce((a, b) => a + b, 0) / v.length;
    return [mean, Math.sqrt(v.reduce((a, b) => a + (b - mean) ** 2, 0) / v.length)];
  };
  const n = 40000;
  const [um, ud] = moments(g.uniform(n, -1, 3));
  ok(Math.abs(um - 1) < 0.03 && Math.abs(ud - 4 / Math.sqrt(12)) < 0.02, `${um} ${ud}`);
  const [nm, nd] = moments(g.normal(n, 2, 0.5));
  ok(Math.abs(nm - 2) < 0.01 && Math.abs(nd - 0.5) < 0.01, `${nm} ${nd}`);
  ok(g.uniform(n, 0, 1).every((v) => v >= 0 && v < 1));
  equal(g.normal(5).length, 5);
});

Deno.test("initial values have the bounds and deviations of their papers", () => {
  const g = new Generator(2);
  const shape = [64, 32, 3];
  const { fanIn, fanOut } = init.fans(shape);
  deepEqual([fanIn, fanOut], [96, 192]);
  const largest = (v: Float32Array) => v.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const deviation = (v: Float32Array) => Math.sqrt(v.reduce((a, b) => a + b * b, 0) / v.length);
  const xavier = Math.sqrt(6 / (fanIn + fanOut));
  const found = largest(init.xavierUniform(g, shape));
  ok(found <= xavier && found > 0.98 * xavier);
  const kaiming = Math.sqrt(6 / fanIn);
  ok(largest(init.kaimingUniform(g, shape)) <= kaiming);
  ok(Math.abs(deviation(init.kaimingNormal(g, shape)) / Math.sqrt(2 / fanIn) - 1) < 0.05);
  ok(Math.abs(deviation(init.xavierNormal(g, shape)) / Math.sqrt(2 / (fanIn + fanOut)) - 1) < 0.05);
  ok(largest(init.truncatedNormal(g, shape, 0, 1, -1.5, 1.5)) <= 1.5);
  throws(() => init.fans([3]), { code: "SHAPE_MISMATCH" });
});

Deno.test("orthogonal rows (or columns) are at right angles and of unit length", () => {
  for (const [rows, columns] of [[3, 5], [5, 3], [4, 4]]) {
    const m = init.orthogonal(new Generator(3), [rows, columns]);
    const line = (i: number) =>
      rows <= columns
        ? Array.from({ length: columns }, (_, c) => m[i * columns + c])
        : Array.from({ length: rows }, (_, r) => m[r * columns + i]);
    for (let i = 0; i < Math.min(rows, columns); i++) {
      for (let j = 0; j <= i; j++) {
        const dot = line(i).reduce((sum, v, k) => sum + v * line(j)[k], 0);
        ok(Math.abs(dot - (i === j ? 1 : 0)) < 1e-6, `${rows}x${columns}: ${i} . ${j} = ${dot}`);
      }
    }
  }
});
