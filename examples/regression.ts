/**
 * Two numbers, slope and height of a line, are found from noisy points: `deno run -A examples/regression.ts`
 *
 * @module
 */
import { Generator, nn, optim, scope, tensor } from "../mod.ts";

/** Points about y = 3 x - 1 with a deviation of 0.1. */
export function points(count: number, seed: number): { x: Float32Array; y: Float32Array } {
  const generator = new Generator(seed);
  const x = generator.uniform(count, -1, 1);
  const noise = generator.normal(count, 0, 0.1);
  return { x, y: x.map((v, i) => 3 * v - 1 + noise[i]) };
}

/** Fits a line by some steps of gradient descent. */
export async function fitLine(steps: number): Promise<{ slope: number; height: number }> {
  const { x, y } = points(100, 7);
  using line = new nn.Linear(1, 1).init(1);
  using optimizer = new optim.Sgd(line.parameters(), { learningRate: 0.3 });
  for (let i = 0; i < steps; i++) {
    using step = scope(); // owns what the step computes
    const inputs = tensor(x, { shape: [100, 1], scope: step });
    const error = line.forward(inputs).sub(tensor(y, { shape: [100, 1], scope: step }));
    optimizer.step(error.mul(error).mean(0).sum(0).backward());
  }
  return { slope: await line.weight.tensor.item(), height: await line.bias!.tensor.item() };
}

if (import.meta.main) console.log(await fitLine(100));
