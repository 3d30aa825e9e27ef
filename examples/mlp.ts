/**
 * A network of two linear layers tells two spirals apart, on either device:
 * `deno run -A examples/mlp.ts [STEPS] [wasm | webgpu]`
 *
 * Shows the same training on the processor and on a GPU; only the name of the device differs.
 *
 * @module
 */
import { accuracy, crossEntropy, type DeviceName, Generator, nn, noGrad } from "../mod.ts";
import { openDevice, optim, record, scope, tensor } from "../mod.ts";

/** How it is trained: `count` points to learn from, and as many others to be tested on. */
export type Training = { steps?: number; count?: number; seed?: number };

/** The loss of every hundredth step and of the last, and the share of new points told right. */
export type Trained = { losses: number[]; accuracy: number };

/** Points [count, 2] of two spirals of one and a half turns, with noise, and the spiral of each, 0 or 1. */
function spirals(count: number, generator: Generator): { points: Float32Array; arms: Int32Array } {
  const [along, noise] = [generator.uniform(count, 0.1, 1), generator.normal(2 * count, 0, 0.02)];
  const arms = Int32Array.from({ length: count }, (_, i) => i % 2);
  const points = noise.map((error, i) => {
    const [place, arm] = [along[i >> 1], arms[i >> 1]];
    const angle = 3 * Math.PI * place + Math.PI * arm;
    return error + place * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
  return { points, arms };
}

/** Trains on all points at once, one recorded step at a time, and tests on other points. */
export async function trainMlp(name: DeviceName, training: Training = {}): Promise<Trained> {
  const { steps = 1000, count = 400, seed = 1 } = training;
  const device = await openDevice(name);
  const generator = new Generator(seed);
  const kaiming = { initial: nn.init.kaimingNormal };
  using net = new nn.Sequential(new nn.Linear(2, 64, kaiming), new nn.Relu(), new nn.Linear(64, 2, kaiming))
    .init(generator, device);
  using own = scope();
  const { points, arms } = spirals(count, generator);
  const x = tensor(points, { shape: [count, 2], device, scope: own });
  const labels = tensor(arms, { device, scope: own });
  using optimizer = new optim.AdamW(net.parameters(), { learningRate: 0.01 });
  using step = record(device, () => {
    const loss = crossEntropy(net.forward(x), labels);
    optimizer.step(loss.backward());
    return loss;
  });
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    step.run();
    if (i % 100 === 0 || i === steps - 1) losses.push(await step.outputs[0].item());
  }
  const others = spirals(count, generator);
  const unseen = tensor(others.points, { shape: [count, 2], device, scope: own });
  const truth = tensor(others.arms, { device, scope: own });
  const right = noGrad(() => accuracy(net.forward(unseen), truth));
  return { losses, accuracy: await right.item() };
}

if (import.meta.main) {
  const [steps = "1000", device = "wasm"] = Deno.args;
  console.log(await trainMlp(device as DeviceName, { steps: Number(steps) }));
}
