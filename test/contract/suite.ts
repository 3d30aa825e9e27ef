/**
 * What every runtime must do alike, as plain functions over the public API: they run under Deno.test and inside a
 * Worker. The model is the embedded one.
 *
 * @module
 */
import type { LanguageModel } from "../../src/generate/contract.ts";
import type { GenerateOptions } from "../../src/generate/options.ts";

/** What a runner gives to the suite. */
export interface Tester {
  test(name: string, run: () => Promise<void>): void;
  equal(actual: unknown, expected: unknown, message?: string): void;
  /** Fails unless |actual - expected| <= tolerance (so NaN fails). */
  close(actual: number, expected: number, tolerance: number, message?: string): void;
}

/** What differs between runtimes: where the model's bytes are. */
export interface Fixture {
  /** Loads the embedded model. */
  open(options?: { activations?: "int8" | "f32" }): Promise<LanguageModel>;
  /** Loads a model from bytes. */
  openBytes(bytes: Uint8Array): Promise<LanguageModel>;
  /** The first bytes of the embedded model. */
  head(length: number): Promise<Uint8Array>;
}

const PROMPT = "Once upon a time, there was a little dog named";
/** The float64 reference's greedy answer to the prompt, and its log-probability of the first token. */
const GREEDY = [1274, 14, 445, 399, 12, 1274, 276, 1183];
const FIRST_LOGPROB = -3.69391;
const SAMPLED: GenerateOptions = { maxTokens: 24, temperature: 0.8, ignoreEos: true };

/** Declares the suite. */
export function contract(t: Tester, fixture: Fixture): void {
  loading(t, fixture);
  generating(t, fixture);
  stopping(t, fixture);
  aborting(t, fixture);
  sessions(t, fixture);
  failing(t, fixture);
}

function loading(t: Tester, { open }: Fixture): void {
  t.test("load gives the model with its name, sizes and tokenizer", async () => {
    using model = await open();
    t.equal(model.architecture, "llama");
    t.equal(model.name, "Wick Stories 14M");
    t.equal(model.contextLength, 512);
    t.equal(model.tokenizer.size, 4096);
    t.equal(model.hasChatTemplate, false);
    t.close(model.parameterCount, 14e6, 1e6);
    t.close(model.memory().weights, 8.8e6, 1e6);
  });

  t.test("twenty loads in turn, each disposed, leave a model that works", async () => {
    for (let i = 0; i < 20; i++) (await open())[Symbol.dispose]();
    using model = await open();
    t.equal((await model.generate(PROMPT, { maxTokens: 1 }).result()).ids.length, 1);
  });
}

function generating(t: Tester, { open }: Fixture): void {
  t.test("float activations give the reference's greedy tokens and log-probabilities", async () => {
    using model = await open({ activations: "f32" });
    const options = { temperature: 0, maxTokens: GREEDY.length, logprobs: 2 };
    const { ids, logprobs, usage, finishReason } = await model.generate(PROMPT, options).result();
    t.equal(ids, GREEDY);
    t.equal(finishReason, "length");
    t.equal(usage.promptTokens, 12);
    t.equal(usage.completionTokens, GREEDY.length);
    t.close(logprobs![0].logprob, FIRST_LOGPROB, 1e-3);
    t.equal(logprobs![0].top.map(({ id }) => id), [1274, 1339]);
  });

  t.test("the pieces are the text, and the result repeats it", async () => {
    using model = await open();
    const generation = model.generate(PROMPT, { ...SAMPLED, seed: 1 });
    let text = "";
    for await (const piece of generation) text += piece.text;
    const result = await generation.result();
    t.equal(result.text, text);
    t.equal(result.ids.length, 24);
    t.equal(text.length > 0, true);
  });

  t.test("a seed fixes the text, and another seed changes it", async () => {
    using model = await open();
    const write = (seed: number) => model.generate(PROMPT, { ...SAMPLED, seed }).text();
    const first = await write(1);
    t.equal(await write(1), first);
    t.equal((await write(2)) === first, false);
  });
}

function stopping(t: Tester, { open }: Fixture): void {
  t.test("a stop string ends the text and is not part of it", async () => {
    using model = await open();
    const free = await model.generate(PROMPT, { ...SAMPLED, seed: 1 }).text();
    const stop = free.slice(8, 13);
    const generation = model.generate(PROMPT, { ...SAMPLED, seed: 1, stop });
    let text = "";
    for await (const piece of generation) text += piece.text;
    t.equal(text, free.slice(0, free.indexOf(stop)));
    t.equal((await generation.result()).finishReason, "stop");
  });
}

function aborting(t: Tester, { open }: Fixture): void {
  t.test("an abort ends a generation within one token, and timers run meanwhile", async () => {
    using model = await open();
    const abort = new AbortController();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    let pieces = 0;
    const code = await codeOf(async () => {
      const generation = model.generate(PROMPT, { maxTokens: 400, ignoreEos: true, signal: abort.signal });
      for await (const _ of generation) if (++pieces === 40) abort.abort();
    });
    clearInterval(timer);
    t.equal(code, "ABORTED");
    t.equal(pieces, 40);
    t.equal(ticks > 0, true, "timers stood still");
    t.equal((await model.generate(PROMPT, { maxTokens: 2 }).result()).ids.length, 2);
  });
}

function sessions(t: Tester, { open }: Fixture): void {
  t.test("two sessions in turns write what each writes alone", async () => {
    using model = await open();
    const alone = [];
    for (const seed of [1, 2]) alone.push(await model.generate(PROMPT, { ...SAMPLED, seed }).text());
    using one = model.session();
    using two = model.session();
    const together = [
      one.generate(PROMPT, { ...SAMPLED, seed: 1 }),
      two.generate(PROMPT, { ...SAMPLED, seed: 2 }),
    ];
    t.equal(await Promise.all(together.map((generation) => generation.text())), alone);
  });

  t.test("a session reuses what it has read, and writes the same for it", async () => {
    using model = await open();
    using session = model.session();
    const text = await session.generate(PROMPT, { ...SAMPLED, seed: 1 }).text();
    const longer = `${PROMPT}${text} And then`;
    const again = await session.generate(longer, { ...SAMPLED, seed: 3 }).result();
    t.equal(again.usage.cachedTokens >= 12, true, `cached ${again.usage.cachedTokens}`);
    using fresh = model.session();
    t.equal(again.text, await fresh.generate(longer, { ...SAMPLED, seed: 3 }).text());
    session.reset();
    t.equal(session.length, 0);
  });
}

function failing(t: Tester, { open, openBytes, head }: Fixture): void {
  t.test("files that are no model, or cut short, are refused by code", async () => {
    t.equal(
      await codeOf(() => openBytes(new TextEncoder().encode("not a model at all, only text"))),
      "UNKNOWN_FORMAT",
    );
    t.equal(await codeOf(async () => openBytes(await head(200_000))), "CORRUPT_FILE");
  });

  t.test("prompts and options that can't be honoured are refused by code, and the model goes on", async () => {
    using model = await open();
    const long = "once ".repeat(600);
    t.equal(await codeOf(() => model.generate(long).text()), "CONTEXT_OVERFLOW");
    t.equal(await codeOf(() => model.generate(PROMPT, { temperature: -1 }).text()), "INVALID_ARGUMENT");
    t.equal((await model.generate(PROMPT, { maxTokens: 1 }).result()).ids.length, 1);
  });

  t.test("a disposed model says so", async () => {
    const model = await open();
    model[Symbol.dispose]();
    t.equal(await codeOf(() => model.generate(PROMPT).text()), "DISPOSED");
  });
}

/** The code of the error that `run` throws; "none" where it throws none. */
async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return "none";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
