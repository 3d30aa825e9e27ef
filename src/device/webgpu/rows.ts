/**
 * The rows of the kernel table that run on WebGPU: each names its WGSL (kernels_gpu/), what varies in it, and how many
 * workgroups it takes. A row that stands here is conformed to its oracle by the tests; any other throws
 * UNSUPPORTED_ON_DEVICE.
 *
 * @module
 */
import type { Sizes } from "../kernel.ts";
import * as wgsl from "./shaders.ts";

/** Workgroups in x, y and z. */
export type Groups = readonly [number, number, number];

/** A dispatch of a row. */
export interface Pass {
  /** Where its source begins. */
  readonly entry: string;
  /** Workgroups for these numbers; where one is 0 it does not run. */
  readonly groups: (sizes: Sizes) => Groups;
}

/** How a row runs on a GPU. */
export interface GpuRow {
  /** WGSL, one after the other. */
  readonly sources: readonly string[];
  /** Words of the source, and the text that stands in for them. */
  readonly replace?: Readonly<Record<string, string>>;
  /** Values of the source's `override` constants. */
  readonly constants?: Readonly<Record<string, number>>;
  /** In order; each sees what those before it wrote. */
  readonly passes: readonly Pass[];
  /** Bytes that its passes share as `scratch`, an array of f32. */
  readonly scratch?: (sizes: Sizes) => number;
  /** Bits of its elements of dtype any [32]. */
  readonly bits?: 8 | 16;
  /** Whether threads write parts of one word: operands are bound as atomics, `store_bits_x` writes an element. */
  readonly partial?: boolean;
}

/** A row as it is entered below: of one pass, but for those that say more. */
type Entry = Omit<GpuRow, "passes"> & {
  /** Workgroups of the pass `main`. */
  readonly groups: Pass["groups"];
  /** Passes after it. */
  readonly then?: readonly Pass[];
};

/** What every device has in a dimension; kernels stride over more. */
const MOST_GROUPS = 65535;
const spread = (groups: number): Groups => [Math.min(Math.ceil(groups), MOST_GROUPS), 1, 1];
/** A thread each, in workgroups of `threads`. */
const threads = (count: (s: Sizes) => number, size = 256) => (s: Sizes): Groups => spread(count(s) / size);
/** A workgroup for each row of the leading dimension. */
const workgroups = (letter: string) => (s: Sizes): Groups => spread(s[letter]);

const walked = threads((s) => s.D0 * s.D1 * s.D2 * s.D3);
const all: Map<string, GpuRow> = new Map();

function row(name: string, { groups, then = [], ...own }: Entry): void {
  const passes = [{ entry: "main", groups }, ...then];
  all.set(name, { ...own, passes, sources: [wgsl.common_math, ...own.sources] });
}

/** A function of x. */
function unary(name: string, element: string, from = "f32", to = from): void {
  row(name, {
    sources: [wgsl.common_walk, wgsl.elementwise_unary],
    replace: { ELEMENT: element, FROM: from, TO: to },
    groups: walked,
  });
}

/** A function of a and b. */
function binary(name: string, element: string, type = "f32"): void {
  row(name, {
    sources: [wgsl.common_walk, wgsl.elementwise_binary],
    replace: { ELEMENT: element, VALUE: type },
    groups: walked,
  });
}

const strided = (operand: string, letter: string): string =>
  `load_${operand}(dot(at, vec4<i32>(${[0, 1, 2, 3].map((d) => `row.${letter}${d}`).join(", ")})))`;

/** Whether something holds of a and b, as bytes. */
function compare(name: string, holds: string, a = strided("a", "a"), b = strided("b", "b")): void {
  row(name, {
    sources: [wgsl.common_walk, wgsl.compare],
    replace: { HOLDS: holds, A: a, B: b },
    groups: threads((s) => s.D0 * s.D1 * s.D2 * s.D3 / 4 + 1),
  });
}

/** What a thread does with element i of contiguous operands [letter, C]. */
function flat(name: string, letter: string, body: string, ...sources: string[]): void {
  row(name, flatEntry(letter, body, sources));
}

function flatEntry(letter: string, body: string, sources: string[]): Entry {
  return {
    sources: [...sources, wgsl.flat],
    replace: { TOTAL: `cell_${letter}() * row.C`, BODY: body },
    groups: threads((s) => s[letter] * s.C),
  };
}

/** What a thread does with element i of batches [B] of so many elements, a product of parameters. */
function batched(name: string, factors: string[], body: string, ...sources: string[]): void {
  row(name, {
    sources: [...sources, wgsl.flat],
    replace: { TOTAL: ["cell_B()", ...factors.map((f) => `row.${f}`)].join(" * "), BODY: body },
    groups: threads((s) => factors.reduce((n, f) => n * s[f], s.B)),
  });
}

/** A workgroup a row of the leading dimension. */
function byRow(name: string, letter: string, source: string, more: Partial<Entry> = {}): void {
  row(name, { sources: [wgsl.common_lanes, source], groups: workgroups(letter), ...more });
}

row("copy_b32", { sources: [wgsl.common_walk, wgsl.copy], groups: walked });
for (const bits of [8, 16] as const) {
  const sources = [wgsl.common_walk, wgsl.copy_part];
  row(`copy_b${bits}`, { sources, groups: walked, bits, partial: true });
}
for (const [name, round] of [["f16", "half_bits"], ["bf16", "brain_bits"]]) {
  const entry = flatEntry("R", `store_bits_y(i, ${round}(load_bits_x(i)));`, [wgsl.narrow]);
  row(`cast_f32_${name}`, { ...entry, partial: true });
}
flat("cast_f16_f32", "R", "store_y(i, load_x(i));");
flat("cast_bf16_f32", "R", "store_y(i, load_x(i));");
flat("cast_i32_f32", "R", "store_y(i, f32(load_x(i)));");

binary("add_f32", "a + b");
binary("sub_f32", "a - b");
binary("mul_f32", "a * b");
binary("div_f32", "quotient(a, b)");
binary("maximum_f32", "larger(a, b)");
binary("minimum_f32", "smaller(a, b)");
binary("pow_f32", "power(a, b)");
binary("add_i32", "a + b", "i32");
binary("sub_i32", "a - b", "i32");
binary("mul_i32", "a * b", "i32");
binary("maximum_i32", "max(a, b)", "i32");
binary("minimum_i32", "min(a, b)", "i32");
binary("floor_div_i32", "whole_quotient(a, b)", "i32");
binary("remainder_i32", "whole_remainder(a, b)", "i32");
binary("floor_div_u32", "select(a / max(b, 1u), 0u, b == 0u)", "u32");
binary("remainder_u32", "select(a % max(b, 1u), 0u, b == 0u)", "u32");
binary("maximum_u32", "max(a, b)", "u32");
binary("minimum_u32", "min(a, b)", "u32");

unary("affine_f32", "x * row.scale + row.shift");
unary("neg_f32", "flip(x)");
unary("abs_f32", "signed(x, 1.0)");
unary("sqrt_f32", "sqrt(x)");
unary("rsqrt_f32", "1.0 / sqrt(x)");
unary("reciprocal_f32", "1.0 / x");
unary("exp_f32", "exact_exp(x)");
unary("expm1_f32", "exact_expm1(x)");
unary("log_f32", "exact_log(x)");
unary("log2_f32", "exact_log(x) * 1.4426950408889634");
unary("log10_f32", "exact_log(x) * 0.4342944819032518");
unary("log1p_f32", "exact_log1p(x)");
unary("sin_f32", "turned(x, 0u)");
unary("cos_f32", "turned(x, 1u)");
unary("tan_f32", "turned(x, 0u) / turned(x, 1u)");
unary("tanh_f32", "exact_tanh(x)");
unary("erf_f32", "erf(x)");
unary("sigmoid_f32", "sigmoid(x)");
unary("softplus_f32", "softplus_of(x, row.beta)");
unary("silu_f32", "x * sigmoid(x)");
unary("mish_f32", "x * exact_tanh(softplus(x))");
unary("relu_f32", "larger(x, 0.0)");
unary("leaky_relu_f32", "select(x, x * row.slope, x < 0.0)");
unary("elu_f32", "select(x, row.alpha * exact_expm1(x), x < 0.0)");
unary("selu_f32", "1.0507009873554805 * select(x, 1.6732632423543772 * exact_expm1(x), x < 0.0)");
unary("gelu_f32", "0.5 * x * (1.0 + exact_tanh(0.7978845608 * (x + 0.044715 * x * x * x)))");
unary("gelu_erf_f32", "0.5 * x * (1.0 + erf(x * 0.7071067812))");
unary("hard_sigmoid_f32", "smaller(larger(x + 3.0, 0.0), 6.0) / 6.0");
unary("hard_swish_f32", "x * (smaller(larger(x + 3.0, 0.0), 6.0) / 6.0)");
unary("clamp_f32", "smaller(larger(x, row.low), row.high)");
unary("floor_f32", "floor(x)");
unary("ceil_f32", "ceil(x)");
unary("round_f32", "round(x)");
unary("trunc_f32", "trunc(x)");
unary("sign_f32", "select(sign(x), x, is_nan(x))");
unary("pow_scalar_f32", "power(x, row.exponent)");

unary("affine_i32", "x * row.scale + row.shift", "i32");
unary("cast_u8_f32", "f32(x)", "u32", "f32");
unary("cast_u8_i32", "i32(x)", "u32", "i32");
unary(
  "cast_f32_i32",
  "select(select(i32(x), 2147483647, x >= 2147483648.0), 0, is_nan(x))",
  "f32",
  "i32",
);
// by exact halves: the conversion of all bits may round either way
unary("cast_u32_f32", "f32(x >> 16u) * 65536.0 + f32(x & 0xffffu)", "u32", "f32");
unary(
  "cast_f32_u32",
  "select(select(u32(x), 4294967295u, x >= 4294967296.0), 0u, is_nan(x) || x < 1.0)",
  "f32",
  "u32",
);

for (const [name, sign] of Object.entries({ eq: "==", ne: "!=", lt: "<", le: "<=", gt: ">", ge: ">=" })) {
  const ordered = `rank(a) ${sign} rank(b)`;
  compare(`${name}_f32`, name === "ne" ? `!ordered(a, b) || ${ordered}` : `ordered(a, b) && ${ordered}`);
  compare(`${name}_i32`, `a ${sign} b`);
}
compare("lt_u32", "a < b");
compare("le_u32", "a <= b");
compare("cast_f32_bool", "!ordered(a, b) || rank(a) != rank(b)", strided("x", "x"), "0.0");
compare("cast_i32_bool", "a != b", strided("x", "x"), "0");
compare("logical_and_u8", "a != 0u && b != 0u");
compare("logical_or_u8", "a != 0u || b != 0u");
compare("logical_xor_u8", "(a != 0u) != (b != 0u)");
for (const [name, sign] of Object.entries({ and: "&&", or: "||", xor: "!=" })) {
  compare(`logical_${name}_f32`, `(rank(a) != 0) ${sign} (rank(b) != 0)`);
}
compare("abs_lt_f32", "ordered(a, b) && rank(signed(a, 1.0)) < rank(b)");
compare("abs_eq_f32", "ordered(a, b) && rank(signed(a, 1.0)) == rank(b)");
compare("logical_not_u8", "a == b", strided("x", "x"), "0u");
for (const dtype of ["f32", "i32"]) {
  row(`where_${dtype}`, { sources: [wgsl.common_walk, wgsl.where], groups: walked });
}

for (
  const [name, term, result] of [
    ["sum", "x", "total"],
    ["sum_abs", "signed(x, 1.0)", "total"],
    ["mean", "x", "select(total / f32(row.C), nan(), row.C == 0)"],
    ["sum_of_squares", "x * x", "total"],
  ]
) {
  byRow(`${name}_f32`, "R", wgsl.reduce, { replace: { TERM: term, RESULT: result } });
}
byRow("max_f32", "R", wgsl.reduce_best);
byRow("min_f32", "R", wgsl.reduce_best, { constants: { smallest: 1 } });
byRow("argmax_f32", "R", wgsl.reduce_best, { constants: { as_index: 1 } });
byRow("argmin_f32", "R", wgsl.reduce_best, { constants: { smallest: 1, as_index: 1 } });

for (
  const [name, first, next, join, result] of [
    ["sum", "0.0", "part + x", "y + part", "y"],
    ["mean", "0.0", "part + x", "y + part", "select(y / f32(row.N), nan(), row.N == 0)"],
    ["sum_abs", "0.0", "part + signed(x, 1.0)", "y + part", "y"],
    ["max", "load_x(column)", "larger(part, x)", "larger(y, part)", "y"],
    ["min", "load_x(column)", "smaller(part, x)", "smaller(y, part)", "y"],
  ]
) {
  row(`${name}_middle_f32`, {
    sources: [wgsl.reduce_middle],
    replace: { FIRST: first, NEXT: next, JOIN: join, RESULT: result },
    groups: threads((s) => s.O * s.I),
  });
}

/** Folds of integers, whose order does not matter: what adds nothing, and an expression of a and b. */
const wholeFolds = {
  sum_i32: ["0", "a + b"],
  prod_i32: ["1", "a * b"],
  max_i32: ["-0x80000000", "max(a, b)"],
  min_i32: ["0x7fffffff", "min(a, b)"],
  max_u32: ["0", "max(a, b)"],
  min_u32: ["0xffffffffu", "min(a, b)"],
};
for (const [name, [start, fold]] of Object.entries(wholeFolds)) {
  const [op, type] = name.split("_");
  byRow(name, "R", wgsl.reduce_integer, { replace: { VALUE: type, START: start, FOLD: fold } });
  row(`${op}_middle_${type}`, {
    sources: [wgsl.reduce_middle],
    replace: {
      FIRST: `${type}(${start})`,
      NEXT: fold.replace(/\ba\b/, "part").replace(/\bb\b/, "x"),
      JOIN: fold.replace(/\ba\b/, "y").replace(/\bb\b/, "part"),
      RESULT: "y",
    },
    groups: threads((s) => s.O * s.I),
  });
}

byRow("softmax_f32", "R", wgsl.softmax, { replace: { RESULT: "exact_exp(x) / all.sum" } });
byRow("log_softmax_f32", "R", wgsl.softmax, { replace: { RESULT: "x - exact_log(all.sum)" } });
byRow("softmax_backward_f32", "R", wgsl.softmax_backward, {
  replace: { TERM: "dy * y", RESULT: "y * (dy - sum)" },
});
byRow("log_softmax_backward_f32", "R", wgsl.softmax_backward, {
  replace: { TERM: "dy", RESULT: "dy - exact_exp(y) * sum" },
});
byRow("log_sum_exp_f32", "R", wgsl.log_sum_exp);
flat(
  "log_sum_exp_backward_f32",
  "R",
  "let r = i / row.C; store_dx(i, load_dy(r) * exact_exp(load_x(i) - load_y(r)));",
);
byRow("cross_entropy_f32", "T", wgsl.cross_entropy);
byRow("cross_entropy_backward_f32", "T", wgsl.cross_entropy_backward);

byRow("rms_norm_f32", "R", wgsl.norm, { replace: { VALUE: "load_x(i)", KEPT: "load_x(i)" } });
byRow("add_rms_norm_f32", "R", `${wgsl.add}${wgsl.norm}`, {
  replace: { VALUE: "added(i)", KEPT: "load_sum(i)" },
});
byRow("layer_norm_f32", "R", wgsl.layer_norm, {
  replace: { COLUMNS: "row.C", WEIGHT: "load_w(c)", BIAS: "load_b(c)" },
});
const channel = "(r % row.G) * row.K + c / row.S";
byRow("group_norm_f32", "R", wgsl.layer_norm, {
  replace: {
    COLUMNS: "row.K * row.S",
    WEIGHT: `select(1.0, load_w(${channel}), has_w)`,
    BIAS: `load_b(${channel})`,
  },
});
byRow("group_norm_backward_f32", "R", wgsl.group_norm_backward);
byRow("rms_norm_backward_f32", "R", wgsl.norm_backward, {
  replace: { CENTRED: "false", KEEP: "store_scale(r, scale);" },
});
byRow("layer_norm_backward_f32", "R", wgsl.norm_backward, {
  replace: { CENTRED: "true", KEEP: "store_mean(r, mean + left); store_scale(r, scale);" },
});
batched(
  "channel_affine_f32",
  ["C", "S"],
  "let c = i / row.S % row.C; store_y(i, (load_x(i) - load_mean(c)) * load_scale(c) + load_shift(c));",
);
byRow("channel_moments_f32", "C", wgsl.channel_moments);
const columns = threads((s) => s.C, 64);
row("rms_norm_weight_backward_f32", {
  sources: [wgsl.norm_weight_backward],
  replace: { MEAN: "0.0", KEEP: "store_dw(c, dw);" },
  groups: columns,
});
row("layer_norm_weight_backward_f32", {
  sources: [wgsl.norm_weight_backward],
  replace: { MEAN: "load_mean(r)", KEEP: "store_dw(c, dw); store_db(c, db);" },
  groups: columns,
});

flat("swiglu_f32", "T", "let gate = load_gate(i); store_y(i, gate * sigmoid(gate) * load_up(i));");
flat(
  "swiglu_backward_f32",
  "T",
  `let gate = load_gate(i); let up = load_up(i); let dy = load_dy(i); let s = sigmoid(gate);
    store_dgate(i, dy * up * s * (1.0 + gate * (1.0 - s)));
    store_dup(i, dy * gate * s);`,
);
for (const name of ["silu", "gelu", "gelu_erf", "relu"]) {
  const body = `store_dx(i, load_dy(i) * ${name}_slope(load_x(i)));`;
  flat(`${name}_backward_f32`, "T", body, wgsl.activation_backward);
}
flat("sigmoid_backward_f32", "T", "let y = load_y(i); store_dx(i, load_dy(i) * y * (1.0 - y));");
flat("tanh_backward_f32", "T", "let y = load_y(i); store_dx(i, load_dy(i) * (1.0 - y * y));");

flat("sgd_f32", "R", "sgd(i);", wgsl.sgd);
flat("adam_f32", "R", "adam(i, row.decay, 1.0);", wgsl.adam);
flat("adamw_f32", "R", "adam(i, 0.0, 1.0 - cell_lr() * row.decay);", wgsl.adam);
flat("lion_f32", "R", "lion(i);", wgsl.lion);
flat("ema_f32", "R", "store_average(i, load_average(i) + cell_gain() * (load_x(i) - load_average(i)));");
flat("scale_f32", "R", "store_x(i, load_x(i) * load_factor(0));");

flat("random_uniform_f32", "T", "store_y(i, row.low + (row.high - row.low) * uniform_at(i));", wgsl.random);
flat("random_normal_f32", "T", "store_y(i, row.mean + row.deviation * normal_at(i));", wgsl.random);
flat("random_integer_i32", "T", "store_y(i, row.low + integer_at(i, row.range));", wgsl.random);
flat(
  "dropout_f32",
  "T",
  `var y = 0.0;
    if (uniform_at(i) >= row.rate) { y = load_x(i) / (1.0 - row.rate); }
    store_y(i, y);`,
  wgsl.random,
);

for (const dtype of ["f16", "bf16"]) {
  row(`take_rows_${dtype}`, { sources: [wgsl.rows], groups: threads((s) => s.T * s.C) });
}
row("check_index", { sources: [wgsl.indexing_check], groups: ({ N }) => [Math.min(1, N), 1, 1] });
/** One index for all o and i. */
const common = { MANY: "cell_M()", INDEX: "m" };
/** One for each element. */
const own = { MANY: "row.M", INDEX: "e" };
const elements = threads((s) => s.O * s.M * s.I);
const lanes = threads((s) => s.O * s.I, 64);
/** The same, of the element at (o, m). */
const selected = { INDEX: "om - o * cell_M()", MANY: "cell_M()" };
row("index_select_b32", {
  sources: [wgsl.indexing_take],
  replace: selected,
  groups: elements,
});
for (const bits of [8, 16] as const) {
  const part = { bits, partial: true };
  const walk = { sources: [wgsl.common_walk, wgsl.where], groups: walked };
  row(`where_b${bits}`, { ...walk, ...part });
  const take = { sources: [wgsl.indexing_take], groups: elements, ...part };
  row(`index_select_b${bits}`, { ...take, replace: selected });
  row(`gather_b${bits}`, { ...take, replace: own });
  const put = { sources: [wgsl.indexing_put], groups: lanes, ...part };
  row(`scatter_b${bits}`, { ...put, replace: { ...own, FOLD: "src" } });
}
row("gather_b32", { sources: [wgsl.indexing_take], replace: own, groups: elements });
for (const dtype of ["f32", "i32"]) {
  const replace = { ...common, FOLD: "there + src" };
  row(`index_add_${dtype}`, { sources: [wgsl.indexing_put], replace, groups: lanes });
}
const folds = {
  scatter_b32: "src",
  scatter_add_f32: "there + src",
  scatter_add_i32: "there + src",
  scatter_prod_f32: "there * src",
  scatter_prod_i32: "there * src",
  scatter_amax_f32: "larger(there, src)",
  scatter_amax_i32: "max(there, src)",
  scatter_amin_f32: "smaller(there, src)",
  scatter_amin_i32: "min(there, src)",
  scatter_amax_u32: "max(there, src)",
  scatter_amin_u32: "min(there, src)",
};
for (const [name, fold] of Object.entries(folds)) {
  row(name, { sources: [wgsl.indexing_put], replace: { ...own, FOLD: fold }, groups: lanes });
}
row("scatter_b32_backward", { sources: [wgsl.indexing_put_backward], groups: lanes });

for (
  const [pairs, FIRST, SECOND] of [["interleaved", "2 * pair", "2 * pair + 1"], [
    "halved",
    "pair",
    "pair + pairs",
  ]]
) {
  const sources = [wgsl.rope];
  const groups = threads((s) => s.T * s.H * (s.D - s.R / 2));
  const forth = { LOAD: "load_x", STORE: "store_y", SIGN: "1.0", FIRST, SECOND };
  row(`rope_${pairs}_f32`, { sources, groups, replace: forth });
  const back = { ...forth, LOAD: "load_dy", STORE: "store_dx", SIGN: "-1.0" };
  row(`rope_${pairs}_backward_f32`, { sources, groups, replace: back });
}

const outputPixels = ["Ho", "Wo"];
const inputPixels = ["C", "H", "W"];
const biased = (sum: string, channel: string) =>
  `var sum = ${sum}; if (has_bias) { sum += load_bias(${channel}); }`;
batched(
  "conv2d_f32",
  ["O", ...outputPixels],
  `${biased("convolved(i)", "i / row.Wo / row.Ho % row.O")} store_y(i, sum);`,
  wgsl.conv,
);
batched(
  "conv2d_backward_input_f32",
  inputPixels,
  `${biased("spread_back(i)", "i / row.W / row.H % row.C")} store_dx(i, sum);`,
  wgsl.conv_backward_input,
);
row("conv2d_backward_weight_f32", {
  sources: [wgsl.common_lanes, wgsl.conv_backward_weight],
  groups: ({ O, C, groups, kh, kw }) => spread(O * C / groups * kh * kw),
});
batched("max_pool2d_f32", ["C", ...outputPixels], "pool(i);", wgsl.max_pool);
batched("max_pool2d_backward_f32", ["C"], "unpool(i);", wgsl.max_pool_backward);
batched(
  "avg_pool2d_f32",
  ["C", ...outputPixels],
  "store_y(i, average(i));",
  wgsl.avg_pool,
  wgsl.avg_pool_forward,
);
batched(
  "avg_pool2d_backward_f32",
  inputPixels,
  "store_dx(i, shares(i));",
  wgsl.avg_pool,
  wgsl.avg_pool_backward,
);

const queries = (s: Sizes): number => s.B * s.T * s.H;
row("attention_train_f32", {
  sources: [wgsl.common_lanes, wgsl.common_attention, wgsl.attention_train, wgsl.attention],
  replace: { TOTAL: "cell_B() * row.T * row.H" },
  groups: (s) => spread(queries(s)),
});
row("attention_f32", {
  sources: [wgsl.common_lanes, wgsl.common_attention, wgsl.attention_cached, wgsl.attention],
  replace: { TOTAL: "cell_T() * row.H" },
  groups: (s) => spread(s.T * s.H),
});
row("kv_append_b32", {
  sources: [wgsl.kv_append, wgsl.flat],
  replace: { TOTAL: "cell_T() * row.G * row.D", BODY: "append(i);" },
  groups: threads((s) => s.T * s.G * s.D),
});
row("attention_train_backward_f32", {
  sources: [wgsl.common_lanes, wgsl.common_attention, wgsl.attention_train, wgsl.attention_train_backward],
  groups: (s) => spread(queries(s)),
  then: [
    { entry: "keys", groups: (s) => spread(s.B * s.G * s.S) },
    { entry: "finish", groups: threads((s) => queries(s) * s.D, 128) },
  ],
  scratch: (s) => 4 * queries(s) * (3 + s.D),
});

const tiles = ({ B0, B1, M, N }: Sizes): Groups => [Math.ceil(N / 64), Math.ceil(M / 64), B0 * B1];
const sums = { VALUE: "f32", JOINED: "fma(vec4<f32>(x), b, y)" };
for (const name of ["matmul_f32", "matmul_f32_f16", "matmul_f32_bf16"]) {
  row(name, { sources: [wgsl.matmul], replace: sums, groups: tiles });
}
row("matmul_i32", {
  sources: [wgsl.matmul],
  replace: { VALUE: "i32", JOINED: "x * b + y" },
  groups: tiles,
});

/** The rows, by name. */
export const gpuRows: ReadonlyMap<string, GpuRow> = all;
