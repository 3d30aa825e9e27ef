/**
 * The accuracy that the headers of the elementary functions state, on 65536 numbers each: the conformance test's few
 * random ones would miss the worst.
 */
import { ok } from "node:assert/strict";
import { kernels } from "../../src/device/kernels/mod.ts";
import { erf } from "../reference/elementwise.ts";
import { type Build, call, openBuild } from "./call.ts";

const COUNT = 65536;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const gate = (x: number) => sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const one = (y: number) => 1 + Math.abs(y);

/** A function on an interval, and its largest error relative to `scale` of the result. */
interface Stated {
  row: string;
  f: (x: number) => number;
  /** The row's own, after its strides. */
  params?: number[];
  range: [number, number];
  bound: number;
  scale: (y: number) => number;
}

const stated: Stated[] = [
  { row: "exp_f32", f: Math.exp, range: [-86.9, 88.7], bound: 1.2e-7, scale: Math.abs },
  { row: "tanh_f32", f: Math.tanh, range: [-20, 20], bound: 3.5e-7, scale: Math.abs },
  { row: "erf_f32", f: erf, range: [-5, 5], bound: 4e-7, scale: Math.abs },
  { row: "expm1_f32", f: Math.expm1, range: [-20, 88.7], bound: 3e-7, scale: Math.abs },
  { row: "expm1_f32", f: Math.expm1, range: [-1, 1], bound: 3e-7, scale: Math.abs },
  {
    row: "elu_f32",
    f: (x) => x < 0 ? 0.3 * Math.expm1(x) : x,
    params: [0.3],
    range: [-20, 5],
    bound: 3e-7,
    scale: Math.abs,
  },
  { row: "log1p_f32", f: Math.log1p, range: [-0.99, 3], bound: 3e-7, scale: Math.abs },
  { row: "log1p_f32", f: Math.log1p, range: [-1e-3, 1e-3], bound: 3e-7, scale: Math.abs },
  { row: "softplus_f32", f: softplus, params: [1], range: [-30, 30], bound: 2e-6, scale: Math.abs },
  { row: "softplus_f32", f: softplus, params: [1], range: [-30, 30], bound: 2e-7, scale: one },
  { row: "mish_f32", f: (x) => x * Math.tanh(softplus(x)), range: [-30, 30], bound: 3e-7, scale: one },
  { row: "sin_f32", f: Math.sin, range: [-10, 10], bound: 2e-7, scale: Math.abs },
  { row: "sin_f32", f: Math.sin, range: [-8191, 8191], bound: 1.3e-7, scale: () => 1 },
  { row: "sin_f32", f: Math.sin, range: [8193, 1e7], bound: 1.3e-7, scale: () => 1 },
  { row: "cos_f32", f: Math.cos, range: [-10, 10], bound: 1.3e-7, scale: () => 1 },
  { row: "cos_f32", f: Math.cos, range: [-8191, 8191], bound: 1.3e-7, scale: () => 1 },
  { row: "tan_f32", f: Math.tan, range: [-8191, 8191], bound: 2e-7, scale: (y) => 1 + y * y },
  {
    row: "pow_scalar_f32",
    f: (x) => x ** Math.fround(1.7),
    params: [1.7],
    range: [1e-3, 1e4],
    bound: 1.5e-7,
    scale: Math.abs,
  },
  {
    row: "pow_scalar_f32",
    f: (x) => x ** -250,
    params: [-250],
    range: [0.75, 1.4],
    bound: 1.5e-7,
    scale: Math.abs,
  },
  { row: "sigmoid_f32", f: sigmoid, range: [-100, 100], bound: 1e-7, scale: one },
  { row: "sigmoid_f32", f: sigmoid, range: [-30, 30], bound: 2e-6, scale: Math.abs },
  { row: "silu_f32", f: (x) => x * sigmoid(x), range: [-100, 100], bound: 1.5e-7, scale: one },
  { row: "gelu_f32", f: (x) => x * gate(x), range: [-12, 12], bound: 1e-7, scale: one },
  {
    row: "gelu_erf_f32",
    f: (x) => x / 2 * (1 + erf(x / Math.SQRT2)),
    range: [-16, 16],
    bound: 1.5e-7,
    scale: one,
  },
  { row: "log_f32", f: Math.log, range: [1e-3, 100], bound: 1e-7, scale: one },
  { row: "log_f32", f: Math.log, range: [0.9, 1.1], bound: 2e-7, scale: Math.abs },
  { row: "log2_f32", f: Math.log2, range: [1e-3, 100], bound: 1e-7, scale: one },
  { row: "log10_f32", f: Math.log10, range: [1e-3, 100], bound: 1e-7, scale: one },
];

/** The row's largest error over the numbers x, and where it is; NaN counts as infinite. */
function worst(build: Build, { row, f, params: own = [], scale }: Stated, x: Float32Array): [number, number] {
  const params = [1, 1, COUNT, 0, 0, 0, 1, ...own];
  const operands = [x, new Float32Array(COUNT)];
  const y = call(build, kernels.get(row)!, { label: row, operands, params, cells: [1] })[1] as Float32Array;
  let [largest, at] = [0, 0];
  x.forEach((v, i) => {
    const error = Math.abs(y[i] - f(v)) / (scale(f(v)) || 1);
    if (!(error <= largest)) [largest, at] = [Number.isNaN(error) ? Infinity : error, v];
  });
  return [largest, at];
}

for (const name of ["simd", "relaxed"] as const) {
  Deno.test(`the ${name} build's elementary functions are as accurate as stated`, async (t) => {
    const build = await openBuild(name);
    for (const each of stated) {
      const [low, high] = each.range;
      await t.step(`${each.row} in ${low} .. ${high} to ${each.bound}`, () => {
        const x = Float32Array.from({ length: COUNT }, (_, i) => low + (high - low) * (i + 0.5) / COUNT);
        const [error, at] = worst(build, each, x);
        ok(error <= each.bound, `${each.row}(${at}) errs by ${error}`);
      });
    }
  });
}
