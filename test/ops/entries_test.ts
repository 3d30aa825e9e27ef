/** The op table names every public op, layer and optimizer, and everything that Candle has. */
import { deepEqual, ok } from "node:assert/strict";
import * as wick from "../../mod.ts";
import { absent } from "./absent.ts";
import { entries } from "./entries.ts";
import { modules } from "./modules.ts";

/** Public methods and functions that are no ops: they read, write, own, record, load, measure or set up. */
const OTHERS = [
  "Tensor.constructor",
  ..."alias dispose data toArray item write requiresGrad backward bind cut toText print toString".split(" ")
    .map((name) => `Tensor.${name}`),
  ..."load defaultDevice openDevice scope promote resultType checkpoint grad noGrad record".split(" "),
  ..."defaultGenerator manualSeed accuracy perplexity".split(" "),
  ..."readNpy readNpz readPth readSafetensors readTensors".split(" "),
  ..."streamSafetensors writeNpy writeNpz writeSafetensors".split(" "),
];

function methods(): string[] {
  const own = Object.getOwnPropertyDescriptors(wick.Tensor.prototype);
  return Object.entries(own).filter(([, { value }]) => typeof value === "function")
    .map(([name]) => `Tensor.${name}`);
}

function functions(space: object): string[] {
  return Object.entries(space).filter(([, value]) => typeof value === "function").map(([name]) => name);
}

Deno.test("the op table has an entry for every public op, and no other", () => {
  const named = functions(wick).filter((name) => /^[a-z]/.test(name));
  const layers = Object.keys(entries).filter((name) => name.startsWith("nn."));
  const ops = [...methods(), ...named].filter((name) => !OTHERS.includes(name));
  deepEqual(Object.keys(entries).sort(), [...ops, ...layers].sort());
});

Deno.test("the op table has every layer, initialiser, optimizer and schedule, and no other", () => {
  const spaces = {
    nn: wick.nn,
    "nn.init": wick.nn.init,
    optim: wick.optim,
    "optim.schedule": wick.optim.schedule,
  };
  const names = Object.entries(spaces).flatMap(([space, own]) => functions(own).map((n) => `${space}.${n}`));
  deepEqual(Object.keys(modules).sort(), names.sort());
});

/** What Candle 0.11 has: ops of its Tensor, of candle_nn::ops, its layers, losses and optimizers. */
const CANDLE = `
  new from_vec from_slice from_iter zeros zeros_like ones ones_like full rand randn arange arange_step eye tril2 triu2
  meshgrid reshape flatten flatten_all squeeze unsqueeze transpose t permute broadcast_as broadcast_left expand repeat
  roll flip unfold chunk narrow cat stack pad_with_zeros pad_with_same contiguous copy detach
  i get get_on_dim index_select gather scatter scatter_add index_add slice_scatter slice_assign embedding slice_set
  scatter_set exp log sin cos tanh abs neg recip sqr sqrt gelu gelu_erf erf relu silu elu ceil floor round round_to sign
  powf affine clamp add sub mul div maximum minimum pow eq ne lt le gt ge broadcast_add broadcast_sub broadcast_mul
  broadcast_div broadcast_maximum broadcast_minimum broadcast_pow broadcast_eq broadcast_ne broadcast_lt broadcast_le
  broadcast_gt broadcast_ge where_cond sum sum_keepdim sum_all mean mean_keepdim mean_all var var_keepdim max
  max_keepdim max_all min min_keepdim min_all argmax argmax_keepdim argmin argmin_keepdim norm log_sum_exp cumsum
  sort_last_dim arg_sort_last_dim matmul broadcast_matmul dot mv conv1d conv2d conv_transpose1d conv_transpose2d
  avg_pool2d max_pool2d upsample_nearest1d upsample_nearest2d upsample_bilinear2d softmax softmax_last_dim log_softmax
  sigmoid hard_sigmoid mish leaky_relu selu swiglu rms_norm layer_norm dropout pixel_shuffle pixel_unshuffle
  replication_pad2d sdpa to_dtype rope rope_i
  Linear Embedding Conv1d Conv2d ConvTranspose1d ConvTranspose2d BatchNorm LayerNorm RmsNorm GroupNorm LSTM GRU PReLU
  Dropout Sequential Func Gelu NewGelu GeluPytorchTanh Identity Relu Relu2 Relu6 Silu HardSigmoid Sigmoid Swiglu Mish HardSwish Elu LeakyRelu
  nll cross_entropy mse binary_cross_entropy_with_logit huber SGD AdamW Const Randn Uniform Kaiming VarBuilder VarMap
  KvCache ConcatKvCache RotatingCache ScatteredKvCache flash_attn moe
`.trim().split(/\s+/);

Deno.test("everything in Candle's list is found in the op table by Candle's name, or said to be missing", () => {
  const told = [
    ...Object.values(entries).map((e) => e.candle),
    ...Object.values(modules).map(([name]) => name),
  ];
  const names = new Set(told.flatMap((text) => text.split(/[,\s]+/)).map((name) => name.replace(/.*::/, "")));
  const without = Object.keys(absent).map((name) => name.replace(/.*::/, ""));
  const missing = CANDLE.filter((name) => !names.has(name) && !without.includes(name));
  ok(missing.length === 0, `not in the table: ${missing.join(", ")}`);
  deepEqual(without.filter((name) => names.has(name)), [], "these are in the table");
  for (const reason of Object.values(absent)) ok(reason.length > 20, reason);
});
