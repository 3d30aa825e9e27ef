/**
 * A network learns XOR: `deno run -A examples/xor.ts`
 *
 * @module
 */
import { nn, optim, scope, tensor } from "../mod.ts";

/** Trains for some steps and gives what the network makes of (0, 0), (0, 1), (1, 0) and (1, 1). */
export async function learnXor(steps: number): Promise<number[]> {
  using net = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1), new nn.Sigmoid())
    .init(1);
  using optimizer = new optim.Adam(net.parameters(), { learningRate: 0.05 });
  using x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
  using y = tensor([[0], [1], [1], [0]]);
  for (let i = 0; i < steps; i++) {
    using step = scope(); // owns what the step computes
    const error = net.forward(tensor([[0, 0], [0, 1], [1, 0], [1, 1]], { scope: step })).sub(y);
    optimizer.step(error.mul(error).mean(0).sum(0).backward());
  }
  using answers = net.forward(x);
  return [...await answers.data()];
}

if (import.meta.main) console.log(await learnXor(300));
