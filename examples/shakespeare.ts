/**
 * Trains the GPT of gpt.ts on a slice of Shakespeare and lets it write: `deno run -A examples/shakespeare.ts [STEPS]`
 *
 * @module
 */
import { noGrad, optim, scope, tensor } from "../mod.ts";
import { Gpt, recordStep } from "./gpt.ts";

/** A text as ids, each the place of a character among all that occur. */
export class Characters {
  readonly alphabet: string[];

  constructor(text: string) {
    this.alphabet = [...new Set(text)].sort();
  }

  encode(text: string): Int32Array {
    return Int32Array.from([...text], (character) => this.alphabet.indexOf(character));
  }

  decode(ids: number[]): string {
    return ids.map((id) => this.alphabet[id]).join("");
  }
}

/** Trains on windows of `ids` that `draw`, numbers in [0, 1), picks; gives the mean loss of the last ten steps. */
export async function train(gpt: Gpt, ids: Int32Array, steps: number, draw: () => number): Promise<number> {
  const { context } = gpt.config;
  const [batch, losses] = [8, [] as number[]];
  const blank = () => tensor(new Int32Array(batch * context), { shape: [batch, context] });
  using inputs = blank();
  using targets = blank();
  using optimizer = new optim.AdamW(gpt.parameters(), { learningRate: 3e-3 });
  using step = recordStep(gpt, optimizer, inputs, targets);
  for (let i = 0; i < steps; i++) {
    const starts = Array.from({ length: batch }, () => Math.floor(draw() * (ids.length - context)));
    const windows = (by: number) =>
      Int32Array.from(starts.flatMap((s) => [...ids.subarray(s + by, s + by + context)]));
    inputs.write(windows(0));
    targets.write(windows(1));
    optimizer.advance();
    step.run();
    losses.push(await step.outputs[0].item());
    if (i % 50 === 0) console.log(`step ${i}: loss ${losses.at(-1)!.toFixed(3)}`);
  }
  return losses.slice(-10).reduce((a, b) => a + b, 0) / Math.min(10, steps);
}

/** `count` ids after `ids`, each drawn by its probability: `draw` gives numbers in [0, 1). */
export async function continued(
  gpt: Gpt,
  ids: number[],
  count: number,
  draw: () => number,
): Promise<number[]> {
  const all = [...ids];
  for (let i = 0; i < count; i++) {
    using own = scope();
    const seen = Int32Array.from(all.slice(-gpt.config.context));
    const x = tensor(seen, { shape: [1, seen.length], scope: own });
    const p = await noGrad(() => gpt.forward(x).softmax(-1)).narrow(1, seen.length - 1, 1).data();
    let left = draw();
    all.push(p.findIndex((v) => (left -= v) < 0));
  }
  return all;
}

/** The slice of Shakespeare that comes with the examples. */
export function shakespeare(): string {
  return Deno.readTextFileSync(new URL("data/shakespeare.txt", import.meta.url));
}

if (import.meta.main) {
  const characters = new Characters(shakespeare());
  using gpt = new Gpt({
    vocabulary: characters.alphabet.length,
    context: 64,
    layers: 4,
    width: 128,
    heads: 4,
  }).init(1);
  await train(gpt, characters.encode(shakespeare()), Number(Deno.args[0] ?? 1000), Math.random);
  const start = [...characters.encode("ROMEO:")];
  console.log(characters.decode(await continued(gpt, start, 400, Math.random)));
}
