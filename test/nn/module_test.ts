import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { type Tensor, tensor } from "../../mod.ts";
import * as init from "../../src/nn/init.ts";
import { Buffer, Module } from "../../src/nn/module.ts";
import { Generator } from "../../src/tensor/generator.ts";

class Affine extends Module {
  readonly weight: Tensor;
  readonly scale = new Buffer(tensor([1, 1]));
  constructor(values: number[][]) {
    super();
    this.weight = tensor(values).requiresGrad();
  }
}

class Net extends Module {
  readonly layers = [new Affine([[1, 2]]), new Affine([[3, 4]])];
  readonly head = new Affine([[5], [6]]);
  readonly note = "not a part";
}

Deno.test("parameters are named by the paths of fields; buffers are state alone", () => {
  using net = new Net();
  deepEqual([...net.namedParameters()].map(([name]) => name), [
    "layers.0.weight",
    "layers.1.weight",
    "head.weight",
  ]);
  deepEqual([...net.stateDict().keys()].filter((n) => n.endsWith("scale")), [
    "layers.0.scale",
    "layers.1.scale",
    "head.scale",
  ]);
  equal(net.parameterCount, 6);
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
  deepEqual(await b.head.weight.toArray(), [[7], [8]]);
  const broken = new Map(state);
  broken.delete("layers.0.weight");
  broken.set("more", tensor([1]));
  broken.set("head.weight", tensor([[1, 2]]));
  await rejects(() => b.loadStateDict(broken), {
    code: "CORRUPT_FILE",
    message:
      "Cannot load the state: missing 1: layers.0.weight; unexpected 1: more; misshapen 1: head.weight is " +
      "[1,2], expected [2,1]",
  });
  deepEqual(await b.head.weight.toArray(), [[7], [8]]);
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
