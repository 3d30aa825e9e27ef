/**
 * Each parameter's own count of steps: parameters that a loss does not depend on, that are frozen, thawed, recorded
 * apart, saved and loaded. What the steps themselves give is held to PyTorch's in golden_test.ts.
 */
import { deepEqual, equal, notDeepEqual, throws } from "node:assert/strict";
import {
  nn,
  optim,
  readSafetensors,
  record,
  scope,
  type Tensor,
  tensor,
  writeSafetensors,
} from "../../mod.ts";

/** What all optimizers offer. */
type AnyOptimizer =
  & Pick<optim.Adam, "step" | "steps" | "stateDict" | "loadStateDict">
  & Disposable;

/** Those whose step depends on the count. */
const optimizers: Record<string, (p: readonly Tensor[]) => AnyOptimizer> = {
  sgd: (p) => new optim.Sgd(p, { learningRate: 0.05, momentum: 0.9, dampening: 0.5 }),
  adam: (p) => new optim.Adam(p, { learningRate: 0.05 }),
  adamw: (p) => new optim.AdamW(p, { learningRate: 0.05, amsgrad: true }),
  adafactor: (p) => new optim.Adafactor(p, { learningRate: 0.9 }),
};

const START = [[1, -2], [3, 0.5]], SLOPE = [[0.5, 2], [-1, 4]];
const DTYPES = ["f32", "f64"] as const;
const cases = DTYPES.flatMap((dtype) =>
  Object.entries(optimizers).map(([name, make]) => ({ dtype, name, make }))
);

for (const { dtype, name, make } of cases) {
  const leaf = () => tensor(START, { dtype }).requiresGrad();
  const slope = tensor(SLOPE, { dtype });
  const loss = (...leaves: Tensor[]) => leaves.map((p) => p.mul(slope).sum()).reduce((a, b) => a.add(b));

  Deno.test(`the first step of ${name} in ${dtype} is the same, however late it comes`, async () => {
    const [early, late] = [leaf(), leaf()];
    using optimizer = make([early, late]);
    using alone = make([late]);
    optimizer.step(loss(early).backward());
    const first = await early.data();
    for (let i = 0; i < 4; i++) optimizer.step(loss(early).backward());
    optimizer.step(loss(early, late).backward());
    deepEqual(await late.data(), first);
    equal(optimizer.steps, 6);
    deepEqual(await optimizer.stateDict().tensors.get("steps")!.toArray(), [6, 1]);
    deepEqual(await alone.stateDict().tensors.get("steps")!.toArray(), [0]);
  });

  Deno.test(`a recorded step of ${name} in ${dtype} counts for what it steps, beside eager ones`, async () => {
    const [a, b, whole] = [leaf(), leaf(), leaf()], { device } = a;
    using optimizer = make([a, b]);
    using straight = make([whole]);
    using onlyA = record(device, () => {
      const value = loss(a);
      optimizer.step(value.backward());
      return value;
    });
    using both = record(device, () => {
      const value = loss(a, b);
      optimizer.step(value.backward());
      return value;
    });
    onlyA.run();
    onlyA.run();
    both.run();
    optimizer.step(loss(b).backward());
    both.run();
    const want: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      straight.step(loss(whole).backward());
      want.push(await whole.data());
    }
    deepEqual([await a.data(), await b.data()], [want[3], want[2]]);
    deepEqual(await optimizer.stateDict().tensors.get("steps")!.toArray(), [4, 3]);
  });

  Deno.test(`${name} in ${dtype} goes on from a file to the bit where counts differ`, async () => {
    const [straight, parts] = [[leaf(), leaf()], [leaf(), leaf()]];
    const train = (optimizer: AnyOptimizer, [a, b]: Tensor[], steps: number[]) => {
      for (const i of steps) optimizer.step((i % 3 === 2 ? loss(a, b) : loss(a)).backward());
    };
    using whole = make(straight);
    train(whole, straight, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    using first = make(parts);
    train(first, parts, [0, 1, 2, 3]);
    const { steps, tensors } = first.stateDict();
    const file = await writeSafetensors(tensors);
    using second = make(parts);
    await second.loadStateDict({ steps, tensors: await readSafetensors(file) });
    train(second, parts, [4, 5, 6, 7, 8]);
    for (const i of [0, 1]) deepEqual(await parts[i].data(), await straight[i].data());
    deepEqual(await second.stateDict().tensors.get("steps")!.toArray(), [9, 3]);
  });
}

Deno.test("a state without counts is that of parameters that took every step", async () => {
  const [a, b] = [[1, 2], [3, 4]].map((values) => tensor(values).requiresGrad());
  const loss = () => a.sqr().sum().add(b.sqr().sum());
  using first = new optim.Adam([a, b], { learningRate: 0.1 });
  for (let i = 0; i < 3; i++) first.step(loss().backward());
  const { steps, tensors } = first.stateDict();
  const earlier = new Map(tensors);
  earlier.delete("steps");
  using second = new optim.Adam([a, b], { learningRate: 0.1 });
  await second.loadStateDict({ steps, tensors: earlier });
  deepEqual(await second.stateDict().tensors.get("steps")!.toArray(), [3, 3]);
  const before = [await a.data(), await b.data()];
  first.step(loss().backward());
  const want = [await a.data(), await b.data()];
  [a, b].forEach((p, i) => p.write(before[i]));
  second.step(loss().backward());
  deepEqual([await a.data(), await b.data()], want);
});

Deno.test("parameters that are frozen or thawed after an optimizer was made are skipped or stepped", async () => {
  using net = new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh(), new nn.Linear(3, 1)).init(1);
  const [body, , head] = net.layers;
  body.requiresGrad(false);
  deepEqual([...net.namedParameters().keys()], ["2.weight", "2.bias"]);
  const all = net.namedParameters({ frozen: true });
  deepEqual([...all.keys()], ["0.weight", "0.bias", "2.weight", "2.bias"]);
  using optimizer = new optim.Adam([...all.values()], { learningRate: 0.1 });
  const values = () => Promise.all([...all.values()].map((t) => t.data()));
  const changed = async () => {
    using own = scope();
    const before = await values();
    optimizer.step(net.forward(tensor([[1, 2]], { scope: own })).sum().backward());
    const after = await values();
    return before.map((data, i) => `${data}` !== `${after[i]}`);
  };
  deepEqual(await changed(), [false, false, true, true]);
  body.requiresGrad();
  deepEqual(await changed(), [true, true, true, true]);
  head.requiresGrad(false);
  deepEqual(await changed(), [true, true, false, false]);
  net.requiresGrad(false);
  equal(net.parameters().length, 0);
  using x = tensor([[1, 2]]);
  throws(() => net.forward(x).sum().backward(), { code: "INVALID_STATE" });
  net.requiresGrad();
  deepEqual(await changed(), [true, true, true, true]);
  deepEqual(await optimizer.stateDict().tensors.get("steps")!.toArray(), [3, 3, 3, 3]);
});

Deno.test("freezing reaches what is tied, and no statistics; results of others cannot be frozen", async () => {
  class Tied extends nn.Module {
    readonly embedding = new nn.Embedding(5, 2);
    readonly norm = new nn.BatchNorm(2);
    readonly output = new nn.Linear(2, 5, { bias: false, tiedTo: this.embedding.weight });
  }
  using net = new Tied().init(1);
  net.output.requiresGrad(false);
  deepEqual([...net.namedParameters().keys()], ["norm.weight", "norm.bias"]);
  net.output.requiresGrad();
  equal(net.parameters().length, 3);
  const before = await net.norm.runningMean.tensor.data();
  net.requiresGrad(false).norm.forward(tensor([[1, 2], [3, 5]]));
  notDeepEqual(await net.norm.runningMean.tensor.data(), before);
  equal(net.norm.runningMean.tensor.variable, undefined);
  using w = tensor([1]).requiresGrad();
  throws(() => w.mul(2).requiresGrad(false), { code: "INVALID_STATE", message: /the result of others/ });
  equal(w.requiresGrad(false).requiresGrad(false).variable, undefined);
});
