/**
 * The GPT of the examples learns from a slice of Shakespeare, and its layers agree with what they should see.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { nn, noGrad, scope, tensor } from "../../mod.ts";
import { Gpt } from "../../examples/gpt.ts";
import { Characters, learnToWrite, shakespeare, write } from "../../examples/shakespeare.ts";

Deno.test("a small GPT learns from Shakespeare and writes", async () => {
  const characters = new Characters(shakespeare);
  using gpt = new Gpt({ vocabulary: characters.alphabet.length, context: 32, layers: 2, width: 64, heads: 4 })
    .init(3);
  const loss = await learnToWrite(gpt, characters.encode(shakespeare), 500, 11);
  // even chances are ln 61 = 4.11, frequencies alone 3.3
  ok(loss < 2.5, `the loss is ${loss}`);
  const written = characters.decode(await write(gpt, [...characters.encode("KING")], 60, 11));
  equal(written.length, 64);
  ok(written.startsWith("KING"));
  const words = written.split(/\s+/).length;
  ok(words > 5 && words < 30, `words of a likely length: ${written}`);
});

Deno.test("a GPT sees no later characters", async () => {
  using gpt = new Gpt({ vocabulary: 10, context: 8, layers: 2, width: 16, heads: 2 }).init(5);
  using own = scope();
  const logits = async (ids: number[]) => {
    const x = tensor(Int32Array.from(ids), { shape: [1, ids.length], scope: own });
    return [...await noGrad(() => gpt.forward(x)).narrow(1, 0, 3).data()];
  };
  deepEqual(await logits([1, 2, 3, 4, 5]), await logits([1, 2, 3, 9, 0]));
  ok((await logits([1, 2, 3]))[25] !== (await logits([7, 2, 3]))[25], "but earlier ones");
});

Deno.test("a GPT is saved and goes on from what was saved", async () => {
  const config = { vocabulary: 10, context: 8, layers: 1, width: 8, heads: 2 };
  using gpt = new Gpt(config).init(5);
  using copy = new Gpt(config);
  await copy.loadStateDict(gpt.stateDict());
  ok(gpt instanceof nn.Module);
  deepEqual(await write(copy, [1], 7, 2), await write(gpt, [1], 7, 2));
});
