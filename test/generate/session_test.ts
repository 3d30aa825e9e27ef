/**
 * Sessions on the embedded model: determinism across chunks, reuse and interleaving; memory; ends and errors.
 */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { type GenerateOptions, type LanguageModel, load, WickError } from "../../mod.ts";
import { Storage } from "../../src/device/device.ts";
import { WasmDevice } from "../../src/device/wasm/device.ts";
import { repositoryPath } from "../shared.ts";

const file = repositoryPath("models/wick-stories.gguf");
const PROMPT = "Once upon a time, there was a little fox named Tom. Tom lived in a";
const drawn: GenerateOptions = { maxTokens: 24, temperature: 0.8, seed: 7 };

for (const activations of ["int8", "f32"] as const) {
  Deno.test(`${activations}: logits do not depend on how a prompt is cut, nor on what was reused`, async () => {
    const ids: number[] = [];
    const all: Float32Array[] = [];
    for (const chunk of [undefined, 1, 7, 64]) {
      using model = await load(file, { activations, chunk });
      if (ids.length === 0) {
        ids.push(...model.promptIds(PROMPT.repeat(5)));
        ok(ids.length > 64 && ids.length < 128, "more than one chunk of 64, one of 128");
      }
      using session = model.session();
      all.push(await session.logits(ids));
      await session.logits([...ids.slice(0, 30), 5, 6, 7]); // another end
      all.push(await session.logits(ids));
    }
    for (const logits of all) deepEqual(logits, all[0], "to the bit");
  });
}

Deno.test("equal seeds give equal text, others another", async () => {
  using model = await load(file);
  const first = await model.generate(PROMPT, drawn).text();
  equal(await model.generate(PROMPT, drawn).text(), first);
  ok(await model.generate(PROMPT, { ...drawn, seed: 8 }).text() !== first);
  using again = await load(file, { chunk: 3 });
  equal(await again.generate(PROMPT, drawn).text(), first);
});

Deno.test("interleaved generations give the text that each gives alone", async () => {
  using model = await load(file);
  const prompts = [PROMPT, "The sun was", "Lily and Ben went to the big park to"];
  const alone = [];
  for (const [i, p] of prompts.entries()) alone.push(await model.generate(p, { ...drawn, seed: i }).text());
  const together = await Promise.all(prompts.map((p, i) => model.generate(p, { ...drawn, seed: i }).text()));
  deepEqual(together, alone);
  const pulled = prompts.map((p, i) => model.generate(p, { ...drawn, seed: i })[Symbol.asyncIterator]());
  const texts = prompts.map(() => "");
  for (let live = true; live;) {
    const pieces = await Promise.all(pulled.map((it) => it.next()));
    pieces.forEach((p, i) => texts[i] += p.done ? "" : p.value.text);
    live = pieces.some((p) => !p.done);
  }
  deepEqual(texts, alone);
});

Deno.test("a session keeps its cache and reuses the longest common beginning", async () => {
  using model = await load(file);
  using session = model.session();
  const first = await session.generate(PROMPT, drawn).result();
  equal(first.usage.cachedTokens, 0);
  const whole = [...model.promptIds(PROMPT), ...first.ids];
  const second = await session.generate(whole, drawn).result();
  equal(second.usage.cachedTokens, whole.length - 1, "all but the last token drawn, which was never run");
  const fresh = await model.generate(whole, drawn).result();
  equal(second.text, fresh.text);
  session.reset();
  equal(session.length, 0);
});

Deno.test("the model's own sessions reuse what an earlier prompt left", async () => {
  using model = await load(file, { idleSessions: 2 });
  const { usage } = await model.generate(PROMPT, drawn).result();
  equal(usage.cachedTokens, 0);
  equal((await model.generate(PROMPT + " small", drawn).result()).usage.cachedTokens > 10, true);
});

Deno.test("a cache is reused under its own salt alone", async () => {
  using model = await load(file);
  const cached = async (cacheSalt?: string) =>
    (await model.generate(PROMPT, { ...drawn, cacheSalt }).result()).usage.cachedTokens;
  equal(await cached("a"), 0);
  ok(await cached("a") > 10);
  equal(await cached("b"), 0);
  equal(await cached(), 0);
  await rejects(() => cached(7 as never), { code: "INVALID_ARGUMENT", param: "cacheSalt" });
});

Deno.test("a token allocates no linear memory and makes no tensor", async () => {
  using model = await load(file);
  const counting = count();
  await model.generate(PROMPT, { maxTokens: 2, temperature: 0 }).text();
  const before = counting.total();
  const memory = model.memory();
  const { ids } = await model.generate(PROMPT + " house", { maxTokens: 40, temperature: 0, ignoreEos: true })
    .result();
  equal(ids.length, 40);
  equal(counting.total(), before);
  counting.stop();
  deepEqual(model.memory(), memory);
});

/** Counts allocations of linear memory and holds on storages: no tensor comes to be without one or the other. */
function count() {
  const { allocateAddress } = WasmDevice.prototype;
  const { retain } = Storage.prototype;
  let calls = 0;
  WasmDevice.prototype.allocateAddress = function (bytes: number) {
    calls++;
    return allocateAddress.call(this, bytes);
  };
  Storage.prototype.retain = function () {
    calls++;
    return retain.call(this);
  };
  const stop = () => {
    WasmDevice.prototype.allocateAddress = allocateAddress;
    Storage.prototype.retain = retain;
  };
  return { total: () => calls, stop };
}

Deno.test("everything is released by dispose", async () => {
  const device = new WasmDevice();
  const model = await load(file, { device });
  await model.generate(PROMPT, drawn).text();
  const session = model.session();
  await session.generate(PROMPT, drawn).text();
  ok(device.live().bytes > 8e6);
  model[Symbol.dispose]();
  model[Symbol.dispose]();
  equal(device.live().bytes, 0);
  equal(device.live().storages, 0);
  equal(device.isDisposed, true);
  throws(() => model.session(), { code: "DISPOSED" });
  await rejects(() => session.generate(PROMPT).text(), { code: "DISPOSED" });
});

Deno.test("stop strings end the text and are never emitted, in part or whole", async () => {
  using model = await load(file);
  const full = await model.generate(PROMPT, { ...drawn, maxTokens: 40 }).text();
  const stop = full.slice(20, 26);
  const pieces: string[] = [];
  const generation = model.generate(PROMPT, { ...drawn, maxTokens: 40, stop: [stop] });
  for await (const { text } of generation) pieces.push(text);
  equal(pieces.join(""), full.slice(0, full.indexOf(stop)));
  equal((await generation.result()).finishReason, "stop");
});

Deno.test("stop ids, maxTokens and the end of the context end the text", async () => {
  using model = await load(file);
  const greedy = { temperature: 0, ignoreEos: true };
  const { ids } = await model.generate(PROMPT, { ...greedy, maxTokens: 9 }).result();
  const stopId = ids.find((id, i) => i > 2 && ids.indexOf(id) === i)!;
  const stopped = await model.generate(PROMPT, { ...greedy, maxTokens: 9, stopIds: [stopId] }).result();
  deepEqual(stopped.ids, ids.slice(0, ids.indexOf(stopId)));
  equal(stopped.finishReason, "stop");
  using small = await load(file, { contextLength: 32 });
  const room = 32 - small.promptIds(PROMPT).length;
  const end = await small.generate(PROMPT, greedy).result();
  equal(end.finishReason, "length");
  equal(end.ids.length, room);
});

Deno.test("what does not fit the context is an error, or slides on request", async () => {
  using model = await load(file, { contextLength: 32 });
  const long = PROMPT.repeat(3);
  await rejects(() => model.generate(long).text(), { code: "CONTEXT_OVERFLOW", param: "prompt" });
  await rejects(() => model.generate(PROMPT, { maxTokens: 100 }).text(), {
    code: "CONTEXT_OVERFLOW",
    param: "maxTokens",
  });
  const slid = await model.generate(long, { overflow: "slide", maxTokens: 80, ignoreEos: true, seed: 1 })
    .result();
  equal(slid.ids.length, 80);
  equal(slid.finishReason, "length");
});

Deno.test("an abort ends a generation within one token; timers and other requests go on", async () => {
  using model = await load(file);
  const controller = new AbortController();
  let ticks = 0;
  const timer = setInterval(() => ticks++, 0);
  let seen = 0;
  const generation = model.generate(PROMPT, {
    ...drawn,
    maxTokens: 400,
    ignoreEos: true,
    signal: controller.signal,
  });
  await rejects(async () => {
    for await (const _ of generation) if (++seen === 5) controller.abort();
  }, { code: "ABORTED" });
  clearInterval(timer);
  equal(seen, 5);
  ok(ticks > 0, "timers fired between tokens");
  await rejects(() => generation.result(), { code: "ABORTED" });
  match(await model.generate(PROMPT, drawn).text(), /\w/, "the model goes on");
  const early = new AbortController();
  early.abort();
  await rejects(() => model.generate(PROMPT, { signal: early.signal }).text(), { code: "ABORTED" });
});

Deno.test("leaving an iteration frees its session", async () => {
  using model = await load(file);
  using session = model.session();
  for await (const _ of session.generate(PROMPT, drawn)) break;
  match(await session.generate(PROMPT, drawn).text(), /\w/);
  const busy = session.generate(PROMPT, drawn)[Symbol.asyncIterator]();
  await busy.next();
  await rejects(() => session.generate(PROMPT, drawn).text(), { code: "INVALID_STATE" });
  throws(() => session.reset(), { code: "INVALID_STATE" });
  await busy.return!();
});

Deno.test("bad prompts and options are refused with what was found", async () => {
  using model = await load(file);
  const refused = async (
    prompt: Parameters<LanguageModel["generate"]>[0],
    options: GenerateOptions,
    code: string,
  ) => {
    await rejects(
      () => model.generate(prompt, options).text(),
      (e: WickError) => e instanceof WickError && e.code === code,
    );
  };
  await refused([], {}, "INVALID_ARGUMENT");
  await refused([0, 99999], {}, "INDEX_OUT_OF_RANGE");
  await refused([0.5], {}, "INDEX_OUT_OF_RANGE");
  for (const wrong of [null, 5, {}, { messages: "hi" }] as unknown as string[]) {
    await refused(wrong, {}, "INVALID_ARGUMENT");
  }
  await rejects(() => model.nll([0, 1, 99999]), { code: "INDEX_OUT_OF_RANGE" }); // a target alone, never an input
  for (const maximumBytes of [-1, 5, NaN, 2 ** 40]) {
    await rejects(() => load(file, { maximumBytes }), { code: "INVALID_ARGUMENT", param: "maximumBytes" });
  }
  await refused(PROMPT, { temperature: -1 }, "INVALID_ARGUMENT");
  await refused(PROMPT, { topP: 0 }, "INVALID_ARGUMENT");
  await refused({ messages: [{ role: "user", content: "hi" }] }, {}, "TEMPLATE_FAILED");
  equal((await model.generate(PROMPT, drawn).result()).ids.length > 0, true);
});

Deno.test("log-probabilities are those of the model, best first", async () => {
  using model = await load(file);
  const { logprobs, ids } = await model.generate(PROMPT, { ...drawn, maxTokens: 5, logprobs: 4 }).result();
  equal(logprobs!.length, ids.length);
  using session = model.session();
  const logits = Float64Array.from(await session.logits(PROMPT));
  const sum = Math.log(logits.reduce((s, v) => s + Math.exp(v), 0));
  const [first] = logprobs!;
  equal(first.id, ids[0]);
  ok(Math.abs(first.logprob - (logits[ids[0]] - sum)) < 1e-4);
  equal(first.top.length, 4);
  ok(first.top.every((t, i) => i === 0 || t.logprob <= first.top[i - 1].logprob));
});
