/**
 * Optimizers against their formulas in float64 over ten steps, and training that learns, replays and stays flat
 * in memory.
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { defaultDevice, record, type Scope, scope, type Tensor, tensor, WasmDevice } from "../../mod.ts";
import { crossEntropy } from "../../src/tensor/ops/loss.ts";
import { Adam, AdamW } from "../../src/optim/adam.ts";
import { Lion } from "../../src/optim/lion.ts";
import type { Gradients } from "../../mod.ts";
import { Sgd } from "../../src/optim/sgd.ts";
import { Generator } from "../../src/tensor/generator.ts";
import { Random, testSeed } from "../random.ts";

const seed = testSeed();

/** Any optimizer. */
type Stepper = Disposable & { step(gradients: Gradients): void };

/** One parameter's step in float64; `s` keeps what goes from step to step. */
type Rule = (p: number, g: number, t: number, s: { m: number; v: number }) => number;

const rules: Record<string, [(p: Tensor[]) => Stepper, Rule]> = {
  sgd: [(p) => new Sgd(p, { learningRate: 0.1 }), (p, g) => p - 0.1 * g],
  "sgd with momentum, dampening and decay": [
    (p) => new Sgd(p, { learningRate: 0.1, momentum: 0.9, dampening: 0.2, weightDecay: 0.01 }),
    (p, g, t, s) => {
      g += 0.01 * p;
      s.m = t === 1 ? g : 0.9 * s.m + 0.8 * g;
      return p - 0.1 * s.m;
    },
  ],
  "sgd of Nesterov": [
    (p) => new Sgd(p, { learningRate: 0.1, momentum: 0.9, nesterov: true }),
    (p, g, t, s) => {
      s.m = t === 1 ? g : 0.9 * s.m + g;
      return p - 0.1 * (g + 0.9 * s.m);
    },
  ],
  adam: [(p) => new Adam(p, { learningRate: 0.01, weightDecay: 0.1 }), adam(0.1, 0)],
  adamw: [(p) => new AdamW(p, { learningRate: 0.01 }), adam(0, 0.01)],
  lion: [
    (p) => new Lion(p, { learningRate: 0.01, weightDecay: 0.1 }),
    (p, g, _t, s) => {
      const q = p * (1 - 0.01 * 0.1) - 0.01 * Math.sign(0.9 * s.m + 0.1 * g);
      s.m = 0.99 * s.m + 0.01 * g;
      return q;
    },
  ],
};

function adam(inGradient: number, decoupled: number): Rule {
  return (p, g, t, s) => {
    g += inGradient * p;
    p *= 1 - 0.01 * decoupled;
    s.m = 0.9 * s.m + 0.1 * g;
    s.v = 0.999 * s.v + 0.001 * g * g;
    return p - 0.01 * (s.m / (1 - 0.9 ** t)) / (Math.sqrt(s.v / (1 - 0.999 ** t)) + 1e-8);
  };
}

for (const [name, [make, rule]] of Object.entries(rules)) {
  Deno.test(`ten steps of ${name} follow its formula`, async () => {
    const random = new Random(seed);
    const start = random.floats(7);
    const p = tensor(start).requiresGrad();
    using optimizer = make([p]);
    const want = Float64Array.from(start);
    const state = Array.from(want, () => ({ m: 0, v: 0 }));
    for (let t = 1; t <= 10; t++) {
      using own = scope();
      const g = random.floats(7);
      optimizer.step(p.mul(tensor(g, { scope: own })).sum(0).backward());
      want.forEach((v, i) => want[i] = rule(v, g[i], t, state[i]));
    }
    (await p.data()).forEach((v, i) =>
      ok(Math.abs(v - want[i]) <= 1e-5 * (1 + Math.abs(want[i])), `${v} for ${want[i]}`)
    );
    p.dispose();
  });
}

Deno.test("gradients that went with the scope of their loss are refused", () => {
  using w = tensor([1, 2]).requiresGrad();
  using optimizer = new Sgd([w], { learningRate: 1 });
  let gone;
  {
    using own = scope();
    gone = w.mul(tensor([3, 4], { scope: own })).sum().backward();
  }
  throws(() => optimizer.step(gone), { code: "DISPOSED", message: /the scope of their loss/ });
  equal(optimizer.steps, 0);
});

Deno.test("groups have options of their own, and a factor scales every rate", async () => {
  const [a, b] = [tensor([1]), tensor([1])].map((t) => t.requiresGrad());
  using optimizer = new Sgd([{ parameters: [a], learningRate: 0.5 }, { parameters: [b] }], {
    learningRate: 0.1,
  });
  optimizer.factor = 0.5;
  using own = scope();
  const x = tensor([1], { scope: own });
  optimizer.step(a.mul(x).add(b.mul(x)).sum(0).backward());
  deepEqual([await a.toArray(), await b.toArray()].flat(), [0.75, Math.fround(0.95)]);
  throws(() => new Sgd([tensor([1])], { learningRate: 1 }), {
    code: "INVALID_ARGUMENT",
    message: /requiresGrad/,
  });
  throws(() => new Sgd([], { learningRate: 1 }), { code: "INVALID_ARGUMENT" });
});

Deno.test("a graph from before a step is refused after it", () => {
  using own = scope();
  const w = tensor([1, 2], { scope: own }).requiresGrad();
  using optimizer = new Sgd([w], { learningRate: 0.1 });
  const stale = w.mul(w).sum(0);
  optimizer.step(w.mul(2).sum(0).backward());
  throws(() => stale.backward(), { code: "INVALID_STATE" });
});

/** A network of two layers on XOR. */
function xor(device = defaultDevice()) {
  const g = new Generator(3);
  const leaf = (data: Float32Array, shape: number[]) => tensor(data, { shape, device }).requiresGrad();
  const parameters = [
    leaf(g.normal(16), [2, 8]),
    leaf(new Float32Array(8), [8]),
    leaf(g.normal(16), [8, 2]),
    leaf(new Float32Array(2), [2]),
  ];
  const [w1, b1, w2, b2] = parameters;
  const forward = (x: Tensor) => x.matmul(w1).add(b1).tanh().matmul(w2).add(b2);
  const data = (own?: Scope) => ({
    x: tensor([[0, 0], [0, 1], [1, 0], [1, 1]], { device, scope: own }),
    y: tensor(Int32Array.of(0, 1, 1, 0), { device, scope: own }),
  });
  return { parameters, forward, data };
}

Deno.test("a small network learns XOR, and memory after 300 steps is that after ten", async () => {
  const { parameters, forward, data } = xor();
  using optimizer = new AdamW(parameters, { learningRate: 0.05 });
  let last = Infinity;
  const live: number[] = [];
  for (let step = 0; step < 300; step++) {
    using own = scope();
    const { x, y } = data(own);
    const loss = crossEntropy(forward(x), y);
    optimizer.step(loss.backward());
    if (step === 10 || step === 299) live.push(defaultDevice().live().bytes);
    last = await loss.item();
  }
  ok(last < 0.02, `the loss is ${last}`);
  equal(live[0], live[1]);
  using own = scope();
  deepEqual(await forward(data(own).x).argmax(-1).toArray(), [0, 1, 1, 0]);
});

Deno.test("a recorded step replays as the eager one goes, allocating nothing", async () => {
  const run = async (recorded: boolean) => {
    using device = new WasmDevice();
    const { parameters, forward, data } = xor(device);
    using optimizer = new AdamW(parameters, { learningRate: 0.05 });
    const { x, y } = data();
    const once = () => {
      const loss = crossEntropy(forward(x), y);
      optimizer.step(loss.backward());
      return loss;
    };
    if (recorded) {
      using program = record(device, once);
      const before = device.live();
      for (let i = 0; i < 50; i++) {
        program.run();
      }
      deepEqual(device.live(), before);
    } else for (let i = 0; i < 50; i++) once();
    return await Promise.all(parameters.map((p) => p.data()));
  };
  deepEqual(await run(true), await run(false));
});
