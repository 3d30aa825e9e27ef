import { deepEqual } from "node:assert/strict";
import { type MetadataValue, StringArray } from "../../src/formats/metadata.ts";
import { textTokenizerFromGguf } from "../../src/tokenizers/mod.ts";
import type { TextTokenizer } from "../../src/tokenizers/text_tokenizer.ts";
import { modelTest } from "../shared.ts";
import { tokenizerOf } from "./fixtures.ts";

/** A vocabulary of control tokens (type 3) and others, given as "type text". */
function vocabulary(tokens: readonly string[], settings: Record<string, MetadataValue> = {}): TextTokenizer {
  const texts = tokens.map((token) => token.slice(2));
  return textTokenizerFromGguf(
    new Map<string, MetadataValue>([
      ["tokenizer.ggml.model", "gpt2"],
      ["tokenizer.ggml.tokens", StringArray.from(texts)],
      ["tokenizer.ggml.token_type", Int32Array.from(tokens, (token) => Number(token[0]))],
      ["tokenizer.ggml.merges", StringArray.from([])],
      ...Object.entries(settings),
    ]),
  );
}

const ends = (tokenizer: TextTokenizer): number[] => [...tokenizer.endIds].sort((a, b) => a - b);

Deno.test("known texts end a generation, whatever their type says", () => {
  const tokenizer = vocabulary([
    "1 a",
    "3 <|im_end|>",
    "1 </s>",
    "4 <end_of_turn>",
    "3 <|im_start|>",
    "1 <eos>",
  ]);
  deepEqual(ends(tokenizer), [1, 2, 3, 5]);
  deepEqual([1, 2, 3, 4, 5].map((id) => tokenizer.isControl(id)), [true, true, true, true, true]);
});

Deno.test("ids of the metadata end a generation", () => {
  const ids = {
    "tokenizer.ggml.eos_token_id": 1,
    "tokenizer.ggml.eot_token_id": 2,
    "tokenizer.ggml.eom_token_id": 99,
  };
  deepEqual(ends(vocabulary(["1 a", "3 <x>", "3 <y>", "3 <z>"], ids)), [1, 2]);
});

Deno.test("repository and padding tokens end a generation, prefixes don't", () => {
  deepEqual(ends(vocabulary(["3 <|fim_prefix|>", "3 <|fim_pad|>", "3 <|repo_name|>", "3 <|file_sep|>"])), [
    1,
    2,
    3,
  ]);
});

Deno.test("where a model has finer end tokens, <|end|> and </s> go on", () => {
  deepEqual(ends(vocabulary(["3 <|end|>", "3 <|return|>", "3 <|call|>"])), [1, 2]);
  deepEqual(ends(vocabulary(["3 <|end|>", "3 <|flush|>", "3 <|calls|>"])), [1, 2]);
  deepEqual(ends(vocabulary(["3 <|end|>", "3 <|call|>"])), [0, 1]);
  deepEqual(ends(vocabulary(["3 </s>", "3 <|tool_response>"])), [1]);
});

Deno.test("customary ids count only where they are control tokens", () => {
  const letters = Array.from({ length: 11 }, (_, i) => `1 ${String.fromCharCode(97 + i)}`);
  const [control, normal] = [vocabulary([...letters, "3 <x>"]), vocabulary([...letters, "1 ,"])];
  deepEqual([control.bosId, control.eosId, normal.bosId, normal.eosId], [11, 11, undefined, undefined]);
});

Deno.test("BOS goes in front by the pre-tokenizer's custom, the file's word, and where there is one", () => {
  const tokens = ["1 a", "3 <x>"];
  const of = (settings: Record<string, MetadataValue>): number[] =>
    vocabulary(
      tokens,
      Object.fromEntries(Object.entries(settings).map(([k, v]) => [`tokenizer.ggml.${k}`, v])),
    )
      .encode("a");
  deepEqual(of({ bos_token_id: 1 }), [0]);
  deepEqual(of({ bos_token_id: 1, pre: "llama-bpe" }), [1, 0]);
  deepEqual(of({ bos_token_id: 1, pre: "llama-bpe", add_bos_token: false }), [0]);
  deepEqual(of({ bos_token_id: 1, eos_token_id: 1, add_bos_token: true, add_eos_token: true }), [1, 0, 1]);
  deepEqual(of({ add_bos_token: true }), [0]);
});

Deno.test("special tokens of Phi-3 take the white space behind them", () => {
  const tokenizer = vocabulary(["1 a", "3 <|user|>", "3 <s>", "1 \u0120"], { "general.name": "Phi-3 mini" });
  deepEqual(tokenizer.encode("<|user|> \n a<s> a", { special: true }), [1, 0, 2, 3, 0]);
});

modelTest(
  "both <|im_end|> and <|endoftext|> end SmolLM2",
  ["SmolLM2-135M-Instruct.Q4_1.gguf"],
  async ([path]) => {
    const tokenizer = await tokenizerOf(path);
    const texts = [...tokenizer.endIds].map((id) => tokenizer.tokenText(id)).sort();
    deepEqual(texts, ["<reponame>", "<|endoftext|>", "<|im_end|>"]);
  },
);
