/** Every optimizer, with clipping and an average of its parameters, on WebGPU, beside the same on WASM. */
import { deepEqual, ok } from "node:assert/strict";
import {
  type Device,
  optim,
  record,
  scope,
  type Tensor,
  tensor,
  WasmDevice,
  WebGpuDevice,
} from "../../../mod.ts";
import { Random, testSeed } from "../../random.ts";

const seed = testSeed();

/** What all optimizers offer. */
type AnyOptimizer = Pick<optim.Adam, "step"> & Disposable;

const optimizers: Record<string, (p: Tensor[]) => AnyOptimizer> = {
  sgd: (p) => new optim.Sgd(p, { learningRate: 0.1, momentum: 0.9, nesterov: true }),
  adam: (p) => new optim.Adam(p, { learningRate: 0.01, maximize: true }),
  adamw: (p) => new optim.AdamW(p, { learningRate: 0.01 }),
  "adamw with amsgrad": (p) => new optim.AdamW(p, { learningRate: 0.01, beta2: 0.7, amsgrad: true }),
  lion: (p) => new optim.Lion(p, { learningRate: 0.01 }),
  adafactor: (p) => new optim.Adafactor(p, { learningRate: 0.05, weightDecay: 0.1 }),
  muon: (p) => new optim.Muon(p, { learningRate: 0.02 }),
};

/** Six steps of w -> mean((x w)^2): the parameter, its average and the last gradient's norm. */
async function train(
  device: Device,
  make: (p: Tensor[]) => AnyOptimizer,
  recorded: boolean,
): Promise<number[]> {
  using own = scope();
  const random = new Random(seed);
  const draw = (...shape: number[]) =>
    tensor(random.floats(shape.reduce((a, b) => a * b)), { shape, device, scope: own });
  const [w, x] = [draw(5, 3).requiresGrad(), draw(7, 5)];
  using optimizer = make([w]);
  using average = new optim.ExponentialMovingAverage([w], { decay: 0.8 });
  const once = () => {
    const y = x.matmul(w);
    const gradients = y.mul(y).reshape(-1).mean(0).backward();
    const norm = optim.clipGradNorm(gradients, 0.5);
    optimizer.step(gradients);
    average.update();
    return norm;
  };
  using program = recorded ? record(device, once) : undefined;
  let norm = program?.outputs[0];
  for (let i = 0; i < 6; i++) {
    if (program) program.run();
    else norm = once();
  }
  average.swap();
  const values = [w, average.averages[0], norm!].map(async (t) => [...await t.data()]);
  return (await Promise.all(values)).flat();
}

for (const [name, make] of Object.entries(optimizers)) {
  Deno.test({
    name: `${name} steps on WebGPU as on WASM, eager and replayed, and gives all back`,
    sanitizeOps: false, // maps that are taken before they resolve
    sanitizeResources: false,
    fn: async () => {
      using gpu = await WebGpuDevice.open();
      using cpu = new WasmDevice();
      const wanted = await train(cpu, make, false);
      for (const recorded of [false, true]) {
        (await train(gpu, make, recorded)).forEach((value, i) => {
          const bound = 1e-4 * (1 + Math.abs(wanted[i]));
          ok(Math.abs(value - wanted[i]) <= bound, `[${i}] is ${value}, on WASM ${wanted[i]}`);
        });
      }
      const left = gpu.live();
      await train(gpu, make, true);
      deepEqual(gpu.live(), left);
    },
  });
}
