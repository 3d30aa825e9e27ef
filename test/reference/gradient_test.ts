/**
 * The oracle of every backward row against central finite differences of its forward row's oracle, in float64, on
 * random shapes and on values that tie.
 */
import { ok } from "node:assert/strict";
import type { BlockDtype } from "../../src/quant/format.ts";
import { blockFormats } from "../../src/quant/formats.ts";
import { Random, testSeed } from "../random.ts";
import { randomWeights } from "./quantized.ts";
import { references } from "./mod.ts";
import type { Case, OperandValue } from "./reference.ts";

const seed = testSeed();
const STEP = 1e-5;
const TOLERANCE = 1e-6; // of 1 + the largest gradient: the differences' own error is 1e-9 or so

/** A forward call and how its gradients are made. */
interface Check {
  readonly call: Omit<Case, "label">;
  /** The operand that is y, and its gradient. */
  readonly y: number;
  readonly dy: Float64Array;
  /** The inputs to differentiate by, and their gradients by the backward rows' oracles. */
  readonly gradients: ReadonlyMap<number, ArrayLike<number>>;
}

/** Output `operand` of a row's oracle. */
function output(row: string, call: Omit<Case, "label">, operand: number): Float64Array {
  const expected = references.get(row)!.oracle({ label: row, ...call });
  return Float64Array.from(expected.find((e) => e.operand === operand)!.values as ArrayLike<number>);
}

/** Holds the gradients to (loss(x + h) - loss(x - h)) / 2h with loss = sum of dy y. */
function check(row: string, { call, y, dy, gradients }: Check): void {
  const loss = (): number => output(row, call, y).reduce((sum, v, i) => sum + v * dy[i], 0);
  for (const [operand, gradient] of gradients) {
    const x = call.operands[operand] as Float64Array;
    const bound = TOLERANCE * (1 + Math.max(0, ...Array.from(gradient, Math.abs)));
    for (let i = 0; i < x.length; i++) {
      const at = x[i];
      x[i] = at + STEP;
      const above = loss();
      x[i] = at - STEP;
      const slope = (above - loss()) / (2 * STEP);
      x[i] = at;
      ok(
        Math.abs(slope - gradient[i]) <= bound,
        `${row}: operand ${operand}[${i}] has slope ${slope}, gradient ${gradient[i]}`,
      );
    }
  }
}

/** Normal numbers; in every second draw rounded to halves, so that many tie. */
function floats(random: Random, length: number): Float64Array {
  const ties = random.integer(0, 1) === 1;
  return Float64Array.from({ length }, () => ties ? Math.round(random.normal() * 2) / 2 : random.normal());
}

const weightsOf = (random: Random, length: number): Float64Array =>
  floats(random, length).map((v) => Math.abs(v) + 0.1);
const zeros = (length: number): Float64Array => new Float64Array(length);

type Draw = (random: Random) => Check;

/** A row y = f(x) by rows whose backward takes `kept` (x or y) and dy. */
function rowwise(name: string, kept: "x" | "y"): Draw {
  return (random) => {
    const [R, C] = [random.integer(1, 3), random.integer(1, 7)];
    const call = { operands: [floats(random, R * C), zeros(R * C)], params: [C], cells: [R] };
    const [dy, y] = [floats(random, R * C), output(name, call, 1)];
    const operands = [kept === "y" ? y : call.operands[0], dy, zeros(R * C)];
    const dx = output(name.replace("_f32", "_backward_f32"), { ...call, operands }, 2);
    return { call, y: 1, dy, gradients: new Map([[0, dx]]) };
  };
}

/** An elementwise row, which has strides in its call. */
function activation(name: string, kept: "x" | "y"): Draw {
  return (random) => {
    const n = random.integer(1, 9);
    const x = floats(random, n).map((v) => v || 0.25); // relu bends at 0
    const call = { operands: [x, zeros(n)], params: [1, 1, n, 0, 0, 0, 1], cells: [1] };
    const [dy, y] = [floats(random, n), output(`${name}_f32`, call, 1)];
    const backward = { operands: [kept === "y" ? y : x, dy, zeros(n)], params: [n], cells: [1] };
    return { call, y: 1, dy, gradients: new Map([[0, output(`${name}_backward_f32`, backward, 2)]]) };
  };
}

function rmsNorm(random: Random): Check {
  const [R, C] = [random.integer(1, 3), random.integer(1, 7)];
  const [x, w, dy] = [floats(random, R * C), floats(random, C), floats(random, R * C)];
  const sizes = { params: [C, 0.1], cells: [R] };
  const backward = { ...sizes, operands: [x, w, dy, zeros(R * C), zeros(R)] };
  const scale = output("rms_norm_backward_f32", backward, 4);
  const weight = { params: [C], cells: [R], operands: [x, dy, scale, zeros(C)] };
  const gradients = new Map([
    [0, output("rms_norm_backward_f32", backward, 3)],
    [1, output("rms_norm_weight_backward_f32", weight, 3)],
  ]);
  return { call: { ...sizes, operands: [x, w, zeros(R * C)] }, y: 2, dy, gradients };
}

function layerNorm(random: Random): Check {
  const [R, C] = [random.integer(1, 3), random.integer(1, 7)];
  const [x, w, b, dy] = [floats(random, R * C), floats(random, C), floats(random, C), floats(random, R * C)];
  const sizes = { params: [C, 0.1], cells: [R] };
  const backward = { ...sizes, operands: [x, w, dy, zeros(R * C), zeros(R), zeros(R)] };
  const [mean, scale] = [4, 5].map((operand) => output("layer_norm_backward_f32", backward, operand));
  const weight = { params: [C], cells: [R], operands: [x, dy, mean, scale, zeros(C), zeros(C)] };
  const gradients = new Map([
    [0, output("layer_norm_backward_f32", backward, 3)],
    [1, output("layer_norm_weight_backward_f32", weight, 4)],
    [2, output("layer_norm_weight_backward_f32", weight, 5)],
  ]);
  return { call: { ...sizes, operands: [x, w, b, zeros(R * C)] }, y: 3, dy, gradients };
}

/** Of one example, so that the row's sums are the gradients of the weights. */
function groupNorm(random: Random): Check {
  const [G, K, S] = [random.integer(1, 3), random.integer(1, 3), random.integer(1, 4)];
  const [x, dy] = [floats(random, G * K * S), floats(random, G * K * S)];
  const [w, b] = [random.integer(0, 2) ? floats(random, G * K) : null, floats(random, G * K)];
  const sizes = { params: [G, K, S, 0.1], cells: [G] };
  const backward = { ...sizes, operands: [x, w, dy, zeros(x.length), zeros(G * K), zeros(G * K)] };
  const [dx, dw, db] = [3, 4, 5].map((operand) => output("group_norm_backward_f32", backward, operand));
  const gradients = new Map([[0, dx], [2, db]]);
  if (w) gradients.set(1, dw);
  return { call: { ...sizes, operands: [x, w, b, zeros(x.length)] }, y: 3, dy, gradients };
}

function logSumExp(random: Random): Check {
  const [R, C] = [random.integer(1, 3), random.integer(1, 7)];
  const [x, dy, sizes] = [floats(random, R * C), floats(random, R), { params: [C], cells: [R] }];
  const call = { ...sizes, operands: [x, zeros(R)] };
  const y = output("log_sum_exp_f32", call, 1);
  const backward = { ...sizes, operands: [x, y, dy, zeros(R * C)] };
  return { call, y: 1, dy, gradients: new Map([[0, output("log_sum_exp_backward_f32", backward, 3)]]) };
}

function crossEntropy(random: Random): Check {
  const [T, V] = [random.integer(1, 4), random.integer(1, 6)];
  const [logits, targets] = [floats(random, T * V), random.ints(T, 0, V - 1)];
  if (random.integer(0, 1)) targets[0] = -100;
  const weights = random.integer(0, 1) ? weightsOf(random, V) : null;
  const sizes = { params: [V, -100, random.pick([0, 0.1, 1])], cells: [T] };
  const call = { ...sizes, operands: [logits, targets, weights, zeros(T), zeros(T)] };
  const [dy, lse] = [floats(random, T), output("cross_entropy_f32", call, 4)];
  const backward = { ...sizes, operands: [logits, targets, weights, lse, dy, zeros(T * V)] };
  return { call, y: 3, dy, gradients: new Map([[0, output("cross_entropy_backward_f32", backward, 5)]]) };
}

function rope(name: string): Draw {
  return (random) => {
    const [T, H, D, R, P] = [random.integer(1, 3), random.integer(1, 2), random.integer(4, 7), 4, 1];
    const call = {
      operands: [floats(random, T * H * D), floats(random, 5 * R), zeros(T * H * D)] as OperandValue[],
      params: [H, D, R, 5],
      cells: [T, P],
    };
    const dy = floats(random, T * H * D);
    const operands = [dy, call.operands[1], zeros(T * H * D)];
    const dx = output(name.replace("_f32", "_backward_f32"), { ...call, operands }, 2);
    return { call, y: 2, dy, gradients: new Map([[0, dx]]) };
  };
}

function swiglu(random: Random): Check {
  const [T, C] = [random.integer(1, 3), random.integer(1, 7)];
  const [gate, up, dy] = [floats(random, T * C), floats(random, T * C), floats(random, T * C)];
  const sizes = { params: [C], cells: [T] };
  const backward = { ...sizes, operands: [gate, up, dy, zeros(T * C), zeros(T * C)] };
  const gradients = new Map([3, 4].map((o) => [o - 3, output("swiglu_backward_f32", backward, o)]));
  return { call: { ...sizes, operands: [gate, up, zeros(T * C)] }, y: 2, dy, gradients };
}

function attention(random: Random): Check {
  const [B, T, S, G, D] = [
    2,
    random.integer(1, 4),
    random.integer(1, 4),
    random.integer(1, 2),
    random.integer(1, 3),
  ];
  const H = G * random.integer(1, 2), causal = random.integer(0, 1);
  const [q, k, v] = [B * T * H * D, B * G * S * D, B * G * S * D].map((n) => floats(random, n));
  const sizes = { params: [T, H, G, D, S, 0.7, causal], cells: [B] };
  const dy = floats(random, q.length);
  const backward = { ...sizes, operands: [q, k, v, dy, zeros(q.length), zeros(2 * k.length)] };
  const dkv = output("attention_train_backward_f32", backward, 5), size = G * S * D;
  const half = (which: number) => k.map((_, i) => dkv[(2 * Math.floor(i / size) + which) * size + i % size]);
  const gradients = new Map([
    [0, output("attention_train_backward_f32", backward, 4)],
    [1, half(0)],
    [2, half(1)],
  ]);
  return { call: { ...sizes, operands: [q, k, v, zeros(q.length)] }, y: 3, dy, gradients };
}

/** Its gradient adds by the same indices. */
function indexSelect(random: Random): Check {
  const [O, N, M, I] = [1, 1, 0, 1].map((least) => random.integer(least, 4));
  const [x, index, dy] = [floats(random, O * N * I), random.ints(M, 0, N - 1), floats(random, O * M * I)];
  const sizes = { params: [N, I], cells: [O, M] };
  const dx = output("index_add_f32", { ...sizes, operands: [index, dy, zeros(x.length)] }, 2);
  return {
    call: { ...sizes, operands: [x, index, zeros(dy.length)] },
    y: 2,
    dy,
    gradients: new Map([[0, dx]]),
  };
}

/** Its gradient adds by the same indices. */
function gather(random: Random): Check {
  const [O, N, M, I] = [1, 1, 0, 1].map((least) => random.integer(least, 4));
  const index = random.ints(O * M * I, 0, N - 1);
  const [x, dy] = [floats(random, O * N * I), floats(random, index.length)];
  const sizes = { params: [N, M, I], cells: [O] };
  const dx = output("scatter_add_f32", { ...sizes, operands: [index, dy, zeros(x.length)] }, 2);
  return {
    call: { ...sizes, operands: [x, index, zeros(dy.length)] },
    y: 2,
    dy,
    gradients: new Map([[0, dx]]),
  };
}

/** Of several that were put in one place, only the last has a gradient. */
function scatter(random: Random): Check {
  const [O, N, M, I] = [1, 1, 0, 1].map((least) => random.integer(least, 4));
  const index = random.ints(O * M * I, 0, N - 1);
  const [src, y, dy] = [floats(random, O * M * I), floats(random, O * N * I), floats(random, O * N * I)];
  const sizes = { params: [N, M, I], cells: [O] };
  const backward = { ...sizes, operands: [index, dy, zeros(src.length)] };
  const [dx, dsrc] = [1, 2].map((operand) => output("scatter_b32_backward", backward, operand));
  return {
    call: { ...sizes, operands: [index, src, y] },
    y: 2,
    dy,
    gradients: new Map([[1, dsrc], [2, dx]]),
  };
}

const cumprod = (row: string): Draw => (random) => {
  const [O, N, I] = [random.integer(1, 2), random.integer(1, 5), random.integer(1, 3)];
  const [x, dy] = [floats(random, O * N * I), floats(random, O * N * I)];
  const backward = { operands: [x, dy, zeros(x.length)], params: [N, I], cells: [O] };
  const call = { operands: [x, zeros(x.length)], params: [N, I, 0], cells: [O] };
  return { call, y: 1, dy, gradients: new Map([[0, output(row, backward, 2)]]) };
};

function prod(random: Random): Check {
  const [R, C] = [random.integer(1, 3), random.integer(1, 5)];
  const [x, dy] = [floats(random, R * C), floats(random, R)];
  const backward = { operands: [x, dy, zeros(x.length)], params: [C, 1], cells: [R] };
  const call = { operands: [x, zeros(R)], params: [C], cells: [R] };
  return { call, y: 1, dy, gradients: new Map([[0, output("prod_backward_f32", backward, 2)]]) };
}

/** A matmul with packed weights, by its activations. */
function quantized(dtype: BlockDtype): Draw {
  return (random) => {
    const [T, N, K] = [random.integer(1, 2), random.integer(1, 9), blockFormats.get(dtype)!.block];
    const w = randomWeights(random, dtype, N, K);
    const [x, dy] = [floats(random, T * K), floats(random, T * N)];
    const sizes = { params: [N, K], cells: [T] };
    const dx = output(`matmul_${dtype}_f32_backward`, { ...sizes, operands: [w, dy, zeros(T * K)] }, 2);
    return { call: { ...sizes, operands: [w, x, zeros(T * N)] }, y: 2, dy, gradients: new Map([[1, dx]]) };
  };
}

const checks: Record<string, Draw> = {
  softmax_f32: rowwise("softmax_f32", "y"),
  log_softmax_f32: rowwise("log_softmax_f32", "y"),
  rms_norm_f32: rmsNorm,
  layer_norm_f32: layerNorm,
  group_norm_f32: groupNorm,
  log_sum_exp_f32: logSumExp,
  cross_entropy_f32: crossEntropy,
  rope_interleaved_f32: rope("rope_interleaved_f32"),
  rope_halved_f32: rope("rope_halved_f32"),
  swiglu_f32: swiglu,
  silu_f32: activation("silu", "x"),
  gelu_f32: activation("gelu", "x"),
  gelu_erf_f32: activation("gelu_erf", "x"),
  relu_f32: activation("relu", "x"),
  sigmoid_f32: activation("sigmoid", "y"),
  tanh_f32: activation("tanh", "y"),
  attention_train_f32: attention,
  index_select_b32: indexSelect,
  gather_b32: gather,
  scatter_b32: scatter,
  cumprod_f32: cumprod("cumprod_backward_f32"),
  cumprod_f64: cumprod("cumprod_backward_f64"),
  prod_f32: prod,
  ...Object.fromEntries([...blockFormats.keys()].map((dtype) => [`matmul_${dtype}_f32`, quantized(dtype)])),
};

for (const [row, draw] of Object.entries(checks)) {
  Deno.test(`the gradients of ${row} are its oracle's slopes`, () => {
    const random = new Random(seed);
    for (let i = row.startsWith("matmul") ? 10 : 0; i < 12; i++) check(row, draw(random));
  });
}

/** Rows of conv.ts, pool.ts and upsample.ts, which conv_gradient_test.ts checks. */
const elsewhere = /^(conv2d|max_pool2d|avg_pool2d|upsample_\w+2d)_/;

Deno.test("every backward row is checked against slopes", () => {
  const forward = (name: string) => name.replace("_weight_backward", "").replace("_backward", "");
  for (const name of references.keys()) {
    if (name.includes("_backward") && !elsewhere.test(name)) {
      ok(forward(name) in checks, `${name} has no finite differences`);
    }
  }
});
