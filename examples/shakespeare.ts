/**
 * The GPT of gpt.ts learns to write like Shakespeare: `deno run -A examples/shakespeare.ts [STEPS]`
 *
 * Shows a data set that is cut from a text as it is needed, inputs that are written between replays of a recorded
 * step, and drawing from what a network predicts.
 *
 * @module
 */
import { DataLoader, noGrad, optim, Sampler, scope, tensor, zeros } from "../mod.ts";
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
export async function learnToWrite(gpt: Gpt, text: Int32Array, steps: number, seed: number): Promise<number> {
  const { context } = gpt.config;
  const windows = {
    length: text.length - context,
    get: (i: number) => ({
      inputs: text.subarray(i, i + context),
      targets: text.subarray(i + 1, i + 1 + context), // the characters that follow
    }),
  };
  const loader = new DataLoader(windows, { batchSize: 8, shuffle: true, seed, dropLast: true });
  using inputs = zeros([8, context], { dtype: "i32" });
  using targets = zeros([8, context], { dtype: "i32" });
  using optimizer = new optim.AdamW(gpt.parameters(), { learningRate: 1e-3 });
  using step = recordStep(gpt, optimizer, inputs, targets);
  const losses: number[] = [];
  while (losses.length < steps) {
    for await (const batch of loader) {
      batch.write({ inputs, targets });
      step.run();
      losses.push(await step.outputs[0].item());
      if (losses.length % 50 === 0) console.log(`step ${losses.length}: loss ${losses.at(-1)!.toFixed(4)}`);
      if (losses.length === steps) break;
    }
  }
  return losses.slice(-10).reduce((sum, loss) => sum + loss) / losses.slice(-10).length;
}

/** `ids` and `count` more, each drawn by the probability that the network gives it. */
export async function write(gpt: Gpt, ids: number[], count: number, seed: number): Promise<number[]> {
  const { context, vocabulary } = gpt.config;
  const sampler = new Sampler(vocabulary, { seed, temperature: 1, topK: 0, topP: 1, minP: 0 });
  const all = [...ids];
  while (all.length < ids.length + count) {
    using own = scope();
    const seen = tensor([all.slice(-context)], { dtype: "i32", scope: own });
    all.push(await sampler.sample(noGrad(() => gpt.forward(seen).get(0, -1))));
  }
  return all;
}

if (import.meta.main) {
  const characters = new Characters(shakespeare);
  const vocabulary = characters.alphabet.length;
  using gpt = new Gpt({ vocabulary, context: 64, layers: 4, width: 128, heads: 4 }).init(1);
  await learnToWrite(gpt, characters.encode(shakespeare), Number(Deno.args[0] ?? 1000), 1);
  console.log(characters.decode(await write(gpt, [...characters.encode("ROMEO:")], 400, 1)));
}
