/**
 * A convolutional network learns to read handwritten digits: `deno run -A examples/digits_cnn.ts [EPOCHS]`
 *
 * Shows a network as a class, with batch norm and dropout, which differ between training and inference. It is
 * trained as the one of digits_mlp.ts is.
 *
 * @module
 */
import { manualSeed, nn, type Tensor } from "../mod.ts";
import { learnDigits } from "./digits_mlp.ts";

/** Pixels [N, 64] to logits [N, 10]: two convolutions, each halving the picture, and a linear layer. */
export class Cnn extends nn.Module {
  readonly conv1 = new nn.Conv2d(1, 16, 3, { padding: 1, bias: false });
  readonly norm1 = new nn.BatchNorm(16);
  readonly conv2 = new nn.Conv2d(16, 32, 3, { padding: 1, bias: false });
  readonly norm2 = new nn.BatchNorm(32);
  readonly dropout = new nn.Dropout(0.25);
  readonly output = new nn.Linear(32 * 2 * 2, 10);

  forward(x: Tensor): Tensor {
    x = x.reshape(-1, 1, 8, 8);
    x = this.norm1.forward(this.conv1.forward(x)).relu().maxPool2d(2); // [N, 16, 4, 4]
    x = this.norm2.forward(this.conv2.forward(x)).relu().maxPool2d(2); // [N, 32, 2, 2]
    return this.output.forward(this.dropout.forward(x.flatten(1)));
  }
}

if (import.meta.main) {
  manualSeed(1); // what dropout draws from
  using net = new Cnn().init(1);
  await learnDigits(net, Number(Deno.args[0] ?? 8), 1);
}
