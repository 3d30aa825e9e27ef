/**
 * What a user calls, op by op: its names in Candle, NumPy and PyTorch, and calls that run its rows. The rest of
 * docs/ops.md, and what test/device/gradient_table_test.ts holds every op to, is found by running these calls.
 *
 * @module
 */
import * as wick from "../../mod.ts";
import type { BlockDtype } from "../../src/quant/format.ts";
import { blockFormats } from "../../src/quant/formats.ts";

type Tensor = wick.Tensor;

/** An input: values of a shape (in any dtype), indices, truth, or packed weights. */
export type Given =
  | readonly number[]
  | { readonly positive: readonly number[] }
  | { readonly ids: readonly number[]; readonly below: number }
  | { readonly mask: readonly number[] }
  | { readonly packed: BlockDtype; readonly shape: readonly [number, number] };

/** What an op gives. */
export type Result = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** One call of an op. */
export interface Call {
  /** Its tensors. */
  readonly inputs: readonly Given[];
  /** The op on them; results without a gradient (statistics) may be left out. */
  readonly op: (...inputs: Tensor[]) => Result | Promise<Result>;
  /** For an op that rounds: by how much its gradient may differ from that of its input itself. */
  readonly rounds?: number;
}

/** An op and its names. */
export interface Entry {
  /** In Candle; "" where it has none. */
  readonly candle: string;
  /** In NumPy. */
  readonly numpy: string;
  /** In PyTorch. */
  readonly torch: string;
  /** Calls that run its rows; none where it makes a tensor of numbers alone. */
  readonly calls: readonly Call[];
}

function op(candle: string, numpy: string, torch: string, ...calls: Call[]): Entry {
  return { candle, numpy, torch, calls };
}

function on(...given: [...Given[], Call["op"]]): Call {
  return { inputs: given.slice(0, -1) as Given[], op: given.at(-1) as Call["op"] };
}

const packed = [...blockFormats.values()];
const positive = (...shape: number[]): Given => ({ positive: shape });
const ids = (below: number, ...shape: number[]): Given => ({ ids: shape, below });
const mask = (...shape: number[]): Given => ({ mask: shape });
const draws = () => new wick.Generator(7);

/** A function of one. */
function of1(candle: string, numpy: string, torch: string, f: (x: Tensor) => Tensor): Entry {
  return op(candle, numpy, torch, on([2, 3], f));
}

/** A function of one that takes positive numbers. */
function ofPositive(candle: string, numpy: string, torch: string, f: (x: Tensor) => Tensor): Entry {
  return op(candle, numpy, torch, on(positive(2, 3), f));
}

/** A function of two that broadcast, and of a tensor and a number. */
function of2(
  candle: string,
  numpy: string,
  torch: string,
  f: (a: Tensor, b: Tensor) => Tensor,
  withNumber?: (a: Tensor) => Tensor,
): Entry {
  return op(candle, numpy, torch, on([2, 3], [3], f), ...(withNumber ? [on([2, 3], withNumber)] : []));
}

/** A fold over the last dimension, over another one, and over all. */
function fold(
  candle: string,
  numpy: string,
  torch: string,
  f: (x: Tensor, dim?: number) => Tensor,
): Entry {
  return op(
    candle,
    numpy,
    torch,
    on([2, 3, 4], (x) => f(x, -1)),
    on([2, 3, 4], (x) => f(x, 1)),
    on([2, 3], (x) => f(x)),
  );
}

/** Normalised values alone: the batch's statistics have no gradient. */
function valuesOf({ y, batch }: wick.BatchNormResult): Tensor {
  batch?.mean.dispose();
  batch?.variance.dispose();
  return y;
}

/** The ops: methods of Tensor as "Tensor.name", functions by their names. */
export const entries: Readonly<Record<string, Entry>> = {
  // Making
  tensor: op("Tensor::new, from_vec, from_slice, from_iter", "array", "tensor"),
  zeros: op("zeros", "zeros", "zeros", on(() => wick.zeros([2, 3]))),
  ones: op("ones", "ones", "ones", on(() => wick.ones([2, 3]))),
  full: op("full", "full", "full", on(() => wick.full([2, 3], 2))),
  empty: op("", "empty", "empty", on(() => wick.empty([2, 3]))),
  emptyLike: op("", "empty_like", "empty_like", on([2, 3], (x) => wick.emptyLike(x))),
  zerosLike: op("zeros_like", "zeros_like", "zeros_like", on([2, 3], (x) => wick.zerosLike(x))),
  onesLike: op("ones_like", "ones_like", "ones_like", on([2, 3], (x) => wick.onesLike(x))),
  fullLike: op("", "full_like", "full_like", on([2, 3], (x) => wick.fullLike(x, 2))),
  arange: op("arange, arange_step", "arange", "arange", on(() => wick.arange(0, 3))),
  linspace: op("", "linspace", "linspace", on(() => wick.linspace(0, 1, 3))),
  eye: op("eye", "eye, identity", "eye", on(() => wick.eye(3))),
  tri: op("tril2, triu2", "tri", "", on(() => wick.tri(3))),
  meshgrid: op("meshgrid", "meshgrid", "meshgrid", on([2], [3], (a, b) => wick.meshgrid([a, b]))),
  rand: op("rand", "random.rand", "rand", on(() => wick.rand([2, 3], { generator: draws() }))),
  randn: op("randn", "random.randn", "randn", on(() => wick.randn([2, 3], { generator: draws() }))),
  randint: op("", "random.randint", "randint", on(() => wick.randint(0, 9, [3], { generator: draws() }))),
  bernoulli: op(
    "",
    "random.binomial",
    "bernoulli",
    on(() => wick.bernoulli(0.5, [3], { generator: draws() })),
  ),
  oneHot: op("encoding::one_hot", "", "nn.functional.one_hot", on(ids(4, 2, 3), (i) => wick.oneHot(i, 4))),

  // Views
  "Tensor.reshape": op("reshape", "reshape", "reshape, view", on([2, 3], (x) => x.reshape(3, -1))),
  "Tensor.permute": op("permute", "transpose", "permute", on([2, 3, 2], (x) => x.permute(2, 0, 1))),
  "Tensor.transpose": op("transpose", "swapaxes", "transpose", on([2, 3, 2], (x) => x.transpose(0, 2))),
  "Tensor.t": op("t", "T, matrix_transpose", "t, mT", on([2, 3], (x) => x.t())),
  "Tensor.narrow": op("narrow", "x[a:b]", "narrow", on([4, 3], (x) => x.narrow(0, 1, 2))),
  "Tensor.expand": op("expand, broadcast_as", "broadcast_to", "expand", on([2, 1], (x) => x.expand(2, 3))),
  "Tensor.unsqueeze": op("unsqueeze", "expand_dims", "unsqueeze", on([2, 3], (x) => x.unsqueeze(1))),
  "Tensor.squeeze": op("squeeze", "squeeze", "squeeze", on([2, 1, 3], (x) => x.squeeze(1))),
  "Tensor.contiguous": op(
    "contiguous",
    "ascontiguousarray",
    "contiguous",
    on([2, 3], (x) => {
      using turned = x.t();
      return turned.contiguous();
    }),
  ),
  "Tensor.copy": op("copy, force_contiguous", "copy", "clone", on([2, 3], (x) => x.copy())),
  "Tensor.detach": op("detach", "", "detach", on([2, 3], (x) => x.detach())),
  "Tensor.to": op(
    "to_dtype",
    "astype",
    "to",
    ...(["f64", "f32", "i64", "i32", "u32", "i16", "u8", "bool"] as const).map((t) =>
      on([2, 3], (x) => x.to(t))
    ),
    { ...on([2, 3], (x) => x.to("f16")), rounds: 1e-3 },
    { ...on([2, 3], (x) => x.to("bf16")), rounds: 1e-2 },
    { ...on([2, 3], (x) => x.to("f8e4m3")), rounds: 0.15 },
  ),
  "Tensor.toF32": op("to_dtype", "astype", "float", on([2, 3], (x) => x.toF32())),

  // Shape
  "Tensor.flatten": op(
    "flatten, flatten_all, flatten_to, flatten_from",
    "ravel",
    "flatten",
    on([2, 3, 2], (x) => x.flatten(1)),
  ),
  "Tensor.unflatten": op("reshape", "reshape", "unflatten", on([2, 6], (x) => x.unflatten(1, [2, 3]))),
  "Tensor.movedim": op("permute", "moveaxis", "movedim", on([2, 3, 2], (x) => x.movedim(0, -1))),
  "Tensor.broadcastTo": op(
    "broadcast_as, broadcast_left",
    "broadcast_to",
    "broadcast_to",
    on([3], (x) => x.broadcastTo([2, 3])),
  ),
  "Tensor.expandAs": op(
    "broadcast_as",
    "broadcast_to",
    "expand_as",
    on([3], ids(9, 2, 3), (x, y) => x.expandAs(y)),
  ),
  "Tensor.split": op("chunk", "split, array_split", "split", on([5, 2], (x) => x.split(2))),
  "Tensor.chunk": op("chunk", "array_split", "chunk", on([5, 2], (x) => x.chunk(2))),
  "Tensor.unbind": op("", "unstack", "unbind", on([3, 2], (x) => x.unbind(1))),
  "Tensor.repeat": op("repeat", "tile", "repeat, tile", on([2, 3], (x) => x.repeat(2, 2))),
  "Tensor.repeatInterleave": op(
    "",
    "repeat",
    "repeat_interleave",
    on([2, 3], (x) => x.repeatInterleave(2, 1)),
  ),
  "Tensor.roll": op("roll", "roll", "roll", on([2, 3], (x) => x.roll(1, 1))),
  "Tensor.flip": op("flip", "flip", "flip", on([2, 3], (x) => x.flip(1))),
  "Tensor.unfold": op(
    "unfold",
    "lib.stride_tricks.sliding_window_view",
    "unfold",
    on([2, 6], (x) => x.unfold(1, 3, 2)),
  ),
  "Tensor.pad": op(
    "pad_with_zeros, pad_with_same, ops::replication_pad2d",
    "pad",
    "nn.functional.pad",
    on([2, 3], (x) => x.pad([1, 2])),
    on([2, 3], (x) => x.pad([1, 2], "edge")),
    on([2, 3], (x) => x.pad([-1, 1, 1, 0], 2)),
  ),
  "Tensor.tril": op("tril2", "tril", "tril", on([3, 3], (x) => x.tril())),
  "Tensor.triu": op("triu2", "triu", "triu", on([3, 3], (x) => x.triu())),
  "Tensor.diag": op("", "diag", "diag", on([3], (x) => x.diag()), on([3, 3], (x) => x.diag())),
  "Tensor.diagonal": op("", "diagonal", "diagonal", on([3, 3], (x) => x.diagonal())),
  "Tensor.pixelShuffle": op(
    "ops::pixel_shuffle",
    "",
    "nn.functional.pixel_shuffle",
    on([1, 4, 2, 2], (x) => x.pixelShuffle(2)),
  ),
  "Tensor.pixelUnshuffle": op(
    "ops::pixel_unshuffle",
    "",
    "nn.functional.pixel_unshuffle",
    on([1, 1, 4, 4], (x) => x.pixelUnshuffle(2)),
  ),
  cat: op("cat", "concatenate", "cat", on([2, 3], [1, 3], (a, b) => wick.cat([a, b]))),
  stack: op("stack", "stack", "stack", on([2, 3], [2, 3], (a, b) => wick.stack([a, b], 1))),

  // Elementwise
  "Tensor.add": of2("add, broadcast_add, +", "add", "add", (a, b) => a.add(b), (a) => a.add(2)),
  "Tensor.sub": of2("sub, broadcast_sub, -", "subtract", "sub", (a, b) => a.sub(b), (a) => a.sub(2)),
  "Tensor.mul": of2("mul, broadcast_mul, *", "multiply", "mul", (a, b) => a.mul(b), (a) => a.mul(2)),
  "Tensor.div": op(
    "div, broadcast_div, /",
    "divide",
    "div",
    on([2, 3], positive(3), (a, b) => a.div(b)),
    on([2, 3], (a) => a.div(3)),
  ),
  "Tensor.floorDiv": op("", "floor_divide", "floor_divide", on([2, 3], positive(3), (a, b) => a.floorDiv(b))),
  "Tensor.remainder": op(
    "",
    "remainder, mod",
    "remainder",
    on([2, 3], positive(3), (a, b) => a.remainder(b)),
  ),
  "Tensor.maximum": of2("maximum, broadcast_maximum", "maximum", "maximum", (a, b) => a.maximum(b)),
  "Tensor.minimum": of2("minimum, broadcast_minimum", "minimum", "minimum", (a, b) => a.minimum(b)),
  "Tensor.pow": op(
    "pow, broadcast_pow, powf",
    "power",
    "pow",
    on(positive(2, 3), [3], (a, b) => a.pow(b)),
    on([2, 3], (a) => a.pow(3)),
  ),
  "Tensor.neg": of1("neg", "negative", "neg", (x) => x.neg()),
  "Tensor.abs": of1("abs", "absolute", "abs", (x) => x.abs()),
  "Tensor.exp": of1("exp", "exp", "exp", (x) => x.exp()),
  "Tensor.log": ofPositive("log", "log", "log", (x) => x.log()),
  "Tensor.sqrt": ofPositive("sqrt", "sqrt", "sqrt", (x) => x.sqrt()),
  "Tensor.reciprocal": ofPositive("recip", "reciprocal", "reciprocal", (x) => x.reciprocal()),
  "Tensor.sin": of1("sin", "sin", "sin", (x) => x.sin()),
  "Tensor.cos": of1("cos", "cos", "cos", (x) => x.cos()),
  "Tensor.tanh": of1("tanh", "tanh", "tanh", (x) => x.tanh()),
  "Tensor.sigmoid": of1("ops::sigmoid", "", "sigmoid", (x) => x.sigmoid()),
  "Tensor.relu": of1("relu", "", "relu", (x) => x.relu()),
  "Tensor.silu": of1("silu, ops::silu", "", "nn.functional.silu", (x) => x.silu()),
  "Tensor.gelu": op(
    "gelu_erf, gelu (tanh)",
    "",
    "nn.functional.gelu",
    on([2, 3], (x) => x.gelu()),
    on([2, 3], (x) => x.gelu("tanh")),
  ),

  // Activations and rounding
  "Tensor.sqr": of1("sqr, Activation::Relu2 (after relu)", "square", "square", (x) => x.sqr()),
  "Tensor.rsqrt": ofPositive("", "", "rsqrt", (x) => x.rsqrt()),
  "Tensor.log1p": ofPositive("", "log1p", "log1p", (x) => x.log1p()),
  "Tensor.expm1": of1("", "expm1", "expm1", (x) => x.expm1()),
  "Tensor.log2": ofPositive("", "log2", "log2", (x) => x.log2()),
  "Tensor.log10": ofPositive("", "log10", "log10", (x) => x.log10()),
  "Tensor.erf": of1("erf", "", "erf", (x) => x.erf()),
  "Tensor.tan": of1("", "tan", "tan", (x) => x.tan()),
  "Tensor.affine": of1("affine", "", "", (x) => x.affine(2, 1)),
  "Tensor.clamp": of1("clamp", "clip", "clamp", (x) => x.clamp(-1, 1)),
  "Tensor.floor": of1("floor", "floor", "floor", (x) => x.floor()),
  "Tensor.ceil": of1("ceil", "ceil", "ceil", (x) => x.ceil()),
  "Tensor.round": of1(
    "round (halves away from 0), round_to (scaled)",
    "round, rint",
    "round",
    (x) => x.round(),
  ),
  "Tensor.trunc": of1("", "trunc", "trunc", (x) => x.trunc()),
  "Tensor.sign": of1("sign", "sign", "sign", (x) => x.sign()),
  "Tensor.isNan": of1("", "isnan", "isnan", (x) => x.isNan()),
  "Tensor.isFinite": of1("", "isfinite", "isfinite", (x) => x.isFinite()),
  "Tensor.isInf": of1("", "isinf", "isinf", (x) => x.isInf()),
  "Tensor.elu": of1("elu", "", "nn.functional.elu", (x) => x.elu()),
  "Tensor.selu": of1("ops::selu", "", "nn.functional.selu", (x) => x.selu()),
  "Tensor.leakyRelu": of1("ops::leaky_relu", "", "nn.functional.leaky_relu", (x) => x.leakyRelu()),
  "Tensor.prelu": op("PReLU", "", "nn.functional.prelu", on([2, 3], [3], (x, w) => x.prelu(w))),
  "Tensor.softplus": of1("", "logaddexp(x, 0)", "nn.functional.softplus", (x) => x.softplus()),
  "Tensor.logSigmoid": of1("", "", "nn.functional.logsigmoid", (x) => x.logSigmoid()),
  "Tensor.mish": of1("ops::mish", "", "nn.functional.mish", (x) => x.mish()),
  "Tensor.relu6": of1("Activation::Relu6", "", "nn.functional.relu6", (x) => x.relu6()),
  "Tensor.hardSigmoid": of1(
    "ops::hard_sigmoid, Activation::HardSigmoid",
    "",
    "nn.functional.hardsigmoid",
    (x) => x.hardSigmoid(),
  ),
  "Tensor.hardSwish": of1("Activation::HardSwish", "", "nn.functional.hardswish", (x) => x.hardSwish()),

  // Convolution and pooling
  "Tensor.conv2d": op(
    "conv2d",
    "",
    "nn.functional.conv2d",
    on([1, 2, 3, 3], [2, 2, 2, 2], [2], (x, w, b) => x.conv2d(w, b)),
    on(
      [2, 2, 4, 3],
      [4, 1, 2, 2],
      (x, w) => x.conv2d(w, null, { groups: 2, stride: [2, 1], padding: 1, dilation: [1, 2] }),
    ),
  ),
  "Tensor.conv1d": op(
    "conv1d",
    "convolve",
    "nn.functional.conv1d",
    on([1, 2, 4], [2, 2, 2], [2], (x, w, b) => x.conv1d(w, b)),
  ),
  "Tensor.convTranspose2d": op(
    "conv_transpose2d",
    "",
    "nn.functional.conv_transpose2d",
    on([1, 2, 2, 2], [2, 2, 2, 2], [2], (x, w, b) => x.convTranspose2d(w, b)),
    on(
      [1, 2, 2, 3],
      [2, 1, 2, 2],
      (x, w) => x.convTranspose2d(w, null, { groups: 2, stride: 2, padding: 1, outputPadding: 1 }),
    ),
  ),
  "Tensor.convTranspose1d": op(
    "conv_transpose1d",
    "",
    "nn.functional.conv_transpose1d",
    on([1, 2, 3], [2, 2, 2], [2], (x, w, b) => x.convTranspose1d(w, b)),
  ),
  "Tensor.maxPool2d": op(
    "max_pool2d",
    "",
    "nn.functional.max_pool2d",
    on([1, 2, 4, 4], (x) => x.maxPool2d(2)),
    on([1, 1, 4, 4], (x) => x.maxPool2d(3, { stride: 1, padding: 1 })),
  ),
  "Tensor.maxPool1d": op("", "", "nn.functional.max_pool1d", on([1, 2, 6], (x) => x.maxPool1d(2))),
  "Tensor.avgPool2d": op(
    "avg_pool2d",
    "",
    "nn.functional.avg_pool2d",
    on([1, 2, 4, 4], (x) => x.avgPool2d(2)),
    on([1, 1, 4, 4], (x) => x.avgPool2d(3, { stride: 2, padding: 1, countIncludePad: false })),
  ),
  "Tensor.avgPool1d": op("", "", "nn.functional.avg_pool1d", on([1, 2, 6], (x) => x.avgPool1d(2))),
  "Tensor.adaptiveAvgPool2d": op(
    "",
    "",
    "nn.functional.adaptive_avg_pool2d",
    on([1, 2, 4, 4], (x) => x.adaptiveAvgPool2d(2)),
  ),
  "Tensor.upsampleNearest2d": op(
    "interpolate2d, upsample_nearest2d",
    "",
    "nn.functional.interpolate",
    on([1, 1, 2, 3], (x) => x.upsampleNearest2d({ scaleFactor: 2 })),
  ),
  "Tensor.upsampleNearest1d": op(
    "interpolate1d, upsample_nearest1d",
    "",
    "nn.functional.interpolate",
    on([1, 2, 3], (x) => x.upsampleNearest1d({ scaleFactor: 2 })),
  ),
  "Tensor.upsampleBilinear2d": op(
    "upsample_bilinear2d",
    "",
    "nn.functional.interpolate",
    on([1, 1, 2, 3], (x) => x.upsampleBilinear2d({ scaleFactor: 2 })),
    on([1, 1, 2, 3], (x) => x.upsampleBilinear2d({ size: [3, 2], alignCorners: true })),
  ),

  // Comparisons
  "Tensor.eq": of2("eq, broadcast_eq", "equal", "eq", (a, b) => a.eq(b), (a) => a.eq(1)),
  "Tensor.ne": of2("ne, broadcast_ne", "not_equal", "ne", (a, b) => a.ne(b), (a) => a.ne(1)),
  "Tensor.lt": of2("lt, broadcast_lt", "less", "lt", (a, b) => a.lt(b), (a) => a.lt(1)),
  "Tensor.le": of2("le, broadcast_le", "less_equal", "le", (a, b) => a.le(b), (a) => a.le(1)),
  "Tensor.gt": of2("gt, broadcast_gt", "greater", "gt", (a, b) => a.gt(b), (a) => a.gt(1)),
  "Tensor.ge": of2("ge, broadcast_ge", "greater_equal", "ge", (a, b) => a.ge(b), (a) => a.ge(1)),
  "Tensor.logicalAnd": of2("", "logical_and", "logical_and", (a, b) => a.logicalAnd(b)),
  "Tensor.logicalOr": of2("", "logical_or", "logical_or", (a, b) => a.logicalOr(b)),
  "Tensor.logicalXor": of2("", "logical_xor", "logical_xor", (a, b) => a.logicalXor(b)),
  "Tensor.logicalNot": of1("", "logical_not", "logical_not", (x) => x.logicalNot()),
  "Tensor.where": op(
    "where_cond",
    "where",
    "where",
    on(mask(2, 3), [2, 3], [3], (c, a, b) => c.where(a, b)),
    on(mask(2, 3), [2, 3], (c, a) => c.where(a, 0.5)),
  ),

  // Indexing
  "Tensor.i": op(
    "i, get, get_on_dim, index ops",
    "x[...]",
    "x[...]",
    on([3, 4], (x) => x.i(1, [0, 3])),
    on([3, 4], ids(3, 2), (x, i) => x.i(i)),
  ),
  "Tensor.get": op("get, get_on_dim", "x[i]", "x[i]", on([3, 4], (x) => x.get(1))),
  "Tensor.indexSelect": op(
    "index_select",
    "take",
    "index_select",
    on([3, 4], ids(3, 4), (x, i) => x.indexSelect(0, i)),
  ),
  "Tensor.indexAdd": op(
    "index_add",
    "add.at",
    "index_add",
    on([3, 4], ids(3, 2), [2, 4], (x, i, s) => x.indexAdd(0, i, s)),
  ),
  "Tensor.embedding": op(
    "embedding, Embedding",
    "take",
    "nn.functional.embedding",
    on([4, 3], ids(4, 2), (x, i) => x.embedding(i)),
    ...packed.map((f) => on({ packed: f.dtype, shape: [4, f.block] }, ids(4, 2), (x, i) => x.embedding(i))),
  ),
  "Tensor.gather": op(
    "gather",
    "take_along_axis",
    "gather",
    on([3, 4], ids(3, 2, 4), (x, i) => x.gather(0, i)),
  ),
  "Tensor.scatter": op(
    "scatter",
    "put_along_axis",
    "scatter",
    on([3, 4], ids(3, 2, 4), [2, 4], (x, i, s) => x.scatter(0, i, s)),
    on([3, 4], ids(3, 2, 4), (x, i) => x.scatter(0, i, 2)),
  ),
  "Tensor.scatterAdd": op(
    "scatter_add",
    "add.at",
    "scatter_add",
    on([3, 4], ids(3, 2, 4), [2, 4], (x, i, s) => x.scatterAdd(0, i, s)),
  ),
  "Tensor.scatterReduce": op(
    "",
    "maximum.at ...",
    "scatter_reduce",
    ...(["sum", "mean", "prod", "amax", "amin"] as const)
      .map((how) => on([3, 4], ids(3, 2, 4), [2, 4], (x, i, s) => x.scatterReduce(0, i, s, how))),
    ...(["sum", "mean", "prod", "amax", "amin"] as const)
      .map((how) => on([3, 4], ids(3, 2, 4), [2, 4], (x, i, s) => x.scatterReduce(0, i, s, how, false))),
  ),
  "Tensor.scatterSet": op(
    "scatter_set, scatter_add_set",
    "put_along_axis",
    "scatter_",
    on([3, 4], ids(3, 2, 4), [2, 4], (x, i, s) => x.scatterSet(0, i, s)),
  ),
  "Tensor.sliceScatter": op(
    "slice_scatter",
    "x[a:b] = s",
    "slice_scatter",
    on([3, 4], [2, 4], (x, s) => x.sliceScatter(s, 0, 1)),
  ),
  "Tensor.sliceAssign": op(
    "slice_assign",
    "x[...] = s",
    "x[...] = s",
    on([3, 4], [2, 4], (x, s) => x.sliceAssign([[0, 2]], s)),
  ),
  "Tensor.sliceSet": op(
    "slice_set",
    "x[a:b] = s",
    "x[a:b] = s",
    on([3, 4], [2, 4], (x, s) => x.sliceSet(s, 0, 1)),
  ),
  "Tensor.maskedFill": op(
    "where_cond",
    "putmask",
    "masked_fill",
    on([2, 3], mask(2, 3), (x, m) => x.maskedFill(m, 1)),
  ),
  "Tensor.maskedSelect": op(
    "",
    "x[mask]",
    "masked_select",
    on([2, 3], mask(2, 3), (x, m) => x.maskedSelect(m)),
  ),
  "Tensor.nonzero": op("", "argwhere, nonzero", "nonzero", on([2, 3], (x) => x.nonzero())),

  // Reductions
  "Tensor.sum": fold("sum, sum_keepdim, sum_all", "sum", "sum", (x, d) => x.sum(d)),
  "Tensor.mean": fold("mean, mean_keepdim, mean_all", "mean", "mean", (x, d) => x.mean(d)),
  "Tensor.prod": fold("", "prod", "prod", (x, d) => x.prod(d)),
  "Tensor.max": fold("max, max_keepdim, max_all", "max, amax", "amax", (x, d) => x.max(d)),
  "Tensor.min": fold("min, min_keepdim, min_all", "min, amin", "amin", (x, d) => x.min(d)),
  "Tensor.argmax": fold("argmax, argmax_keepdim", "argmax", "argmax", (x, d) => x.argmax(d)),
  "Tensor.argmin": fold("argmin, argmin_keepdim", "argmin", "argmin", (x, d) => x.argmin(d)),
  "Tensor.median": op(
    "",
    "median (mean of the middle two)",
    "median",
    on([2, 4], (x) => x.median()),
    on([2, 5], (x) => ({ ...x.median(1) })),
    on([4, 2], (x) => ({ ...x.median(0, true) })),
  ),
  "Tensor.var": fold("var, var_keepdim", "var (ddof)", "var", (x, d) => x.var(d)),
  "Tensor.std": fold("", "std (ddof)", "std", (x, d) => x.std(d)),
  "Tensor.norm": op(
    "norm",
    "linalg.vector_norm",
    "norm",
    ...[2, 1, 3, Infinity, 0].map((p) => on([2, 3], (x) => x.norm(p, -1))),
    ...[2, 1].map((p) => on([2, 3, 2], (x) => x.norm(p, 1))),
  ),
  "Tensor.logSumExp": fold("log_sum_exp", "logaddexp.reduce", "logsumexp", (x, d) => x.logSumExp(d)),
  "Tensor.all": fold("", "all", "all", (x, d) => x.all(d)),
  "Tensor.any": fold("", "any", "any", (x, d) => x.any(d)),
  "Tensor.countNonzero": fold("", "count_nonzero", "count_nonzero", (x, d) => x.countNonzero(d)),

  // Along a dimension
  "Tensor.softmax": op(
    "ops::softmax, softmax_last_dim",
    "",
    "softmax",
    on([2, 3], (x) => x.softmax(-1)),
    on([2, 3], (x) => x.softmax(0)),
  ),
  "Tensor.logSoftmax": op("ops::log_softmax", "", "log_softmax", on([2, 3], (x) => x.logSoftmax(-1))),
  "Tensor.cumsum": op(
    "cumsum",
    "cumsum",
    "cumsum",
    on([2, 3], (x) => x.cumsum(1)),
    on([2, 3], (x) => x.cumsum(0)),
  ),
  "Tensor.cumprod": op("", "cumprod", "cumprod", on([2, 3], (x) => x.cumprod(1))),
  "Tensor.cummax": op("", "maximum.accumulate", "cummax", on([2, 4], (x) => ({ ...x.cummax(1) }))),
  "Tensor.cummin": op("", "minimum.accumulate", "cummin", on([2, 4], (x) => ({ ...x.cummin(1) }))),
  "Tensor.sort": op(
    "sort_last_dim",
    "sort",
    "sort",
    on([2, 4], (x) => ({ ...x.sort() })),
    on([4, 2], (x) => ({ ...x.sort(0, true) })),
  ),
  "Tensor.argsort": op("arg_sort_last_dim", "argsort", "argsort", on([2, 4], (x) => x.argsort())),
  "Tensor.topK": op(
    "",
    "partition",
    "topk",
    on([2, 4], (x) => ({ ...x.topK(2) })),
    on([4, 2], (x) => ({ ...x.topK(2, 0, false) })),
  ),

  // Linear algebra
  "Tensor.matmul": op(
    "matmul, broadcast_matmul",
    "matmul",
    "matmul",
    on([2, 3], [3, 2], (a, b) => a.matmul(b)),
    on([2, 2, 3], [3, 2], (a, b) => a.matmul(b)),
    on([3], [3], (a, b) => a.matmul(b)),
    on([2, 3], [3], (a, b) => a.matmul(b)),
  ),
  "Tensor.dot": op("dot", "dot, vdot", "dot", on([3], [3], (a, b) => a.dot(b))),
  "Tensor.mv": op("mv", "matvec", "mv", on([2, 3], [3], (a, b) => a.mv(b))),
  "Tensor.outer": op("", "outer", "outer", on([2], [3], (a, b) => a.outer(b))),
  "Tensor.trace": op("", "trace", "trace", on([3, 3], (x) => x.trace())),
  einsum: op(
    "",
    "einsum",
    "einsum",
    on([2, 3], [3, 2], (a, b) => wick.einsum("ij,jk->ik", a, b)),
    on([3, 3], (x) => wick.einsum("ii->i", x)),
    on([2, 3], [3, 4], [4], (a, b, c) => wick.einsum("ij,jk,k->i", a, b, c)),
  ),
  linear: op(
    "Linear, QMatMul",
    "x @ w.T + b",
    "nn.functional.linear",
    on([2, 3], [4, 3], [4], (x, w, b) => wick.linear(x, w, b)),
    ...packed.map((f) =>
      on([1, f.block], { packed: f.dtype, shape: [3, f.block] }, (x, w) => wick.linear(x, w))
    ),
    on([2, 2, 3], [4, 3], (x, w) => wick.linear(x, w)),
  ),

  // Layers as functions
  rmsNorm: op(
    "ops::rms_norm, rms_norm_slow",
    "",
    "nn.functional.rms_norm",
    on([2, 3], [3], (x, w) => wick.rmsNorm(x, w, 0.1)),
  ),
  layerNorm: op(
    "ops::layer_norm, layer_norm_slow",
    "",
    "nn.functional.layer_norm",
    on([2, 3], [3], [3], (x, w, b) => wick.layerNorm(x, w, b, 0.1)),
    on([2, 3], [3], (x, w) => wick.layerNorm(x, w, null, 0.1)),
  ),
  groupNorm: op(
    "GroupNorm",
    "",
    "nn.functional.group_norm",
    on([2, 4, 3], [4], [4], (x, w, b) => wick.groupNorm(x, 2, w, b)),
    on([2, 4], (x) => wick.groupNorm(x, 2, null, null)),
    on([2, 4], [4], [4], (x, w, b) => wick.groupNorm(x, 2, w, b)),
    on([2, 4, 2], [4], (x, b) => wick.groupNorm(x, 2, null, b)),
  ),
  batchNorm: op(
    "BatchNorm",
    "",
    "nn.functional.batch_norm",
    on([3, 2, 2], [2], [2], (x, w, b) => valuesOf(wick.batchNorm(x, null, w, b))),
    on([4, 2], [2], (x, b) => valuesOf(wick.batchNorm(x, null, null, b))),
    on(
      [3, 2, 2],
      [2],
      positive(2),
      [2],
      [2],
      (x, mean, variance, w, b) => valuesOf(wick.batchNorm(x, { mean, variance }, w, b)),
    ),
  ),
  dropout: op(
    "ops::dropout, Dropout",
    "",
    "nn.functional.dropout",
    on([2, 3], (x) => wick.dropout(x, 0.4, draws())),
  ),
  rope: op(
    "rotary_emb::rope, rope_i",
    "",
    "",
    ...(["interleaved", "halved"] as const)
      .map((pairs) => on([2, 1, 4], [3, 4], (x, table) => wick.rope(x, table, 0, pairs))),
    on([2, 2, 1, 4], [3, 4], (x, table) => wick.rope(x, table, 1)),
  ),
  scaledDotProductAttention: op(
    "ops::sdpa, flash_attn",
    "",
    "nn.functional.scaled_dot_product_attention",
    on([1, 2, 2, 4], [1, 1, 3, 4], [1, 1, 3, 4], (q, k, v) => wick.scaledDotProductAttention(q, k, v)),
    on(
      [1, 1, 2, 4],
      [1, 1, 2, 4],
      [1, 1, 2, 4],
      [2, 2],
      (q, k, v, mask) => wick.scaledDotProductAttention(q, k, v, { mask }),
    ),
    on(
      [1, 4, 2, 4],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      (q, k, v) => wick.scaledDotProductAttention(q, k, v, { causal: true }),
    ),
    on(
      [1, 1, 2, 4],
      [1, 1, 2, 4],
      [1, 1, 2, 4],
      mask(2, 2),
      (q, k, v, mask) => {
        using seen = mask.logicalNot();
        return wick.scaledDotProductAttention(q, k, v, { mask: seen });
      },
    ),
    on(
      [1, 1, 2, 4],
      [1, 1, 2, 4],
      [1, 1, 2, 4],
      (q, k, v) => wick.scaledDotProductAttention(q, k, v, { dropout: 0.4, generator: draws() }),
    ),
  ),

  // Losses
  crossEntropy: op(
    "loss::cross_entropy",
    "",
    "nn.functional.cross_entropy",
    on([2, 3], ids(3, 2), (x, y) => wick.crossEntropy(x, y)),
    on(
      [2, 3],
      ids(3, 2),
      positive(3),
      (x, y, weights) => wick.crossEntropy(x, y, { weights, smoothing: 0.1 }),
    ),
    on([2, 3], ids(3, 2), (x, y) => wick.crossEntropy(x, y, { reduction: "none" })),
    on([2, 3, 2], ids(3, 2, 2), (x, y) => wick.crossEntropy(x, y)),
    on([2, 2, 3], ids(3, 2, 2), (x, y) => wick.crossEntropy(x, y, { classDim: -1 })),
    on([2, 3], [2, 3], (x, y) => wick.crossEntropy(x, y)),
  ),
  nllLoss: op(
    "loss::nll",
    "",
    "nn.functional.nll_loss",
    on([2, 3], ids(3, 2), (x, y) => wick.nllLoss(x, y)),
    on([2, 3], ids(3, 2), positive(3), (x, y, weights) => wick.nllLoss(x, y, { weights })),
    on([2, 3, 2], ids(3, 2, 2), (x, y) => wick.nllLoss(x, y)),
  ),
  mseLoss: op("loss::mse", "", "nn.functional.mse_loss", on([2, 3], [2, 3], (x, y) => wick.mseLoss(x, y))),
  l1Loss: op("", "", "nn.functional.l1_loss", on([2, 3], [2, 3], (x, y) => wick.l1Loss(x, y))),
  huberLoss: op(
    "loss::huber",
    "",
    "nn.functional.huber_loss",
    on([2, 3], [2, 3], (x, y) => wick.huberLoss(x, y)),
  ),
  smoothL1Loss: op(
    "",
    "",
    "nn.functional.smooth_l1_loss",
    on([2, 3], [2, 3], (x, y) => wick.smoothL1Loss(x, y)),
  ),
  bceWithLogits: op(
    "loss::binary_cross_entropy_with_logit",
    "",
    "nn.functional.binary_cross_entropy_with_logits",
    on([2, 3], positive(2, 3), (x, y) => wick.bceWithLogits(x, y)),
    on(
      [2, 3],
      positive(2, 3),
      positive(3),
      positive(3),
      (x, y, weight, posWeight) => wick.bceWithLogits(x, y, { weight, posWeight }),
    ),
  ),
  klDiv: op(
    "",
    "",
    "nn.functional.kl_div",
    on([2, 3], positive(2, 3), (x, y) => wick.klDiv(x, y)),
    on([2, 3], [2, 3], (x, y) => wick.klDiv(x, y, { logTarget: true, reduction: "batchmean" })),
  ),

  // Gated units
  "nn.Swiglu": op("ops::swiglu", "", "", on([2, 6], (x) => new wick.nn.Swiglu().forward(x))),
  "nn.Geglu": op("", "", "", on([2, 6], (x) => new wick.nn.Geglu().forward(x))),
};
