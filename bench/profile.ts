/**
 * Where a decode step and a prefill chunk spend their time, kernel by kernel.
 *
 * `deno run -A bench/profile.ts [FILE] [--prompt N]`
 *
 * Each call of the recorded Program runs by itself, many times, so caches are warmer than in a whole step: the
 * shares matter, not the sums.
 *
 * @module
 */
import { load } from "../mod.ts";
import { reportCalls, Watched } from "./calls.ts";

const args = Deno.args.filter((a) => !a.startsWith("--"));
const file = args[0] ?? new URL("../models/wick-stories.gguf", import.meta.url).pathname;

const device = new Watched();
using model = await load(file, { device, chunk: 128 });
for (const first of [300, 500]) { // the second time both Programs stand, and their cells are those of a prefill
  const ids = Array.from({ length: 128 }, (_, i) => i + first);
  await model.generate(ids, { maxTokens: 3, ignoreEos: true }).text();
}
const [prefill, decode] = device.programs;
reportCalls(device, "prefill of 128 tokens", prefill, 3);
reportCalls(device, "decode step at 130 tokens", decode, 20);
