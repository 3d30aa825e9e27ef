/**
 * Small Llamas with random weights in any tensor type, as GGUF files with their values in the open.
 *
 * @module
 */
import type { LlamaConfig } from "../../src/models/llama.ts";
import type { BlockDtype, BlockFormat } from "../../src/quant/format.ts";
import { blockFormats } from "../../src/quant/formats.ts";
import { writeGguf, type WrittenTensor, type WrittenValue } from "../formats/gguf_writer.ts";
import type { Random } from "../random.ts";

/** What is written, and what it holds. */
export interface RandomLlama {
  file: Uint8Array;
  config: LlamaConfig;
  /** By GGUF name, row-major, dequantized. */
  weights: Map<string, Float32Array>;
}

/** Sizes that block formats of 256 fit. */
export const SMALL: LlamaConfig = {
  layers: 2,
  width: 256,
  feedForward: 512,
  heads: 4,
  keyValueHeads: 2,
  headSize: 64,
  vocabulary: 70, // not a multiple of 8
  epsilon: 1e-5,
  ropeDims: 64,
  ropeBase: 10000,
  ropeScaling: { type: "none" },
  window: 0,
};

/** Options of {@linkcode randomLlama}. */
export interface RandomLlamaOptions {
  config?: Partial<LlamaConfig>;
  architecture?: string;
  /** More metadata (below the architecture's prefix where a key begins with "."). */
  metadata?: Record<string, WrittenValue>;
  /** Adds biases to the attention's layers. */
  biases?: boolean;
  /** Leaves out output.weight. */
  tied?: boolean;
  /** More tensors, f32. */
  extra?: Record<string, Float32Array>;
}

/** A model whose matrices are of `type` ("q4_0", "f16" ...). */
export function randomLlama(random: Random, type: string, options: RandomLlamaOptions = {}): RandomLlama {
  const config = { ...SMALL, ...options.config };
  const weights = new Map<string, Float32Array>();
  const tensors: WrittenTensor[] = [];
  const put = (name: string, type: string, shape: number[]) => {
    const { data, values } = randomMatrix(random, type, shape.reduce((a, b) => a * b));
    weights.set(name, values);
    tensors.push({ name, shape, type, data });
  };
  const vector = (name: string, size: number, about: number) => {
    const values = Float32Array.from({ length: size }, () => about + random.normal() * 0.1);
    putFloats(name, values);
  };
  const putFloats = (name: string, values: Float32Array) => {
    weights.set(name, values);
    tensors.push({ name, shape: [values.length], type: "f32", data: new Uint8Array(values.buffer) });
  };
  const { width, headSize, heads, keyValueHeads, feedForward, vocabulary } = config;
  put("token_embd.weight", type, [vocabulary, width]);
  if (!options.tied) put("output.weight", type, [vocabulary, width]);
  vector("output_norm.weight", width, 1);
  for (let i = 0; i < config.layers; i++) {
    const name = (part: string) => `blk.${i}.${part}`;
    vector(name("attn_norm.weight"), width, 1);
    vector(name("ffn_norm.weight"), width, 1);
    put(name("attn_q.weight"), type, [heads * headSize, width]);
    put(name("attn_k.weight"), type, [keyValueHeads * headSize, width]);
    put(name("attn_v.weight"), type, [keyValueHeads * headSize, width]);
    put(name("attn_output.weight"), type, [width, heads * headSize]);
    put(name("ffn_gate.weight"), type, [feedForward, width]);
    put(name("ffn_up.weight"), type, [feedForward, width]);
    put(name("ffn_down.weight"), type, [width, feedForward]);
    if (options.biases) {
      vector(name("attn_q.bias"), heads * headSize, 0);
      vector(name("attn_k.bias"), keyValueHeads * headSize, 0);
      vector(name("attn_v.bias"), keyValueHeads * headSize, 0);
    }
  }
  for (const [name, values] of Object.entries(options.extra ?? {})) putFloats(name, values);
  return { file: writeGguf(metadataOf(config, options), tensors), config, weights };
}

function metadataOf(config: LlamaConfig, options: RandomLlamaOptions): Record<string, WrittenValue> {
  const a = options.architecture ?? "llama";
  const more = Object.entries(options.metadata ?? {}).map(([k, v]) => [k.startsWith(".") ? a + k : k, v]);
  return {
    "general.architecture": a,
    [`${a}.block_count`]: config.layers,
    [`${a}.context_length`]: 256,
    [`${a}.embedding_length`]: config.width,
    [`${a}.feed_forward_length`]: config.feedForward,
    [`${a}.attention.head_count`]: config.heads,
    [`${a}.attention.head_count_kv`]: config.keyValueHeads,
    [`${a}.attention.key_length`]: config.headSize,
    [`${a}.attention.layer_norm_rms_epsilon`]: { type: "f32", value: config.epsilon },
    [`${a}.rope.dimension_count`]: config.ropeDims,
    [`${a}.rope.freq_base`]: { type: "f32", value: config.ropeBase },
    ...(config.window > 0 ? { [`${a}.attention.sliding_window`]: config.window } : {}),
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "gpt-2",
    "tokenizer.ggml.tokens": tokens(config.vocabulary),
    "tokenizer.ggml.token_type": Int32Array.from({ length: config.vocabulary }, (_, i) => i === 0 ? 3 : 1),
    "tokenizer.ggml.merges": ["0 1"],
    "tokenizer.ggml.bos_token_id": 0,
    "tokenizer.ggml.eos_token_id": 0,
    ...Object.fromEntries(more),
  };
}

/** BOS, single characters, and one pair of them. */
function tokens(count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => i === 0 ? "<s>" : i === count - 1 ? "01" : String.fromCharCode(47 + i),
  );
}

/**
 * The spread of weights. Blocks with minimums have means of their own, so a row's products add up: at 0.05 scores of
 * attention reach 400 (in the sum of sizes), whose rounding in float32 alone may show as 4e-5 in a logit.
 */
const SPREAD = 0.025;

/** `count` values about 0 with that spread, in a tensor type: their bytes, and what these mean. */
export function randomMatrix(
  random: Random,
  type: string,
  count: number,
): { data: Uint8Array; values: Float32Array } {
  if (type === "f32") {
    const values = random.floats(count, SPREAD);
    return { data: new Uint8Array(values.buffer), values };
  }
  if (type === "bf16") {
    const bits = new Uint32Array(random.floats(count, SPREAD).buffer).map((b) => b & 0xffff0000);
    return {
      data: new Uint8Array(Uint16Array.from(bits, (b) => b >>> 16).buffer),
      values: new Float32Array(bits.buffer),
    };
  }
  if (type === "f16") {
    const bits = Uint16Array.from(
      { length: count },
      () => random.integer(0, 1) << 15 | random.integer(0x2000, 0x2bff),
    );
    return { data: new Uint8Array(bits.buffer), values: Float32Array.from(bits, half) };
  }
  const format = blockFormats.get(type as BlockDtype)!;
  const data = random.bytes(count / format.block * format.bytes);
  const values = new Float32Array(count);
  for (let at = 0, to = 0; to < count; at += format.bytes, to += format.block) {
    const block = data.subarray(at, at + format.bytes);
    tame(random, format, block);
    format.dequantize(block, values.subarray(to, to + format.block));
  }
  return { data, values };
}

/** Sets a block's scales (16-bit floats, or MXFP4's exponent) such that its values spread by about SPREAD. */
function tame(random: Random, format: BlockFormat, block: Uint8Array): void {
  const values = new Float32Array(format.block);
  const scales = (exponent: number) => {
    for (const { offset, size } of format.fields) {
      if (size === 2) block.set([random.integer(0, 255), exponent << 2 | random.integer(0, 1) << 7], offset);
      if (size === 1) block[offset] = 127 - 15 + exponent;
    }
  };
  let exponent = 15;
  for (; exponent > 0; exponent--) {
    scales(exponent);
    format.dequantize(block, values);
    if (Math.sqrt(values.reduce((s, v) => s + v * v, 0) / values.length) < 1.5 * SPREAD) return;
  }
  scales(0); // subnormal
}

function half(bits: number): number {
  const exponent = bits >> 10 & 31;
  const fraction = bits & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits >> 15 ? -size : size;
}
