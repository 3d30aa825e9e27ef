/** Every key that GGUF's own library knows is read, harmless, or refused where it is not read. */
import { deepEqual, equal, throws } from "node:assert/strict";
import type { MetadataValue } from "../../src/formats/metadata.ts";
import { changingKeys, harmlessKeys, isNeutral } from "../../src/models/known_keys.ts";
import { llamaConfig } from "../../src/models/llama.ts";
import golden from "../golden/gguf_keys.json" with { type: "json" };

/** A Llama of two layers. */
const SMALL: Record<string, MetadataValue> = {
  "block_count": 2,
  "context_length": 256,
  "embedding_length": 256,
  "feed_forward_length": 512,
  "vocab_size": 70,
  "attention.head_count": 4,
  "attention.layer_norm_rms_epsilon": 1e-5,
};

/** What `llamaConfig` asks for, of a file that stretches its positions and of one that does not. */
const READ = [
  "attention.head_count attention.head_count_kv attention.key_length attention.layer_norm_rms_epsilon",
  "attention.sliding_window attention.value_length block_count embedding_length feed_forward_length",
  "rope.dimension_count rope.freq_base rope.scale_linear rope.scaling.attn_factor rope.scaling.factor",
  "rope.scaling.original_context_length rope.scaling.type rope.scaling.yarn_attn_factor",
  "rope.scaling.yarn_beta_fast rope.scaling.yarn_beta_slow rope.scaling.yarn_ext_factor",
  "rope.scaling.yarn_log_multiplier",
].flatMap((line) => line.split(" "));

/** Keys whose value says what, not how much. */
const isWord = (key: string) => key === "attention.causal" || key === "hidden_activation";

function config(more: Record<string, MetadataValue>) {
  const pairs = Object.entries({ ...SMALL, ...more }).map(([key, value]) => [`llama.${key}`, value] as const);
  return llamaConfig("llama", new Map(pairs));
}

Deno.test("every key of a GGUF architecture is known as harmless or as changing what is computed", () => {
  const classified = [...harmlessKeys, ...changingKeys];
  equal(new Set(classified).size, classified.length, "a key in two places");
  deepEqual(golden.keys.filter((key) => !classified.includes(key)), []);
  // beside them, what files from before the typed form say
  deepEqual(classified.filter((key) => !golden.keys.includes(key)), ["rope.scale_linear"]);
});

Deno.test("a Llama reads a key that changes what it computes, or refuses it by name", () => {
  const yarn = { "rope.scaling.type": "yarn", "rope.scaling.factor": 4 };
  const refused = changingKeys.filter((key) => !READ.includes(key));
  for (const key of READ) {
    // a value that no model has is told as the key's own fault, so the key was read
    throws(
      () => config({ ...yarn, [key]: "odd" }),
      (error: Error & { param?: string }) => error.param === `llama.${key}`,
      key,
    );
  }
  for (const key of refused) {
    if (isNeutral(key, 7)) continue;
    for (const value of [7, [7, 7], "odd", true].filter((value) => !isNeutral(key, value))) {
      const message = new RegExp(`llama\\.${key} must be absent`);
      throws(() => config({ [key]: value }), {
        code: "UNSUPPORTED_ARCHITECTURE",
        param: `llama.${key}`,
        message,
      });
    }
  }
  deepEqual(refused.filter((key) => isNeutral(key, 7)), ["attention.layer_norm_epsilon"]);
});

Deno.test("keys that say that nothing is changed, and harmless ones, let a Llama be", () => {
  const plain = config({});
  for (const key of changingKeys.filter((key) => !READ.includes(key) && !isWord(key))) {
    deepEqual(config({ [key]: 0 }), plain, key);
    deepEqual(config({ [key]: new Float32Array(2) }), plain, key);
  }
  const neutral = { "attention.causal": true, "hidden_activation": "silu", "logit_scale": 1, "num_loops": 1 };
  for (const [key, value] of Object.entries(neutral)) deepEqual(config({ [key]: value }), plain, key);
  for (const key of harmlessKeys) {
    if (!(key in SMALL)) deepEqual(config({ [key]: 7 }), plain, key);
  }
});

Deno.test("numbers may come as an array of one for each layer", () => {
  const plain = config({});
  for (
    const [key, value] of [["attention.head_count", 4], ["attention.head_count_kv", 4], [
      "feed_forward_length",
      512,
    ]] as const
  ) {
    for (const array of [Uint32Array.of(value, value), BigUint64Array.of(BigInt(value), BigInt(value))]) {
      deepEqual(config({ [key]: array }), plain, key);
    }
    const differs = {
      code: "UNSUPPORTED_ARCHITECTURE",
      message: /one number for all 2 layers, got several that differ$/,
    };
    throws(() => config({ [key]: Int32Array.of(value, value * 2) }), differs);
    const short = {
      code: "CORRUPT_FILE",
      message: /one number, or one for each of 2 layers, got an array of 1$/,
    };
    throws(() => config({ [key]: Int32Array.of(value) }), short);
  }
});
