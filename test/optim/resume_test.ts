/**
 * Training that stops and goes on, batches in parts, clipping, averages, and what all of it gives back.
 */
import { deepEqual, equal, notDeepEqual, ok, rejects, throws } from "node:assert/strict";
import {
  type Device,
  Generator,
  mseLoss,
  nn,
  optim,
  record,
  type Scope,
  scope,
  type Tensor,
  tensor,
  WasmDevice,
} from "../../mod.ts";

/** What all optimizers offer. */
type AnyOptimizer =
  & Pick<optim.Adam, "step" | "steps" | "stateDict" | "loadStateDict">
  & Disposable;

const optimizers: Record<string, (p: Tensor[]) => AnyOptimizer> = {
  sgd: (p) => new optim.Sgd(p, { learningRate: 0.05, momentum: 0.9, dampening: 0.1 }),
  adam: (p) => new optim.Adam(p, { learningRate: 0.01 }),
  adamw: (p) => new optim.AdamW(p, { learningRate: 0.01 }),
  "adam with amsgrad": (p) => new optim.Adam(p, { learningRate: 0.01, beta2: 0.7, amsgrad: true }),
  "adamw with amsgrad": (p) => new optim.AdamW(p, { learningRate: 0.01, beta2: 0.7, amsgrad: true }),
  lion: (p) => new optim.Lion(p, { learningRate: 0.01 }),
  adafactor: (p) => new optim.Adafactor(p, { learningRate: 0.05, weightDecay: 0.01 }),
  muon: (p) => new optim.Muon(p, { learningRate: 0.01 }),
};

const DTYPES = ["f32", "f64"] as const;
type Float = typeof DTYPES[number];

/** x W1 -> tanh -> W2 against y, in the mean of squares. */
function regression(device: Device, own: Scope, dtype: Float = "f32") {
  const random = new Generator(5);
  const make = (shape: number[], requires: boolean) => {
    const values = random.normal(shape.reduce((a, b) => a * b));
    const made = tensor(dtype === "f64" ? Float64Array.from(values) : values, { shape, device, scope: own });
    return requires ? made.requiresGrad() : made;
  };
  const parameters = [make([3, 8], true), make([8, 2], true)];
  const [x, y] = [make([6, 3], false), make([6, 2], false)];
  const loss = (from = 0, rows = 6) => {
    const part = [x, y].map((t) => t.narrow(0, from, rows));
    const error = part[0].matmul(parameters[0]).tanh().matmul(parameters[1]).sub(part[1]);
    return error.mul(error).reshape(-1).mean(0);
  };
  return { parameters, loss };
}

const values = (tensors: readonly Tensor[]) => Promise.all(tensors.map((t) => t.data()));

const cases = DTYPES.flatMap((dtype) =>
  Object.entries(optimizers).map(([name, make]) => ({ name: `${name} in ${dtype}`, make, dtype }))
);

for (const { name, make, dtype } of cases) {
  Deno.test(`training with ${name} that stops and goes on equals the uninterrupted to the bit`, async () => {
    using device = new WasmDevice();
    using own = scope();
    const whole = regression(device, own, dtype);
    const parts = regression(device, own, dtype);
    using straight = make(whole.parameters);
    for (let i = 0; i < 9; i++) straight.step(whole.loss().backward());
    const saved = new Map<string, Tensor>();
    let steps = 0;
    {
      using first = make(parts.parameters);
      for (let i = 0; i < 4; i++) first.step(parts.loss().backward());
      const state = first.stateDict();
      for (const [key, t] of state.tensors) {
        saved.set(key, tensor(await t.data(), { shape: t.shape, device, scope: own }));
      }
      steps = state.steps;
    }
    using second = make(parts.parameters);
    await second.loadStateDict({ steps, tensors: saved });
    equal(second.steps, 4);
    for (let i = 0; i < 5; i++) second.step(parts.loss().backward());
    deepEqual(await values(parts.parameters), await values(whole.parameters));
  });

  Deno.test(`${name} replays a recorded step with clipping as the eager one goes, and gives all back`, async () => {
    const train = async (recorded: boolean) => {
      using device = new WasmDevice();
      const one = async () => {
        using own = scope();
        const { parameters, loss } = regression(device, own, dtype);
        using optimizer = make(parameters);
        const once = () => {
          const value = loss();
          const gradients = value.backward();
          const norm = optim.clipGradNorm(gradients, 0.5);
          optimizer.step(gradients);
          return [value, norm];
        };
        if (recorded) {
          using program = record(device, once);
          const held = device.live();
          for (let i = 0; i < 12; i++) program.run();
          deepEqual(device.live(), held);
        } else {
          for (let i = 0; i < 12; i++) ok(await once()[1].item() > 0);
        }
        return await values(parameters);
      };
      const first = await one(); // constants stay with the device
      const held = device.live();
      deepEqual(await one(), first);
      deepEqual(device.live(), held);
      return first;
    };
    deepEqual(await train(true), await train(false));
  });
}

Deno.test("a step leaves no memory behind", () => {
  using device = new WasmDevice();
  using own = scope();
  for (const { make, dtype } of cases) {
    const { parameters, loss } = regression(device, own, dtype);
    using optimizer = make(parameters);
    for (let i = 0; i < 3; i++) {
      using gradients = loss().backward();
      const before = device.live();
      optimizer.step(gradients);
      if (i > 0) deepEqual(device.live(), before); // constants are made once
    }
  }
});

Deno.test("state of other names or shapes is refused whole", async () => {
  using own = scope();
  const [w, b] = [tensor([[1, 2], [3, 4]], { scope: own }), tensor([1, 2], { scope: own })];
  for (const p of [w, b]) p.requiresGrad();
  using one = new optim.Adam([w, b], { learningRate: 1 });
  using other = new optim.Adam([b, w], { learningRate: 1 });
  using less = new optim.Sgd([w], { learningRate: 1, momentum: 0.5 });
  await rejects(one.loadStateDict(other.stateDict()), {
    code: "CORRUPT_FILE",
    message: /misshapen 4: 0.mean is f32\[2\], expected f32\[2,2\]/,
  });
  await rejects(one.loadStateDict(less.stateDict()), {
    code: "CORRUPT_FILE",
    message: /missing 4: .*unexpected 1: 0.momentum/,
  });
  await rejects(one.loadStateDict({ ...one.stateDict(), steps: -1 }), { code: "CORRUPT_FILE" });
  const counted = (counts: Tensor) => {
    const { steps, tensors } = one.stateDict();
    return one.loadStateDict({ steps, tensors: new Map([...tensors, ["steps", counts]]) });
  };
  await rejects(counted(tensor([1], { dtype: "i32", scope: own })), {
    code: "CORRUPT_FILE",
    message: /misshapen 1: steps is i32\[1\], expected i32\[2\]/,
  });
  await rejects(counted(tensor([0, -1], { dtype: "i32", scope: own })), {
    code: "CORRUPT_FILE",
    message: /"steps" must count from 0, got -1/,
  });
  using more = new optim.Adam([w, b], { learningRate: 1, amsgrad: true });
  await rejects(more.loadStateDict(one.stateDict()), {
    code: "CORRUPT_FILE",
    message: /missing 2: 0.maxSquare, 1.maxSquare/,
  });
});

Deno.test("gradients accumulated over parts of a batch equal those of the whole", async () => {
  using own = scope();
  using device = new WasmDevice();
  const { parameters, loss } = regression(device, own);
  const whole = loss().backward();
  const parts = loss(0, 3).mul(3 / 6).backward();
  parts.accumulate(loss(3, 2).mul(2 / 6).backward());
  parts.accumulate(loss(5, 1).mul(1 / 6).backward());
  for (const p of parameters) {
    const [a, b] = [await whole.get(p).data(), await parts.get(p).data()];
    b.forEach((v, i) => ok(Math.abs(v - a[i]) <= 1e-5 * (1 + Math.abs(a[i])), `${v} for ${a[i]}`));
  }
});

Deno.test("clipping reaches gradients that share memory once each", async () => {
  using own = scope();
  const [a, b] = [1, 2].map((v) => tensor([v, v], { scope: own }).requiresGrad());
  const gradients = a.add(b).sum(0).backward(); // all four are one constant
  equal(await optim.clipGradNorm(gradients, 1).item(), 2);
  for (const leaf of [a, b]) for (const v of await gradients.get(leaf).data()) ok(Math.abs(v - 0.5) < 1e-6);
  const later = a.add(b).sum(0).backward();
  deepEqual(await later.get(a).toArray(), [1, 1]);
});

Deno.test("clipping by value keeps what is within, and NaN", async () => {
  using own = scope();
  const w = tensor([0, 0, 0, 0, 0], { scope: own }).requiresGrad();
  const gradients = w.mul(tensor([-9, -0.5, 0.25, Infinity, NaN], { scope: own })).sum(0).backward();
  optim.clipGradValue(gradients, 0.5);
  deepEqual(await gradients.get(w).toArray(), [-0.5, -0.5, 0.25, 0.5, NaN]);
  for (const bad of [0, -1, NaN]) {
    throws(() => optim.clipGradValue(gradients, bad), { code: "INVALID_ARGUMENT" });
    throws(() => optim.clipGradNorm(gradients, bad), { code: "INVALID_ARGUMENT" });
  }
  throws(() => optim.clipGradNorm(gradients, 1, 0.5), { code: "INVALID_ARGUMENT" });
});

for (const dtype of DTYPES) {
  Deno.test(`an average of ${dtype} is followed in a recorded step, swapped, saved and given back`, () =>
    average(dtype));
}

async function average(dtype: Float): Promise<void> {
  using device = new WasmDevice();
  const one = async () => {
    using own = scope();
    const w = tensor([1, 2, 3], { device, scope: own, dtype }).requiresGrad();
    using optimizer = new optim.Sgd([w], { learningRate: 0.5 });
    using average = new optim.ExponentialMovingAverage([w], { decay: 0.9, warmUp: true });
    using program = record(device, () => {
      const loss = w.mul(w).sum(0);
      optimizer.step(loss.mul(0.5).backward());
      average.update();
      return loss;
    });
    const want = { w: [1, 2, 3], average: [1, 2, 3] };
    for (let t = 1; t <= 20; t++) {
      program.run();
      const decay = Math.min(0.9, (1 + t) / (10 + t));
      want.w = want.w.map((v) => v / 2);
      want.average = want.average.map((a, i) => a + (1 - decay) * (want.w[i] - a));
    }
    const close = (got: ArrayLike<number>, want: number[]) =>
      want.forEach((v, i) =>
        ok(Math.abs(got[i] - v) < (dtype === "f64" ? 1e-15 : 1e-6), `${got[i]} for ${v}`)
      );
    close(await w.data(), want.w);
    close(await average.averages[0].data(), want.average);
    average.swap();
    close(await w.data(), want.average);
    close(await average.averages[0].data(), want.w);
    average.swap();
    using again = new optim.ExponentialMovingAverage([w], { decay: 0.9, warmUp: true });
    notDeepEqual(await values(again.averages), await values(average.averages));
    await again.loadStateDict(average.stateDict());
    for (const each of [average, again]) each.update();
    deepEqual(await values(again.averages), await values(average.averages));
    average.applyTo();
    deepEqual(await w.data(), await average.averages[0].data());
    throws(() => average.applyTo([]), { code: "SHAPE_MISMATCH" });
  };
  await one();
  const held = device.live();
  await one();
  deepEqual(device.live(), held);
}

Deno.test("parameters of f64 step beside those of f32, with state in f64, and a module of them learns", async () => {
  using own = scope();
  const p = ["f64", "f32"].map((dtype) =>
    tensor([1, 2], { dtype: dtype as Float, scope: own }).requiresGrad()
  );
  using optimizer = new optim.AdamW(p, { learningRate: 0.1 });
  const loss = () => p[0].sqr().sum().add(p[1].to("f64").sqr().sum());
  optimizer.step(loss().backward());
  deepEqual([...optimizer.stateDict().tensors.values()].map((t) => t.dtype), [
    ...["f64", "f64", "f32", "f32"],
    "i32",
  ]);
  const [wide, narrow] = [await p[0].data(), await p[1].data()];
  narrow.forEach((v, i) => ok(Math.abs(v - wide[i]) < 1e-7 && v !== wide[i], `${v} for ${wide[i]}`));
  using net = new nn.Sequential(new nn.Linear(2, 16), new nn.Tanh(), new nn.Linear(16, 1)).init(3).to("f64");
  using adam = new optim.Adam(net.requiresGrad().parameters(), { learningRate: 0.05 });
  const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]], { dtype: "f64", scope: own });
  const y = tensor([[0], [1], [1], [0]], { dtype: "f64", scope: own });
  using program = record(x.device, () => {
    const loss = mseLoss(net.forward(x), y);
    adam.step(loss.backward());
    return loss;
  });
  for (let i = 0; i < 150; i++) program.run();
  equal(program.outputs[0].dtype, "f64");
  ok(await program.outputs[0].item() < 1e-2, `${await program.outputs[0].item()}`);
});

Deno.test("what no optimizer takes is refused, and nothing is left of it", () => {
  using device = new WasmDevice();
  using other = new WasmDevice();
  const leaf = (device: Device, shape: number[]) =>
    tensor(new Float32Array(4), { device, shape }).requiresGrad();
  using matrix = leaf(device, [2, 2]);
  using vector = leaf(device, [4]);
  using far = leaf(other, [4]);
  const held = device.live();
  throws(() => new optim.Muon([matrix, vector], { learningRate: 1 }), { code: "SHAPE_MISMATCH" });
  throws(() => new optim.Adam([matrix, far], { learningRate: 1 }), { code: "DEVICE_MISMATCH" });
  throws(() => new optim.AdamW([matrix], { learningRate: -1 }), { code: "INVALID_ARGUMENT" });
  throws(() => new optim.ExponentialMovingAverage([matrix], { decay: 2 }), { code: "INVALID_ARGUMENT" });
  throws(() => new optim.ExponentialMovingAverage([]), { code: "INVALID_ARGUMENT" });
  throws(() => new optim.Adam([matrix, matrix], { learningRate: 1 }), {
    code: "INVALID_ARGUMENT",
    message: /twice/,
  });
  deepEqual(device.live(), held);
});

Deno.test("what was disposed says so, and may be disposed twice", async () => {
  using device = new WasmDevice();
  using own = scope();
  const { parameters, loss } = regression(device, own);
  const gradients = loss().backward();
  for (const make of Object.values(optimizers)) {
    const optimizer = make(parameters);
    const state = optimizer.stateDict();
    for (let i = 0; i < 2; i++) optimizer[Symbol.dispose]();
    for (
      const use of [() => optimizer.step(gradients), () => optimizer.stateDict()]
    ) {
      throws(use, { code: "DISPOSED" });
    }
    await rejects(optimizer.loadStateDict(state), { code: "DISPOSED" });
  }
  const average = new optim.ExponentialMovingAverage(parameters);
  for (let i = 0; i < 2; i++) average[Symbol.dispose]();
  for (const use of [() => average.update(), () => average.swap(), () => average.applyTo()]) {
    throws(use, { code: "DISPOSED" });
  }
});
