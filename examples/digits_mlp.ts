/**
 * A network of two linear layers learns to read handwritten digits:
 * `deno run -A examples/digits_mlp.ts [EPOCHS] [wasm | webgpu]`
 *
 * Shows a training step that is recorded once and replayed on the batches of a loader, a schedule of the learning
 * rate, and another device.
 *
 * @module
 */
import {
  crossEntropy,
  DataLoader,
  type DeviceName,
  nn,
  openDevice,
  optim,
  record,
  tensor,
  zeros,
} from "../mod.ts";
import { readDigits, shareRight } from "./digits.ts";

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

  const loader = new DataLoader({ images, labels }, { batchSize: 64, shuffle: true, seed, dropLast: true });
  const rate = optim.schedule.cosine(epochs * loader.batches);
  let right = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for await (const batch of loader) {
      picked.write(batch.indices);
      optimizer.factor = rate(optimizer.steps); // of the learning rate
      step.run();
    }
    right = await shareRight(net, test);
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
