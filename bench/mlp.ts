/**
 * Training steps a second of an MLP 784-256-10 with ReLU on batches of 64, eager and recorded, with SGD and AdamW.
 *
 * `deno run -A bench/mlp.ts [--steps 200] [--quick] [--profile]`
 *
 * @module
 */
import { parseArgs } from "node:util";
import { crossEntropy, nn, optim, record, scope, tensor } from "../mod.ts";
import { Random } from "../test/random.ts";
import { reportCalls, Watched } from "./calls.ts";
import { timeSteps } from "./stage.ts";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "200" },
    quick: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
  },
});
const steps = values.quick ? 10 : Number(values.steps);
const device = new Watched();
const random = new Random(1);
const pixels = random.floats(64 * 784);
const digits = random.ints(64, 0, 9);

for (const name of ["Sgd", "AdamW"] as const) {
  using net = new nn.Sequential(new nn.Linear(784, 256), new nn.Relu(), new nn.Linear(256, 10)).init(
    1,
    device,
  );
  using optimizer = new optim[name](net.parameters(), { learningRate: 1e-3 });
  using x = tensor(pixels, { shape: [64, 784], device });
  using y = tensor(digits, { device });
  const eager = await timeSteps(5, async () => {
    for (let i = 0; i < steps; i++) {
      using own = scope();
      const inputs = x.alias(x.shape, { scope: own });
      const loss = crossEntropy(net.forward(inputs), y);
      optimizer.step(loss.backward());
      if (i === steps - 1) await loss.item();
    }
  });
  using program = record(device, () => {
    const loss = crossEntropy(net.forward(x), y);
    optimizer.step(loss.backward());
    return loss;
  });
  const recorded = await timeSteps(5, async () => {
    for (let i = 0; i < steps; i++) {
      program.run();
    }
    await program.outputs[0].item();
  });
  const rate = (seconds: number) => `${(steps / seconds).toFixed(0)} steps/s`;
  console.log(`${name}: eager ${rate(eager)}, recorded ${rate(recorded)} (${program.calls} calls)`);
  if (values.profile) reportCalls(device, name, device.programs.at(-1)!, 200);
}
