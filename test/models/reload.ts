/**
 * Loads and disposes a model twenty times and prints the resident memory after each, in bytes: run by
 * llama_test.ts in a process of its own, with garbage collection on call.
 *
 * @module
 */
import { load } from "../../mod.ts";

const file = new URL("../../models/wick-stories.gguf", import.meta.url);
const resident: number[] = [];
for (let i = 0; i < 20; i++) {
  {
    using model = await load(file, { contextLength: 512 });
    await model.generate("Once upon a time", { maxTokens: 4 }).text();
  }
  (globalThis as unknown as { gc(): void }).gc();
  await new Promise((resolve) => setTimeout(resolve, 5));
  resident.push(Deno.memoryUsage().rss);
}
console.log(JSON.stringify(resident));
