/**
 * A line is found from noisy points, by gradients alone: `deno run -A examples/regression.ts [STEPS]`
 *
 * Shows tensors that require a gradient, and what optimizers do with it.
 *
 * @module
 */
import { Generator, mseLoss, optim, scope, type Tensor, tensor } from "../mod.ts";

/** Points about y = 3 x - 1 with a deviation of 0.1. */
function points(count: number, generator: Generator): { x: Float32Array; y: Float32Array } {
  const x = generator.uniform(count, -1, 1);
  const noise = generator.normal(count, 0, 0.1);
  return { x, y: x.map((v, i) => 3 * v - 1 + noise[i]) };
}

/** Finds slope and height in some steps of gradient descent. */
export async function learnLine(steps: number): Promise<{ slope: number; height: number }> {
  const { x, y } = points(100, new Generator(1));
  using slope = tensor([0]).requiresGrad();
  using height = tensor([0]).requiresGrad();
  using optimizer = new optim.Sgd([slope, height], { learningRate: 0.3 });
  const line = (x: Tensor) => x.mul(slope).add(height);
  for (let i = 0; i < steps; i++) {
    using step = scope(); // owns what is made in it, and what is computed from that
    const loss = mseLoss(line(tensor(x, { scope: step })), tensor(y, { scope: step }));
    optimizer.step(loss.backward());
  }
  return { slope: await slope.item(), height: await height.item() };
}

if (import.meta.main) console.log(await learnLine(Number(Deno.args[0] ?? 100)));
