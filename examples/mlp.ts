/**
 * A network of two layers learns to tell two spirals apart, on either device.
 *
 * `deno run -A examples/mlp.ts [wasm | webgpu] [steps]`
 *
 * @module
 */
import {
  crossEntropy,
  type DeviceName,
  Generator,
  noGrad,
  openDevice,
  optim,
  record,
  scope,
  type Tensor,
  tensor,
  type TensorOptions,
} from "../mod.ts";

const HIDDEN = 64;

/** How it is trained. */
export interface Training {
  /** [1000] */
  steps?: number;
  /** Points to learn from, and as many others to be tested on [400]. */
  count?: number;
  /** [1] */
  seed?: number;
}

/** What training gives. */
export interface Trained {
  /** The loss of every hundredth step, and of the last. */
  losses: number[];
  /** The share of points told right that it was not trained on. */
  accuracy: number;
}

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

/** Trains with AdamW, one recorded step at a time, and tests on other points. */
export async function trainMlp(name: DeviceName, training: Training = {}): Promise<Trained> {
  const { steps = 1000, count = 400, seed = 1 } = training;
  const device = await openDevice(name);
  using own = scope();
  const options: TensorOptions = { device, scope: own };
  const generator = new Generator(seed);
  const leaf = (shape: [number, number]) => {
    const values = generator.normal(shape[0] * shape[1], 0, Math.sqrt(2 / shape[0]));
    return tensor(values, { shape, ...options }).requiresGrad();
  };
  const [w1, b1, w2, b2] = [leaf([2, HIDDEN]), leaf([1, HIDDEN]), leaf([HIDDEN, 2]), leaf([1, 2])];
  const forward = (x: Tensor) => x.matmul(w1).add(b1).relu().matmul(w2).add(b2);

  const { points, arms } = spirals(count, generator);
  const x = tensor(points, { shape: [count, 2], ...options });
  const labels = tensor(arms, options);
  using optimizer = new optim.AdamW([w1, b1, w2, b2], { learningRate: 0.01 });
  using step = record(device, () => {
    const loss = crossEntropy(forward(x), labels);
    optimizer.step(loss.backward());
    return loss;
  });

  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    optimizer.advance();
    step.run();
    if (i % 100 === 0 || i === steps - 1) losses.push(await step.outputs[0].item());
  }
  const others = spirals(count, generator);
  const unseen = tensor(others.points, { shape: [count, 2], ...options });
  const told = await noGrad(() => forward(unseen).argmax(-1)).data();
  return { losses, accuracy: told.filter((arm, i) => arm === others.arms[i]).length / count };
}

if (import.meta.main) {
  const [name = "wasm", steps = "1000"] = Deno.args;
  const start = performance.now();
  const { losses, accuracy } = await trainMlp(name as DeviceName, { steps: Number(steps) });
  const rate = Number(steps) / (performance.now() - start) * 1000;
  console.log(`loss ${losses.map((loss) => loss.toFixed(3)).join(" ")}`);
  console.log(
    `${(100 * accuracy).toFixed(1)}% of new points told right; ${rate.toFixed(0)} steps/s on ${name}`,
  );
}
