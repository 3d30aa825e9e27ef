/**
 * Handwritten digits, read from a csv, and how many of them a network reads rightly, for digits_mlp.ts and digits_cnn.ts.
 *
 * @module
 */
import { accuracy, type nn, noGrad, scope, tensor } from "../mod.ts";

/** Pictures of 8 by 8 pixels from 0 to 1, one after the other, and the digit that each shows. */
export type Digits = { count: number; pixels: Float32Array; labels: Int32Array };

/** The 1797 digits: every fifth is held out to test what was learned from the others. */
export function readDigits(): { train: Digits; test: Digits } {
  const csv = Deno.readTextFileSync(new URL("data/digits.csv", import.meta.url));
  const lines = csv.trim().split("\n").map((line) => line.split(",").map(Number));
  const digits = (lines: number[][]): Digits => ({
    count: lines.length,
    pixels: Float32Array.from(lines.flatMap((line) => line.slice(0, 64).map((value) => value / 16))),
    labels: Int32Array.from(lines, (line) => line[64]),
  });
  return {
    train: digits(lines.filter((_, i) => i % 5 !== 4)),
    test: digits(lines.filter((_, i) => i % 5 === 4)),
  };
}

/** The share of digits that a network of [N, 64] to logits [N, 10] names rightly. */
export async function shareRight(net: nn.Layer, { count, pixels, labels }: Digits): Promise<number> {
  using own = scope(); // owns what is made in it, and what is computed from that
  const { device } = net.parameters()[0];
  const x = tensor(pixels, { shape: [count, 64], device, scope: own });
  const targets = tensor(labels, { device, scope: own });
  net.eval(); // no dropout, the gathered statistics
  const share = noGrad(() => accuracy(net.forward(x), targets));
  net.train();
  return await share.item();
}
