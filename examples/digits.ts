/**
 * Handwritten digits, read from a csv and put into batches, for digits_mlp.ts and digits_cnn.ts.
 *
 * @module
 */
import { type Generator, type nn, noGrad, scope, tensor } from "../mod.ts";

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

/** The numbers below `count` in a random order, in batches of `size`; what fills no batch is left out. */
export function* batches(count: number, size: number, generator: Generator): Iterable<Int32Array> {
  const keys = generator.uniform(count);
  const order = Int32Array.from(keys.keys()).sort((a, b) => keys[a] - keys[b]);
  for (let end = size; end <= count; end += size) yield order.subarray(end - size, end);
}

/** The share of digits that a network of [N, 64] to logits [N, 10] names rightly. */
export async function accuracy(net: nn.Layer, { count, pixels, labels }: Digits): Promise<number> {
  using own = scope(); // owns what is made in it, and what is computed from that
  const { device } = net.parameters()[0];
  const x = tensor(pixels, { shape: [count, 64], device, scope: own });
  net.eval(); // no dropout, the gathered statistics
  const named = noGrad(() => net.forward(x).argmax(-1));
  net.train();
  const digits = await named.data();
  return labels.filter((label, i) => label === digits[i]).length / count;
}
