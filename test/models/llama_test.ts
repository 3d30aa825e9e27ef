/**
 * Random Llamas in every tensor type against a float64 forward of their dequantized weights, and the family's
 * variations: biases, ties, windows, stretched rotations.
 */
import { equal, ok, rejects, throws } from "node:assert/strict";
import { load, type WickError } from "../../mod.ts";
import { llamaConfig } from "../../src/models/llama.ts";
import { ropeFrequencies } from "../../src/nn/rotary.ts";
import { blockFormats } from "../../src/quant/formats.ts";
import { worst } from "../near.ts";
import { Random, testSeed } from "../random.ts";
import { repositoryPath } from "../shared.ts";
import { llama } from "../reference/llama.ts";
import { writeGguf, type WrittenValue } from "../formats/gguf_writer.ts";
import { type RandomLlama, randomLlama } from "./random_llama.ts";
import yarn from "../golden/yarn.json" with { type: "json" };

const seed = testSeed();
const LENGTH = 21;
/** What files of YaRN models leave unsaid. */
const YARN = { betaFast: 32, betaSlow: 1, extrapolation: 1, attention: 1 };

/** The rms difference of logits, relative to their rms, at the worst of some lengths. */
async function error(
  made: RandomLlama,
  activations: "int8" | "f32",
  angles?: (p: number, i: number) => number,
  magnitude?: number,
): Promise<number> {
  const ids = [...new Random(seed).ints(LENGTH, 0, made.config.vocabulary - 1)];
  const truth = llama(made.config, made.weights, ids, angles, magnitude);
  using model = await load(made.file, { activations, contextLength: 64 });
  const errors: number[] = [];
  using session = model.session();
  for (const length of [1, 2, 12, LENGTH]) {
    const want = truth[length - 1];
    const got = await session.logits(ids.slice(0, length));
    equal(got.length, want.length);
    const size = (v: ArrayLike<number>) => Math.hypot(...Array.from(v));
    errors.push(size(want.map((v, i) => v - got[i])) / size(want));
  }
  return worst(errors);
}

for (const type of ["f32", "f16", "bf16", ...blockFormats.keys()]) {
  Deno.test(`a Llama of ${type} agrees with its float64 forward`, async () => {
    const made = randomLlama(new Random(seed), type);
    const exact = await error(made, "f32");
    ok(exact <= 1e-5, `float activations: ${exact}`);
    const rounded = await error(made, "int8");
    ok(rounded <= (blockFormats.has(type as never) ? 0.06 : 1e-5), `8-bit activations: ${rounded}`);
  });
}

const variations: Record<string, () => Promise<number>> = {
  "biases and tied embeddings": () =>
    error(randomLlama(new Random(seed), "f32", { biases: true, tied: true }), "f32"),
  "a sliding window of 5": () =>
    error(randomLlama(new Random(seed), "f32", { config: { window: 5 } }), "f32"),
  "one key-value head": () =>
    error(randomLlama(new Random(seed), "q8_0", { config: { keyValueHeads: 1 } }), "f32"),
  "partly rotated heads": () =>
    error(randomLlama(new Random(seed), "f32", { config: { ropeDims: 32 } }), "f32"),
  "widths off the tiles": () =>
    error(
      randomLlama(new Random(seed), "f32", {
        config: {
          width: 44,
          headSize: 10,
          heads: 4,
          keyValueHeads: 2,
          ropeDims: 10,
          feedForward: 75,
          vocabulary: 61,
        },
      }),
      "f32",
    ),
  "the name mistral": () => error(randomLlama(new Random(seed), "f32", { architecture: "mistral" }), "f32"),
  "linear rope scaling": () =>
    error(
      randomLlama(new Random(seed), "f32", {
        metadata: { ".rope.scaling.type": "linear", ".rope.scaling.factor": { type: "f32", value: 4 } },
      }),
      "f32",
      (p, i) => p / 4 * 10000 ** (-2 * i / 64),
    ),
  "a factor without a type of stretching, which is linear": () =>
    error(
      randomLlama(new Random(seed), "f32", {
        metadata: { ".rope.scaling.factor": { type: "f32", value: 4 } },
      }),
      "f32",
      (p, i) => p / 4 * 10000 ** (-2 * i / 64),
    ),
  "a factor of attention and nothing else": () =>
    error(
      randomLlama(new Random(seed), "f32", {
        metadata: { ".rope.scaling.attn_factor": { type: "f32", value: 1.5 } },
      }),
      "f32",
      (p, i) => p * 10000 ** (-2 * i / 64),
      1.5,
    ),
  "one number for all layers in an array": () =>
    error(
      randomLlama(new Random(seed), "f32", { metadata: { ".feed_forward_length": [512, 512] } }),
      "f32",
    ),
  "Llama 3's rope factors": () => {
    const factors = Float32Array.from({ length: 32 }, (_, i) => 1 + i / 4);
    return error(
      randomLlama(new Random(seed), "f32", { extra: { "rope_freqs.weight": factors } }),
      "f32",
      (p, i) => p * 10000 ** (-2 * i / 64) / factors[i],
    );
  },
};

for (const [name, run] of Object.entries(variations)) {
  Deno.test(`a Llama with ${name} agrees with its float64 forward`, async () => {
    const worst = await run();
    ok(worst <= 1e-5, `${worst}`);
  });
}

for (const { parameters, gguf, head_dim: headSize, frequencies, magnitude } of yarn.cases) {
  Deno.test(`YaRN by ${JSON.stringify(parameters)} turns as transformers does`, async () => {
    const numbers = Object.entries(gguf).map(([key, value]) =>
      [`.${key}`, key.endsWith("_length") ? value : { type: "f32" as const, value }] as const
    );
    const metadata = { ".rope.scaling.type": "yarn", ...Object.fromEntries(numbers) };
    const config = { headSize, ropeBase: parameters.rope_theta };
    const made = randomLlama(new Random(seed), "f32", { config, metadata });
    const worst = await error(made, "f32", (p, i) => p * frequencies[i], magnitude);
    ok(worst <= 1e-5, `${worst}`);
  });
}

Deno.test("YaRN keeps fast pairs, stretches slow ones and warms the softmax (Peng et al. 2023)", () => {
  const scaling = {
    type: "yarn" as const,
    factor: 4,
    originalContext: 4096,
    ...YARN,
  };
  const { frequencies, magnitude } = ropeFrequencies(128, { base: 10000, scaling });
  const plain = (i: number) => 10000 ** (-2 * i / 128);
  equal(frequencies[0], plain(0));
  equal(frequencies[63], plain(63) / 4);
  // pair 33 lies on the ramp from 20 to 46: floor and ceiling of 128 ln(4096 / (2 pi b)) / (2 ln 10000)
  const share = 1 - (33 - 20) / (46 - 20);
  ok(Math.abs(frequencies[33] - plain(33) * (share + (1 - share) / 4)) < 1e-15);
  ok(Math.abs(magnitude - (1 + 0.1 * Math.log(4))) < 1e-15);
});

Deno.test("a file whose tensors are missing or misshapen names all of them", async () => {
  const { file } = randomLlama(new Random(seed), "f32", { config: { layers: 1 } });
  const wrong =
    randomLlama(new Random(seed), "f32", { config: { layers: 1 }, metadata: { ".block_count": 2 } }).file;
  (await load(file))[Symbol.dispose]();
  await rejects(() => load(wrong), (e: WickError) => {
    equal(e.code, "CORRUPT_FILE");
    ok(/missing 9: blk\.1\./.test(e.message), e.message);
    return true;
  });
  const narrow = randomLlama(new Random(seed), "f32", { metadata: { ".feed_forward_length": 500 } }).file;
  await rejects(() => load(narrow), /ffn_gate.weight is \[512,256\], expected \[500,256\]/);
});

Deno.test("a tensor that the family does not know is refused by name, as it would be left out in silence", async () => {
  const extra = (name: string) =>
    randomLlama(new Random(seed), "f32", {
      config: { layers: 1 },
      extra: { [name]: new Float32Array(64).fill(1) },
    });
  const names = [
    "blk.0.attn_q_norm.weight",
    "blk.0.ffn_gate_inp.weight",
    "rope_factors_long.weight",
    "blk.1.attn_q.bias",
  ];
  for (const name of names) {
    await rejects(() => load(extra(name).file), {
      code: "UNSUPPORTED_ARCHITECTURE",
      message: new RegExp(`llama has no place for 1 of its tensors: "${name}"$`),
    });
  }
  (await load(extra("blk.0.attn_rot_embd.weight").file))[Symbol.dispose](); // tables that files once carried along
});

Deno.test("a norm's weight that its op can't take is told when the file is opened, not at the first token", async () => {
  const { file } = randomLlama(new Random(seed), "f32", { config: { layers: 1 } });
  await rejects(() => load(retyped(file, "blk.0.ffn_norm.weight", 8)), {
    code: "CORRUPT_FILE",
    message: /mistyped 1: blk\.0\.ffn_norm\.weight is q8_0, expected f32, f16, bf16, f64$/,
  });
  using model = await load(retyped(file, "blk.0.ffn_norm.weight", 1)); // f16, which it can
  using session = model.session();
  ok((await session.logits([1])).length > 0);
});

/** The file with another type (a GGML id) written for a vector; its data lie where they lay. */
function retyped(file: Uint8Array, name: string, type: number): Uint8Array {
  const at = new TextDecoder("latin1").decode(file).indexOf(name) + name.length;
  const copy = file.slice();
  new DataView(copy.buffer).setUint32(at + 4 + 8, type, true); // behind the number of dimensions and the size
  return copy;
}

Deno.test("a table of positions is sized by numbers that the weights have borne out", async () => {
  const metadata = {
    ".attention.key_length": 65536,
    ".rope.dimension_count": 65536,
    ".context_length": 2048,
  };
  const { file } = randomLlama(new Random(seed), "f32", { config: { layers: 1 }, metadata });
  // the file's tensors take 2 MB, the table that its numbers ask for 512 MB
  await rejects(() => load(file, { maximumBytes: 16 << 20 }), { code: "CORRUPT_FILE", message: /misshapen/ });
});

Deno.test("numbers that make no model, and unknown architectures, are refused before anything is loaded", async () => {
  const broken = (metadata: Record<string, number | string>) =>
    randomLlama(new Random(seed), "f32", { config: { layers: 1 }, metadata }).file;
  for (
    const [key, value] of [[".attention.head_count", 0], [".block_count", 1e9], [
      ".embedding_length",
      "wide",
    ]] as const
  ) {
    await rejects(() => load(broken({ [key]: value })), { code: "CORRUPT_FILE", param: `llama${key}` });
  }
  const f32 = (value: number): WrittenValue => ({ type: "f32", value });
  const wrong: [string, WrittenValue, RegExp][] = [
    [".context_length", 0, /expected an integer in 1\.\..*, got 0$/],
    [".context_length", f32(NaN), /got NaN$/],
    [".context_length", f32(1.5), /got 1\.5$/],
    [".context_length", "long", /got "long"$/],
    [".context_length", [2, 3], /got an array of 2$/],
    [".context_length", [2, 2], /got an array of 2$/],
    [".attention.head_count_kv", 3, /expected a divisor of the 4 heads, got 3$/],
    [".rope.dimension_count", 63, /expected an even number, got 63$/],
  ];
  for (const [key, value, message] of wrong) {
    const { file } = randomLlama(new Random(seed), "f32", {
      config: { layers: 1 },
      metadata: { [key]: value },
    });
    await rejects(() => load(file), { code: "CORRUPT_FILE", param: `llama${key}`, message });
  }
  const unsupported: [string, WrittenValue, RegExp][] = [
    [".rope.scaling.type", "\x1b[2J", /one of none, linear, yarn, got "\\u001b\[2J"$/],
    [".rope.scaling.type", "longrope", /one of none, linear, yarn, got "longrope"$/],
    [".expert_count", 8, /llama\.expert_count must be absent, .*, got 8$/],
    [".final_logit_softcapping", f32(30), /llama\.final_logit_softcapping must be absent, .*, got 30$/],
    [".attention.causal", false, /llama\.attention\.causal must be absent, .*, got false$/],
  ];
  for (const [key, value, message] of unsupported) {
    const { file } = randomLlama(new Random(seed), "f32", {
      config: { layers: 1 },
      metadata: { [key]: value },
    });
    await rejects(() => load(file), { code: "UNSUPPORTED_ARCHITECTURE", param: `llama${key}`, message });
  }
  const uneven = { block_count: 1, embedding_length: 256, "attention.head_count": 3 };
  const metadata = new Map(Object.entries(uneven).map(([key, value]) => [`llama.${key}`, value]));
  throws(() => llamaConfig("llama", metadata), {
    code: "CORRUPT_FILE",
    message: /llama\.attention\.head_count: expected a divisor of the width 256, got 3$/,
  });
  await rejects(() => load(writeGguf({ "general.architecture": "clip" })), {
    code: "UNSUPPORTED_ARCHITECTURE",
    message: /"clip": expected one of llama, mistral/,
  });
  await rejects(() => load(writeGguf({})), { code: "UNSUPPORTED_ARCHITECTURE" });
});

Deno.test("loading and disposing twenty models in turn leaves memory flat", async () => {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", repositoryPath("test/models/reload.ts")],
  }).output();
  ok(success, new TextDecoder().decode(stderr));
  const resident: number[] = JSON.parse(new TextDecoder().decode(stdout));
  equal(resident.length, 20);
  const growth = resident[19] - resident[4];
  // a model and its session take 15 MB: fifteen that stayed would be 225
  ok(growth < 24e6, `resident memory grew by ${growth} bytes over fifteen models: ${resident}`);
});
