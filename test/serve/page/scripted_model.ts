/**
 * A model that says what a test wants: a word at a time, when the test lets it, cut off at the most tokens.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import { WickError } from "../../../src/error.ts";
import type { Generation, Prompt } from "../../../src/generate/contract.ts";
import type { GenerateOptions, GenerationResult, Piece } from "../../../src/generate/options.ts";
import { FakeModel, type FakeOptions } from "../fake_model.ts";

/** What to say to a prompt (its text), or the error to fail with. */
export type Script = (asked: string) => string | Error;

/** The model. An answer whose beginning ends the prompt is gone on with. */
export class ScriptedModel extends FakeModel {
  /** Awaited before each word; tests hold an answer with it. */
  pause: (word: number) => void | Promise<void> = () => {};
  /** The prompts, as text, and the options that came with them. */
  readonly asked: { text: string; options: GenerateOptions }[] = [];

  constructor(public say: Script, options: FakeOptions = {}) {
    super({ contextLength: 32_768, ...options });
    Object.assign(this, { name: "Qwen2.5 0.5B Instruct", parameterCount: 494_032_768 });
  }

  override generate(prompt: Prompt, options: GenerateOptions = {}): Generation {
    const ids = this.promptIds(prompt);
    let outcome: GenerationResult | undefined;
    const pieces = this.words(this.tokenizer.decode(ids), options, (text, count, finishReason) => {
      const usage = { promptTokens: ids.length, completionTokens: count, cachedTokens: 0 };
      outcome = { text, ids: [], finishReason, usage, timing: { prefillMs: 0, decodeMs: 0 } };
    });
    const result = async () => {
      while (!(await pieces.next()).done);
      return outcome!;
    };
    return { [Symbol.asyncIterator]: () => pieces, result, text: async () => (await result()).text };
  }

  private async *words(
    asked: string,
    options: GenerateOptions,
    done: (text: string, count: number, reason: "stop" | "length") => void,
  ): AsyncGenerator<Piece> {
    this.asked.push({ text: asked, options });
    const answer = this.say(asked);
    if (answer instanceof Error) throw answer;
    const words = rest(answer, asked).split(/(?<=\s)/);
    const most = Math.min(words.length, options.maxTokens ?? Infinity);
    for (let i = 0; i < most; i++) {
      await Promise.race([this.pause(i), aborted(options.signal)]);
      await setTimeout(1);
      if (options.signal?.aborted) throw new WickError("ABORTED", "Cannot go on: the caller aborted");
      yield { text: words[i], id: 0 };
    }
    done(words.slice(0, most).join(""), most, most < words.length ? "length" : "stop");
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}

/** What is left of an answer that the prompt has begun. */
function rest(answer: string, asked: string): string {
  for (let length = answer.length - 1; length > 0; length--) {
    if (asked.endsWith(answer.slice(0, length))) return answer.slice(length);
  }
  return answer;
}
