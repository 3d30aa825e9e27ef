/**
 * Wick: tensors, language models and text generation inside one JavaScript isolate.
 *
 * @example
 * ```ts
 * import { load } from "@wick/wick";
 * using model = await load("wick:stories");
 * for await (const { text } of model.generate("Once upon a time", { maxTokens: 32, seed: 1 })) console.log(text);
 * ```
 *
 * @module
 */
import "./src/entry/deno.ts";

export * from "./src/api.ts";
