/**
 * The GPT of gpt.ts learns to write like Shakespeare: `deno run -A examples/shakespeare.ts [STEPS]`
 *
 * Shows inputs that are written between replays of a recorded step, and drawing from what a network predicts.
 *
 * @module
 */
import { Generator, noGrad, optim, rand, scope, tensor, zeros } from "../mod.ts";
import { Gpt, recordStep } from "./gpt.ts";

/** The beginning of Shakespeare's plays. */
export const shakespeare: string = Deno.readTextFileSync(new URL("data/shakespeare.txt", import.meta.url));

/** A text as ids, each the place of a character among all that occur. */
export class Characters {
  readonly alphabet: string[];

  constructor(text: string) {
    this.alphabet = [...new Set(text)].sort();
  }

  encode(text: string): Int32Array {
    return Int32Array.from([...text], (character) => this.alphabet.indexOf(character));
  }

  decode(ids: readonly number[]): string {
    return ids.map((id) => this.alphabet[id]).join("");
  }
}

/** Trains on windows of the text, wherever they fall, and gives the mean loss of the last ten steps. */
export async function learnToWrite(
  gpt: Gpt,
  text: Int32Array,
  steps: number,
  generator: Generator,
): Promise<number> {
  const { context } = gpt.config;
  using inputs = zeros([8, context], { dtype: "i32" });
  using targets = zeros([8, context], { dtype: "i32" }); // the characters that follow
  using optimizer = new optim.AdamW(gpt.parameters(), { learningRate: 1e-3 });
  using step = recordStep(gpt, optimizer, inputs, targets);
  const losses: number[] = [];
  for (let i = 1; i <= steps; i++) {
    const starts = [...generator.integers(8, 0, text.length - context)];
    const windows = (by: number) => starts.flatMap((s) => [...text.subarray(s + by, s + by + context)]);
    inputs.write(Int32Array.from(windows(0)));
    targets.write(Int32Array.from(windows(1)));
    step.run();
    losses.push(await step.outputs[0].item());
    if (i % 50 === 0) console.log(`step ${i}: loss ${losses.at(-1)!.toFixed(4)}`);
  }
  return losses.slice(-10).reduce((sum, loss) => sum + loss) / losses.slice(-10).length;
}

/** `ids` and `count` more, each drawn by the probability that the network gives it. */
export async function write(gpt: Gpt, ids: number[], count: number, generator: Generator): Promise<number[]> {
  const all = [...ids];
  for (let i = 0; i < count; i++) {
    using own = scope();
    const seen = tensor([all.slice(-gpt.config.context)], { dtype: "i32", scope: own });
    const logits = noGrad(() => gpt.forward(seen).get(0, -1));
    // the largest of logits with Gumbel noise is a draw from their softmax (Maddison et al. 2014)
    const noise = rand(logits.shape, { generator, scope: own }).log().neg().log();
    all.push(await logits.sub(noise).argmax().item());
  }
  return all;
}

if (import.meta.main) {
  const characters = new Characters(shakespeare);
  const generator = new Generator(1);
  const vocabulary = characters.alphabet.length;
  using gpt = new Gpt({ vocabulary, context: 64, layers: 4, width: 128, heads: 4 }).init(generator);
  await learnToWrite(gpt, characters.encode(shakespeare), Number(Deno.args[0] ?? 1000), generator);
  console.log(characters.decode(await write(gpt, [...characters.encode("ROMEO:")], 400, generator)));
}
