/** Options that there are none of are refused by name wherever an untyped caller may give them. */
import { equal, match, ok, rejects, throws } from "node:assert/strict";
import { type GenerateOptions, load, type LoadOptions, WickError } from "../../mod.ts";
import { download, type DownloadOptions } from "../../src/hub/download.ts";
import { resolveOptions } from "../../src/generate/options.ts";
import { repositoryPath } from "../shared.ts";

const file = repositoryPath("models/wick-stories.gguf");
const limits = { vocabulary: 40, contextLength: 128 };

/** Whether an error is of the wrong name, and suggests that one. */
function refuses(name: string, meant?: string): (error: unknown) => true {
  return (error) => {
    ok(error instanceof WickError, String(error));
    equal(error.code, "INVALID_ARGUMENT");
    equal(error.param, name);
    ok(error.message.includes(JSON.stringify(name)), error.message);
    equal(/did you mean (\w+)\?/.exec(error.message)?.[1], meant, error.message);
    return true;
  };
}

const misspelled: [string, string | undefined][] = [
  ["temprature", "temperature"],
  ["max_tokens", "maxTokens"],
  ["maxToken", "maxTokens"],
  ["topp", "topP"],
  ["top_k", "topK"],
  ["STOP", "stop"],
  ["stopWords", "stopIds"],
  ["sampler", undefined],
  ["", undefined],
  ["constructor", undefined],
  ["x".repeat(1000), undefined],
];

Deno.test("generate() names the option that there is none of, the nearest one, and all", () => {
  for (const [name, meant] of misspelled) {
    if (name.length > 100) continue; // cut short in the message
    throws(() => resolveOptions({ [name]: 1 } as GenerateOptions, limits), refuses(name, meant));
  }
  throws(
    () => resolveOptions({ ["x".repeat(1000)]: 1 } as GenerateOptions, limits),
    ({ message }: WickError) => {
      match(message, /the options are maxTokens, temperature, .*, overflow$/);
      return message.length < 600;
    },
  );
  throws(() => resolveOptions([] as GenerateOptions, limits), /the options must be an object, got an array/);
  throws(() => resolveOptions(null as unknown as GenerateOptions, limits), /an object, got null/);
});

Deno.test("load(), a session, logits(), nll(), promptIds() and download() refuse such names too", async () => {
  const wrong = (name: string) => ({ [name]: 1 }) as LoadOptions;
  await rejects(load(file, wrong("contextlenght")), refuses("contextlenght", "contextLength"));
  await rejects(load(file, 512 as LoadOptions), /the options must be an object, got number/);
  await rejects(download(file, { retry: 1 } as DownloadOptions), refuses("retry", "retryMs"));
  using model = await load(file);
  const given: unknown = { sgnal: 1 };
  await rejects(model.generate("x", given as GenerateOptions).text(), refuses("sgnal", "signal"));
  await rejects(model.nll([1, 2], { windw: 4 } as Record<string, number>), refuses("windw", "window"));
  throws(
    () => model.promptIds("x", { specail: true } as { special?: boolean }),
    refuses("specail", "special"),
  );
  const open = model.session as (options: unknown) => unknown;
  throws(() => open.call(model, { contextLength: 9 }), refuses("contextLength"));
  using session = model.session();
  await rejects(session.logits("x", given as { signal?: AbortSignal }), refuses("sgnal", "signal"));
  await rejects(session.generate("x", given as GenerateOptions).text(), refuses("sgnal", "signal"));
  equal((await session.generate("x", { maxTokens: 1 }).result()).ids.length, 1, "the session is free again");
});

Deno.test("load() refuses a context that the model was not trained for, before it allocates it", async () => {
  await rejects(load(file, { contextLength: 100_000 }), (error) => {
    ok(error instanceof WickError);
    equal(error.code, "INVALID_ARGUMENT");
    equal(error.param, "contextLength");
    match(
      error.message,
      /100000: the model was trained for 512 tokens \(llama.context_length\); allowLongContext/,
    );
    return true;
  });
  using same = await load(file, { contextLength: 512 });
  using longer = await load(file, { contextLength: 513, allowLongContext: true });
  equal(same.contextLength, 512);
  equal(longer.contextLength, 513);
  await rejects(load(file, { allowLongContext: "yes" as unknown as boolean }), /expected true or false/);
});
