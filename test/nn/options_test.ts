/**
 * What constructors, schedules and losses do with options that there are none of and with values of another type: a
 * WickError that names them, never NaN in silence.
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import {
  bceWithLogits,
  crossEntropy,
  Generator,
  huberLoss,
  klDiv,
  l1Loss,
  mseLoss,
  nllLoss,
  nn,
  optim,
  smoothL1Loss,
  tensor,
  WickError,
} from "../../mod.ts";

// deno-lint-ignore no-explicit-any -- what an untyped caller may give
type Any = any;

const p = () => tensor([[1, 2], [3, 4]]).requiresGrad();
const x = tensor([[0.5, -1], [2, 0.25]]), ids = tensor([0, 1], { dtype: "i32" });
const gradients = () => {
  const w = p();
  return w.sqr().sum().backward();
};

/** Everything that takes an options object, the options of numbers that it has, and one option with a typo. */
const takers: Record<
  string,
  { make: (options: Any) => unknown; numbers: string[]; typo: string; near: string }
> = {
  Linear: { make: (o) => new nn.Linear(2, 2, o), numbers: [], typo: "biass", near: "bias" },
  Embedding: {
    make: (o) => new nn.Embedding(2, 2, o),
    numbers: ["paddingIdx"],
    typo: "padding_idx",
    near: "paddingIdx",
  },
  RmsNorm: { make: (o) => new nn.RmsNorm(2, o), numbers: ["epsilon"], typo: "epsilom", near: "epsilon" },
  LayerNorm: { make: (o) => new nn.LayerNorm(2, o), numbers: ["epsilon"], typo: "Epsilon", near: "epsilon" },
  GroupNorm: {
    make: (o) => new nn.GroupNorm(1, 2, o),
    numbers: ["epsilon"],
    typo: "epsilo",
    near: "epsilon",
  },
  BatchNorm: {
    make: (o) => new nn.BatchNorm(2, o),
    numbers: ["epsilon", "momentum"],
    typo: "momentun",
    near: "momentum",
  },
  Conv1d: { make: (o) => new nn.Conv1d(2, 2, 1, o), numbers: ["groups"], typo: "strides", near: "stride" },
  Conv2d: { make: (o) => new nn.Conv2d(2, 2, 1, o), numbers: ["groups"], typo: "pading", near: "padding" },
  ConvTranspose1d: {
    make: (o) => new nn.ConvTranspose1d(2, 2, 1, o),
    numbers: ["groups"],
    typo: "output_padding",
    near: "outputPadding",
  },
  ConvTranspose2d: {
    make: (o) => new nn.ConvTranspose2d(2, 2, 1, o),
    numbers: ["groups"],
    typo: "dilatation",
    near: "dilation",
  },
  MaxPool2d: { make: (o) => new nn.MaxPool2d(1, o), numbers: [], typo: "ceil_mode", near: "ceilMode" },
  AvgPool2d: {
    make: (o) => new nn.AvgPool2d(1, o),
    numbers: ["divisorOverride"],
    typo: "countIncludePads",
    near: "countIncludePad",
  },
  Dropout: { make: (o) => new nn.Dropout(0.1, o), numbers: [], typo: "generater", near: "generator" },
  FeedForward: {
    make: (o) => new nn.FeedForward(2, 2, o),
    numbers: ["dropout"],
    typo: "dropOutt",
    near: "dropout",
  },
  GatedFeedForward: {
    make: (o) => new nn.GatedFeedForward(2, 2, o),
    numbers: [],
    typo: "gates",
    near: "gate",
  },
  MultiHeadAttention: {
    make: (o) => new nn.MultiHeadAttention(4, 2, o),
    numbers: ["keyValueHeads", "headSize", "memoryWidth", "dropout", "scale", "window"],
    typo: "casual",
    near: "causal",
  },
  "MultiHeadAttention.forward": {
    make: (o) => new nn.MultiHeadAttention(2, 1).init(1).forward(x, o),
    numbers: [],
    typo: "masks",
    near: "mask",
  },
  Lstm: {
    make: (o) => new nn.Lstm(2, 2, o),
    numbers: ["layers"],
    typo: "bi_directional",
    near: "bidirectional",
  },
  RotaryEmbedding: {
    make: (o) => new nn.RotaryEmbedding(4, 2, o),
    numbers: ["base"],
    typo: "pair",
    near: "pairs",
  },
  PositionalEmbedding: {
    make: (o) => new nn.PositionalEmbedding(4, 2, o),
    numbers: [],
    typo: "initials",
    near: "initial",
  },
  Parameter: {
    make: (o) => new nn.Parameter([2], undefined, o),
    numbers: [],
    typo: "optionall",
    near: "optional",
  },
  "Module.load": {
    make: (o) => new nn.Relu().load(new Map(), o),
    numbers: [],
    typo: "dtypes",
    near: "dtype",
  },
  "Module.parameters": {
    make: (o) => new nn.Relu().parameters(o),
    numbers: [],
    typo: "frozn",
    near: "frozen",
  },
  Sgd: {
    make: (o) => new optim.Sgd([p()], { learningRate: 1, ...o }),
    numbers: ["learningRate", "momentum", "dampening", "weightDecay"],
    typo: "weight_decay",
    near: "weightDecay",
  },
  Adam: {
    make: (o) => new optim.Adam([p()], { learningRate: 1, ...o }),
    numbers: ["learningRate", "beta1", "beta2", "epsilon", "weightDecay"],
    typo: "learning_rates",
    near: "learningRate",
  },
  AdamW: {
    make: (o) => new optim.AdamW([p()], { learningRate: 1, ...o }),
    numbers: ["beta1"],
    typo: "amsGrad2",
    near: "amsgrad",
  },
  "a group": {
    make: (o) => new optim.AdamW([{ parameters: [p()], ...o }], { learningRate: 1 }),
    numbers: ["learningRate", "beta1"],
    typo: "weightDecays",
    near: "weightDecay",
  },
  Lion: {
    make: (o) => new optim.Lion([p()], { learningRate: 1, ...o }),
    numbers: ["beta1", "beta2", "weightDecay"],
    typo: "maximise",
    near: "maximize",
  },
  Adafactor: {
    make: (o) => new optim.Adafactor([p()], { learningRate: 1, ...o }),
    numbers: ["beta2Decay", "clip", "weightDecay", "epsilon"],
    typo: "beta2_decays",
    near: "beta2Decay",
  },
  Muon: {
    make: (o) => new optim.Muon([p()], { learningRate: 1, ...o }),
    numbers: ["weightDecay", "momentum", "coefficients", "epsilon", "iterations", "adjustRate"],
    typo: "nesterof",
    near: "nesterov",
  },
  ExponentialMovingAverage: {
    make: (o) => new optim.ExponentialMovingAverage([p()], o),
    numbers: ["decay"],
    typo: "warmup2",
    near: "warmUp",
  },
  oneCycle: {
    make: (o) => optim.schedule.oneCycle(10, o),
    numbers: ["rise", "divide", "finalDivide"],
    typo: "final_divides",
    near: "finalDivide",
  },
  crossEntropy: {
    make: (o) => crossEntropy(x, ids, o),
    numbers: ["smoothing", "ignoreIndex", "classDim"],
    typo: "ignore_indx",
    near: "ignoreIndex",
  },
  nllLoss: { make: (o) => nllLoss(x, ids, o), numbers: ["ignoreIndex"], typo: "weight", near: "weights" },
  mseLoss: { make: (o) => mseLoss(x, x, o), numbers: [], typo: "reductions", near: "reduction" },
  l1Loss: { make: (o) => l1Loss(x, x, o), numbers: [], typo: "reductions", near: "reduction" },
  huberLoss: { make: (o) => huberLoss(x, x, o), numbers: ["delta"], typo: "deltas", near: "delta" },
  smoothL1Loss: { make: (o) => smoothL1Loss(x, x, o), numbers: ["beta"], typo: "betas", near: "beta" },
  bceWithLogits: {
    make: (o) => bceWithLogits(x, x, o),
    numbers: [],
    typo: "pos_weights",
    near: "posWeight",
  },
  klDiv: { make: (o) => klDiv(x, x, o), numbers: [], typo: "log_targets", near: "logTarget" },
};

for (const [name, { make, numbers, typo, near }] of Object.entries(takers)) {
  Deno.test(`${name} refuses options that there are none of, and values of another type`, () => {
    make({}); // what there is passes
    throws(() => make({ [typo]: 1 }), (error: WickError) => {
      equal(error.code, "INVALID_ARGUMENT");
      equal(error.param, typo);
      ok(error.message.includes(`"${typo}": did you mean ${near}? the options are `), error.message);
      return true;
    });
    for (const number of numbers) {
      for (const value of [{}, "x", "1", [1, 2, 3, 4], NaN, null, () => 1, true]) {
        throws(() => make({ [number]: value }), (error: WickError) => {
          ok(error instanceof WickError, `${number}: ${error}`);
          deepEqual([error.code, error.param], ["INVALID_ARGUMENT", number], error.message);
          return true;
        });
      }
    }
  });
}

/** Arguments that are numbers, of what has no name for them. */
const positions: Record<string, (value: Any) => unknown> = {
  "a Linear's inputs": (v) => new nn.Linear(v, 2),
  "a Linear's outputs": (v) => new nn.Linear(2, v),
  "an RmsNorm's width": (v) => new nn.RmsNorm(v),
  "a GroupNorm's groups": (v) => new nn.GroupNorm(v, 2),
  "a Conv2d's kernel": (v) => new nn.Conv2d(2, 2, v),
  "a Dropout's rate": (v) => new nn.Dropout(v),
  "a LeakyRelu's slope": (v) => new nn.LeakyRelu(v),
  "an Elu's alpha": (v) => new nn.Elu(v),
  "a Softplus's beta": (v) => new nn.Softplus(v),
  "a Prelu's channels": (v) => new nn.Prelu(v),
  "a Prelu's initial": (v) => new nn.Prelu(1, v),
  "a Gelu's approximate": (v) => new nn.Gelu(v),
  "a Flatten's from": (v) => new nn.Flatten(v),
  "a Func's function": (v) => new nn.Func(typeof v === "function" ? {} as Any : v),
  "an Embedding's rows": (v) => new nn.Embedding(v, 2),
  "a Gru's hidden": (v) => new nn.Gru(2, v),
  "a PositionalEmbedding's length": (v) => new nn.PositionalEmbedding(v, 2),
  "a SinusoidalEmbedding's length": (v) => new nn.SinusoidalEmbedding(v, 2),
  "a SinusoidalEmbedding's width": (v) => new nn.SinusoidalEmbedding(2, v),
  "a RotaryEmbedding's length": (v) => new nn.RotaryEmbedding(v, 2),
  "a RotaryEmbedding's dims": (v) => new nn.RotaryEmbedding(2, v),
  "a rotary scaling": (v) => new nn.RotaryEmbedding(2, 2, { scaling: v }),
  "a rotary scaling's type": (v) => new nn.RotaryEmbedding(2, 2, { scaling: { type: v } as Any }),
  "a rotary scaling's factor": (v) =>
    new nn.RotaryEmbedding(2, 2, { scaling: { type: "linear", factor: v } }),
  "a MultiHeadAttention's heads": (v) => new nn.MultiHeadAttention(4, v),
  "a KvCache's length": (v) => new nn.KvCache(x.device, { layers: 1, heads: 1, headSize: 2, length: v }),
  "a module's seed": (v) => new nn.Linear(1, 1).init(v),
  "init.uniform": (v) => nn.init.uniform(v),
  "init.normal": (v) => nn.init.normal(v),
  "init.constant": (v) => nn.init.constant(v),
  "init.kaimingUniform's gain": (v) => nn.init.kaimingUniform(new Generator(1), [2, 2], v),
  "init.truncatedNormal's mean": (v) => nn.init.truncatedNormal(new Generator(1), [2, 2], v),
  "init.truncatedNormal's deviation": (v) => nn.init.truncatedNormal(new Generator(1), [2, 2], 0, v),
  "linear's steps": (v) => optim.schedule.linear(v),
  "linear's start": (v) => optim.schedule.linear(2, v),
  "linear's end": (v) => optim.schedule.linear(2, 1, v),
  "cosine's end": (v) => optim.schedule.cosine(2, v),
  "warmUp's steps": (v) => optim.schedule.warmUp(v),
  "warmUp's schedule": (v) => optim.schedule.warmUp(2, typeof v === "function" ? {} as Any : v),
  "an optimizer's factor": (v) => new optim.Sgd([p()], { learningRate: 1 }).factor = v,
  "an optimizer's options": (v) => new optim.Sgd([p()], v),
  "an optimizer's parameters": (v) => new optim.Sgd(v, { learningRate: 1 }),
  "clipGradNorm's norm": (v) => optim.clipGradNorm(gradients(), v),
  "clipGradNorm's type": (v) => optim.clipGradNorm(gradients(), 1, v),
  "clipGradValue's limit": (v) => optim.clipGradValue(gradients(), v),
};

for (const [name, make] of Object.entries(positions)) {
  Deno.test(`${name} of another type is refused`, () => {
    for (const value of [{}, { epsilon: 1 }, "x", NaN, null, () => 1]) {
      throws(() => make(value), WickError, `${Deno.inspect(value)} passes`);
    }
  });
}

Deno.test("a number where a norm has options says what to write", () => {
  const makers: Record<string, () => unknown> = {
    "an RmsNorm": () => new nn.RmsNorm(2, 1e-5 as Any),
    "a LayerNorm": () => new nn.LayerNorm(2, 1e-5 as Any),
    "a GroupNorm": () => new nn.GroupNorm(1, 2, 1e-5 as Any),
    "a BatchNorm": () => new nn.BatchNorm(2, 1e-5 as Any),
  };
  for (const [name, make] of Object.entries(makers)) {
    throws(make, {
      code: "INVALID_ARGUMENT",
      message:
        `Cannot make ${name}: a number alone does not say what it is, got 0.00001; write { epsilon: 0.00001 }`,
    });
  }
});

Deno.test("an RmsNorm, LayerNorm, GroupNorm and BatchNorm use the epsilon of their options", async () => {
  using rows = tensor([[[0.01, -0.01]]]);
  const norms = [
    new nn.RmsNorm(2, { epsilon: 1 }),
    new nn.LayerNorm(2, { epsilon: 1 }),
    new nn.GroupNorm(1, 1, { epsilon: 1 }),
    new nn.BatchNorm(1, { epsilon: 1 }),
  ];
  for (const norm of norms) {
    const [first] = await norm.init(1).forward(rows).data();
    ok(Math.abs(first - 0.01 / Math.sqrt(1 + 1e-4)) < 1e-8, `${norm.constructor.name}: ${first}`);
  }
});

Deno.test("an embedding's padding row begins as zeros, gets no gradient, and is read as it is", async () => {
  for (const [paddingIdx, at] of [[0, 0], [-1, 3], [2, 2]]) {
    for (const dtype of ["f32", "f64", "f16", "bf16"] as const) {
      using embedding = new nn.Embedding(4, 2, { paddingIdx }).init(1).to(dtype);
      equal(embedding.paddingIdx, at);
      const table = embedding.weight.tensor;
      const rows = await table.to("f32").toArray() as number[][];
      deepEqual(rows.map(([a, b]) => a === 0 && b === 0), rows.map((_, i) => i === at));
      using idsOfAll = tensor([[0, 1, 2, 3], [3, 3, at, 1]], { dtype: "i32" });
      const loss = embedding.forward(idsOfAll).mul(2).sum();
      const slopes = await loss.backward().get(table).to("f32").toArray() as number[][];
      const counts = [1, 2, 1, 3];
      counts[at] = 0;
      deepEqual(slopes, counts.map((n) => [2 * n, 2 * n]));
    }
  }
  using filled = new nn.Embedding(2, 1, { paddingIdx: 0 }).load(new Map([["weight", tensor([[7], [8]])]]));
  deepEqual(await filled.forward(ids).toArray(), [[7], [8]]);
  filled.requiresGrad();
  deepEqual(await filled.forward(ids).toArray(), [[7], [8]]);
  throws(() => new nn.Embedding(4, 2, { paddingIdx: 4 }), {
    code: "INDEX_OUT_OF_RANGE",
    param: "paddingIdx",
  });
  throws(() => new nn.Embedding(4, 2, { paddingIdx: -5 }), { code: "INDEX_OUT_OF_RANGE" });
});
