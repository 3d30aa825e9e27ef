import { deepEqual, equal, match, ok } from "node:assert/strict";
import { story, wick } from "./fakes.ts";

const whole = story.join("");

Deno.test("run streams the text to stdout and the figures to stderr", async () => {
  const { code, stdout, stderr, model } = await wick(["run", "One day"]);
  equal(code, 0);
  equal(stdout, whole + "\n");
  equal(
    stderr,
    "4 tokens · 100 tok/s · prompt 9 tokens in 4 ms · loaded in 12 ms · memory 1.23 kB, process 50.0 MB at most\n",
  );
  equal(model.asked[0].prompt, "One day");
  ok(model.disposed);
});

Deno.test("run --json prints one object of the promised shape and nothing else", async () => {
  const { code, stdout, stderr } = await wick(["run", "One day", "--json"], { terminal: true });
  equal(code, 0);
  equal(stderr, "");
  deepEqual(JSON.parse(stdout), {
    text: whole,
    ids: [0, 1, 2, 3],
    finishReason: "stop",
    usage: { promptTokens: 9, completionTokens: 4 },
    timing: {
      loadMs: 12,
      prefillMs: 4,
      decodeMs: 30,
      prefillTokensPerSecond: 2000,
      decodeTokensPerSecond: 100,
    },
    memory: { weights: 1000, kvCache: 200, scratch: 30, peakRss: 50_000_000 },
  });
});

Deno.test("run --logprobs K adds log-probabilities to the object", async () => {
  const { stdout } = await wick(["run", "x", "--json", "--logprobs", "3", "-n", "1"]);
  const { logprobs, finishReason } = JSON.parse(stdout);
  deepEqual(logprobs, [{ id: 0, logprob: -1, top: [] }]);
  equal(finishReason, "length");
});

Deno.test("run hands every sampling option to the library under its own name", async () => {
  const line =
    "run x -n 3 --temperature 0.5 --top-k 7 --top-p 0.9 --min-p 0.1 --typical-p 0.8 --repeat-penalty 1.1 " +
    "--repeat-last-n -1 --presence-penalty 0.2 --frequency-penalty -0.3 --seed 5 --stop a --stop b --ignore-eos " +
    "--logprobs 2 --overflow slide --special --json";
  const { model, code, stderr } = await wick(line.split(" "));
  equal(code, 0, stderr);
  const { signal, ...options } = model.asked[0].options;
  ok(signal);
  deepEqual(options, {
    maxTokens: 3,
    temperature: 0.5,
    topK: 7,
    topP: 0.9,
    minP: 0.1,
    typicalP: 0.8,
    repeatPenalty: 1.1,
    repeatLastN: -1,
    presencePenalty: 0.2,
    frequencyPenalty: -0.3,
    seed: 5,
    stop: ["a", "b"],
    ignoreEos: true,
    logprobs: 2,
    overflow: "slide",
    special: true,
  });
});

Deno.test("run opens the model that is named, the embedded one else", async () => {
  const named = await wick(["run", "x", "-m", "hf:a/b/c.gguf", "--activations", "f32", "--context", "32"]);
  const [{ source, options: { activations, contextLength } }] = named.opened;
  deepEqual({ source, activations, contextLength }, {
    source: "hf:a/b/c.gguf",
    activations: "f32",
    contextLength: 32,
  });
  const embedded = await wick(["run", "x"]);
  equal(embedded.opened[0].source, "wick:stories");
  equal(embedded.opened[0].options.activations, "int8");
});

Deno.test("run - reads the prompt from stdin, byte for byte", async () => {
  const { model } = await wick(["run", "-"], { stdin: "One day,\n" });
  equal(model.asked[0].prompt, "One day,\n");
});

Deno.test("run --chat asks through the template, after a system message", async () => {
  const { model } = await wick(["run", "Why?", "--chat", "--system", "Be brief."]);
  deepEqual(model.asked[0].prompt, {
    messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Why?" }],
  });
});

Deno.test("run --chat needs a template, and says what to do without one", async () => {
  const { code, stderr } = await wick(["run", "Why?", "--chat"], { model: { hasChatTemplate: false } });
  equal(code, 1);
  match(stderr, /^error\[TEMPLATE_FAILED\]: .*Fake 1K.*leave out --chat\n$/);
});

Deno.test("Ctrl-C ends run within a token with exit code 130", async () => {
  const { code, stdout, stderr, model } = await wick(["run", "x"], { interruptAt: 3 });
  equal(code, 130);
  equal(stdout, "A fox \n");
  equal(stderr, "interrupted\n");
  ok(model.disposed);
});

Deno.test("Ctrl-C while the model loads ends run with exit code 130 and one line of JSON", async () => {
  const onOpen = ({ signal }: { signal?: AbortSignal }) =>
    new Promise<void>((_, reject) =>
      signal!.addEventListener("abort", () => reject(aborted), { once: true })
    );
  const { WickError } = await import("../../src/error.ts");
  const aborted = new WickError("ABORTED", "Cannot load: aborted");
  const { code, stdout, stderr } = await wick(["run", "x", "--json"], { onOpen, interruptAfter: 5 });
  equal(code, 130);
  equal(stdout, "");
  deepEqual(JSON.parse(stderr), { error: { code: "ABORTED", message: "Cannot load: aborted" } });
});
