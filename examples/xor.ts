/**
 * A network of two linear layers learns XOR: `deno run -A examples/xor.ts [STEPS]`
 *
 * Shows layers, a loss and an optimizer, and a scope that gives back what a step computed.
 *
 * @module
 */
import { mseLoss, nn, optim, scope, tensor } from "../mod.ts";

const pairs = [[0, 0], [0, 1], [1, 0], [1, 1]];
const answers = [[0], [1], [1], [0]];

/** Trains for some steps and gives what the network makes of the four pairs. */
export async function learnXor(steps: number): Promise<number[]> {
  using net = new nn.Sequential(new nn.Linear(2, 8), new nn.Tanh(), new nn.Linear(8, 1), new nn.Sigmoid())
    .init(1);
  using optimizer = new optim.Adam(net.parameters(), { learningRate: 0.05 });
  for (let i = 0; i < steps; i++) {
    using step = scope(); // owns what is made in it, and what is computed from that
    const predicted = net.forward(tensor(pairs, { scope: step }));
    optimizer.step(mseLoss(predicted, tensor(answers, { scope: step })).backward());
  }
  using own = scope();
  return [...await net.forward(tensor(pairs, { scope: own })).data()];
}

if (import.meta.main) console.log(await learnXor(Number(Deno.args[0] ?? 300)));
