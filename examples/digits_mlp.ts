/**
 * A network of two linear layers learns to read handwritten digits:
 * `deno run -A examples/digits_mlp.ts [EPOCHS] [wasm | webgpu]`
 *
 * Shows a training step that is recorded once and replayed, a schedule of the learning rate, and another device.
 *
 * @module
 */
import {
  crossEntropy,
  type DeviceName,
  Generator,
  nn,
  openDevice,
  optim,
  record,
  tensor,
  zeros,
} from "../mod.ts";
import { accuracy, batches, readDigits } from "./digits.ts";

/** Pixels [N, 64] to logits [N, 10]. */
export function mlp(): nn.Sequential {
  return new nn.Sequential(new nn.Linear(64, 128), new nn.Relu(), new nn.Linear(128, 10));
}

/** Trains over all training digits `epochs` times, and gives the share of test digits named rightly in the end. */
export async function learnDigits(net: nn.Layer, epochs: number, seed: number): Promise<number> {
  const { train, test } = readDigits();
  const { device } = net.parameters()[0];
  using optimizer = new optim.AdamW(net.parameters(), { learningRate: 1e-2 });

  using images = tensor(train.pixels, { shape: [train.count, 64], device });
  using labels = tensor(train.labels, { device });
  using picked = zeros([64], { dtype: "i32", device }); // the numbers of a batch's digits
  using step = record(device, () => {
    const logits = net.forward(images.indexSelect(0, picked));
    const loss = crossEntropy(logits, labels.indexSelect(0, picked));
    optimizer.step(loss.backward());
    return loss;
  });

  const generator = new Generator(seed);
  const rate = optim.schedule.cosine(epochs * Math.floor(train.count / 64));
  let right = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const batch of batches(train.count, 64, generator)) {
      picked.write(batch);
      optimizer.factor = rate(optimizer.steps); // of the learning rate
      step.run();
    }
    right = await accuracy(net, test);
    const loss = await step.outputs[0].item();
    console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}, ${(100 * right).toFixed(1)} % right`);
  }
  return right;
}

if (import.meta.main) {
  const [epochs = "20", device = "wasm"] = Deno.args;
  using net = mlp().init(1, await openDevice(device as DeviceName));
  await learnDigits(net, Number(epochs), 1);
}
