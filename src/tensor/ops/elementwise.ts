/**
 * Elementwise ops with NumPy's broadcasting.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/elementwise.ts";
import * as more from "../../device/kernels/elementwise_more.ts";
import * as wide from "../../device/kernels/elementwise_wide.ts";
import * as back from "../../device/kernels/activation_backward.ts";
import { swiglu_backward_f32, swiglu_f32 } from "../../device/kernels/gated.ts";
import { WickError } from "../../error.ts";
import { constant, gradientsEnabled, noGrad, refuseGradient, track } from "../autograd.ts";
import { result, rowCount, run } from "../dispatch.ts";
import { type Dtype, isFloat, isHalf, isPlain, type PlainDtype } from "../dtype.ts";
import { encode } from "../encode.ts";
import { resultType } from "../promote.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cast, throughF32 } from "./cast.ts";
import { compare, where } from "./compare.ts";
import { walked } from "./walk.ts";

/** How to go back through y = f(a, b): which of a, b and y are saved, and the gradients before broadcasting is undone. */
interface BinaryRule {
  saves: string;
  a: (dy: Tensor, saved: Saved) => Tensor;
  b: (dy: Tensor, saved: Saved) => Tensor;
}

/** How to go back through y = f(x): which of x and y are saved, and the gradient. */
interface UnaryRule {
  saves: string;
  x: (dy: Tensor, saved: Saved) => Tensor;
}

/** Tensors by the letter that a rule saves them under. */
type Saved = Readonly<Record<string, Tensor>>;

/** a + b. */
export const add = arithmetic(
  "add",
  { f32: rows.add_f32, f64: wide.add_f64, i32: more.add_i32, i64: wide.add_i64 },
  { saves: "", a: (dy) => dy, b: (dy) => dy },
  (b) => [1, b],
);
/** a - b. */
export const sub = arithmetic(
  "sub",
  { f32: rows.sub_f32, f64: wide.sub_f64, i32: more.sub_i32, i64: wide.sub_i64, bool: null },
  { saves: "", a: (dy) => dy, b: (dy) => dy.neg() },
  (b) => [1, -b],
);
/** a * b. */
export const mul = arithmetic(
  "mul",
  { f32: rows.mul_f32, f64: wide.mul_f64, i32: more.mul_i32, i64: wide.mul_i64 },
  { saves: "ab", a: (dy, { b }) => dy.mul(b), b: (dy, { a }) => dy.mul(a) },
  (b) => [b, 0],
);
/** a / b; of integers as f32. */
export const div = arithmetic("div", { f32: rows.div_f32, f64: wide.div_f64 }, {
  saves: "by",
  a: (dy, { b }) => dy.div(b),
  b: (dy, { b, y }) => dy.mul(y).div(b).neg(),
}, (b) => [1 / b, 0]);
/** The larger of two; of equals each gets half of the gradient. */
export const maximum = arithmetic(
  "maximum",
  { f32: rows.maximum_f32, f64: wide.maximum_f64, i32: more.maximum_i32, i64: wide.maximum_i64 },
  {
    saves: "ab",
    a: (dy, { a, b }) => share(dy, compare("gt", a, b), compare("eq", a, b)),
    b: (dy, { a, b }) => share(dy, compare("lt", a, b), compare("eq", a, b)),
  },
);
/** The smaller of two; of equals each gets half of the gradient. */
export const minimum = arithmetic(
  "minimum",
  { f32: rows.minimum_f32, f64: wide.minimum_f64, i32: more.minimum_i32, i64: wide.minimum_i64 },
  {
    saves: "ab",
    a: (dy, { a, b }) => share(dy, compare("lt", a, b), compare("eq", a, b)),
    b: (dy, { a, b }) => share(dy, compare("gt", a, b), compare("eq", a, b)),
  },
);
/** a to the power b. The gradient of b is NaN where a < 0; at 0^b it is 0 for b >= 0, as in PyTorch. */
export const pow = arithmetic(
  "pow",
  { f32: rows.pow_f32, f64: wide.pow_f64, i64: wide.pow_i64, bool: null },
  {
    saves: "aby",
    a: (dy, { a, b }) => where(compare("eq", b, 0), 0, dy.mul(b).mul(pow(a, b.sub(1)))),
    b: (dy, { a, b, y }) => {
      const slope = dy.mul(y).mul(a.log());
      return where(compare("eq", a, 0), where(compare("ge", b, 0), 0, slope), slope);
    },
  },
);
/** a / b rounded down; integers by 0 give 0. */
export const floorDiv = arithmetic("floorDiv", {
  f32: wide.floor_div_f32,
  f64: wide.floor_div_f64,
  i32: wide.floor_div_i32,
  i64: wide.floor_div_i64,
  bool: null,
}, "it is constant but for its steps");
/** a - b floorDiv(a, b); integers by 0 leave 0. */
export const remainder = arithmetic(
  "remainder",
  {
    f32: wide.remainder_f32,
    f64: wide.remainder_f64,
    i32: wide.remainder_i32,
    i64: wide.remainder_i64,
    bool: null,
  },
  { saves: "ab", a: (dy) => dy, b: (dy, { a, b }) => dy.mul(noGrad(() => floorDiv(a, b))).neg() },
);

const unaryOps = {
  neg: { f32: rows.neg_f32, f64: wide.neg_f64, rule: { saves: "", x: (dy) => dy.neg() } },
  abs: {
    f32: rows.abs_f32,
    f64: wide.abs_f64,
    rule: { saves: "x", x: (dy, { x }) => where(compare("lt", x, 0), dy.neg(), share0(dy, x)) },
  },
  exp: { f32: rows.exp_f32, f64: wide.exp_f64, rule: { saves: "y", x: (dy, { y }) => dy.mul(y) } },
  log: { f32: rows.log_f32, f64: wide.log_f64, rule: { saves: "x", x: (dy, { x }) => dy.div(x) } },
  sqrt: {
    f32: rows.sqrt_f32,
    f64: wide.sqrt_f64,
    rule: { saves: "y", x: (dy, { y }) => dy.div(y).mul(0.5) },
  },
  reciprocal: {
    f32: rows.reciprocal_f32,
    rule: { saves: "y", x: (dy, { y }) => dy.mul(y).mul(y).neg() },
  },
  sin: { f32: rows.sin_f32, f64: wide.sin_f64, rule: { saves: "x", x: (dy, { x }) => dy.mul(x.cos()) } },
  cos: {
    f32: rows.cos_f32,
    f64: wide.cos_f64,
    rule: { saves: "x", x: (dy, { x }) => dy.mul(x.sin()).neg() },
  },
  tanh: {
    f32: rows.tanh_f32,
    f64: wide.tanh_f64,
    rule: slope("y", back.tanh_backward_f32, (y) => y.mul(y).neg().add(1)),
  },
  sigmoid: {
    f32: rows.sigmoid_f32,
    f64: wide.sigmoid_f64,
    rule: slope("y", back.sigmoid_backward_f32, (y) => y.mul(y.neg().add(1))),
  },
  relu: {
    f32: rows.relu_f32,
    f64: wide.relu_f64,
    rule: { saves: "x", x: (dy, { x }) => wherePositive(x, dy) },
  },
  silu: {
    f32: rows.silu_f32,
    f64: wide.silu_f64,
    rule: slope("x", back.silu_backward_f32, siluSlope),
  },
  gelu: {
    f32: rows.gelu_f32,
    f64: wide.gelu_f64,
    rule: slope("x", back.gelu_backward_f32, geluSlope),
  },
  gelu_erf: { f32: rows.gelu_erf_f32, rule: slope("x", back.gelu_erf_backward_f32, geluErfSlope) },
} satisfies Record<string, { f32: Kernel; f64?: Kernel; rule: UnaryRule }>;

/** A function of one tensor. */
export function unary(name: keyof typeof unaryOps, x: Tensor): Tensor {
  const { f32, rule } = unaryOps[name];
  return x.dtype === "f32" ? unaryBy(name, f32, x, [], rule) : unaryOther(name, x);
}

/** Of f64 by its own row; of f16 and bf16 by way of f32; of integers as integers where the function keeps them. */
function unaryOther(name: keyof typeof unaryOps, x: Tensor): Tensor {
  const { f64, rule }: { f64?: Kernel; rule: UnaryRule } = unaryOps[name];
  if (x.dtype === "f64" && f64) return unaryBy(name, f64, x, [], rule);
  if (x.dtype === "f64" && name === "reciprocal") return div(constant(x.device, 1, "f64"), x);
  if (isHalf(x.dtype)) return throughF32(x, (x) => unary(name, x));
  if (!isPlain(x.dtype) || isFloat(x.dtype)) throw refused(name, x);
  if (name === "neg") return mul(x, -1);
  if (name === "abs") return absolute(x);
  if (name === "relu") return maximum(x, constant(x.device, 0, x.dtype));
  using converted = cast(x, "f32");
  return unary(name, converted);
}

/** Of integers. */
function absolute(x: Tensor): Tensor {
  if (x.dtype === "u8" || x.dtype === "bool") return x.contiguous();
  using negative = mul(x, -1);
  return maximum(x, negative);
}

/** dy where `all` holds, half of it where `half` does, else 0. */
function share(dy: Tensor, all: Tensor, half: Tensor): Tensor {
  return where(all, dy, where(half, dy.mul(0.5), 0));
}

/** dy where x > 0, else 0: at 0 as PyTorch, and where x is NaN. */
function share0(dy: Tensor, x: Tensor): Tensor {
  return where(compare("gt", x, 0), dy, 0);
}

/** dy times a slope of x or y: by a row of its own, or composed where its gradient may be asked for. */
function slope(saves: "x" | "y", row: Kernel, of: (t: Tensor) => Tensor): UnaryRule {
  return {
    saves,
    x: (dy, saved) =>
      gradientsEnabled() || dy.dtype !== "f32"
        ? dy.mul(of(saved[saves]))
        : elementByElement(row, saved[saves], dy),
  };
}

/** dy where x > 0, else 0: linear in dy. */
function wherePositive(x: Tensor, dy: Tensor): Tensor {
  if (dy.dtype !== "f32") return share0(dy, x);
  const dx = elementByElement(back.relu_backward_f32, x, dy);
  return track("relu's gradient", dx, [dy], [x], (d, [x]) => [wherePositive(x, d)]);
}

/** A row over two tensors of one shape. */
function elementByElement(row: Kernel, a: Tensor, b: Tensor): Tensor {
  return noGrad(() => {
    using x = a.contiguous();
    using dy = b.contiguous();
    const dx = result(row.name, [x, dy], "f32", x.shape, x.rows);
    run(row, [x, dy, dx], [x.shape.at(-1) ?? 1], [rowCount(x)]);
    return dx;
  });
}

/** s (1 + x (1 - s)) with s = sigmoid(x). */
function siluSlope(x: Tensor): Tensor {
  const s = x.sigmoid();
  return s.mul(x.mul(s.neg().add(1)).add(1));
}

/** (1 + t) / 2 + x (1 - t^2) u' / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3) and t = tanh(u). */
function geluSlope(x: Tensor): Tensor {
  const root = Math.sqrt(2 / Math.PI);
  const square = x.mul(x);
  const t = x.mul(square.mul(0.044715).add(1)).mul(root).tanh();
  const inner = square.mul(3 * 0.044715).add(1).mul(root);
  return t.add(1).mul(0.5).add(x.mul(0.5).mul(t.mul(t).neg().add(1)).mul(inner));
}

/** gelu(x) / x + x e^(-x^2 / 2) / sqrt(2 pi), the first as (1 + erf(x / sqrt(2))) / 2. */
function geluErfSlope(x: Tensor): Tensor {
  const density = x.mul(x).mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));
  // away from 0 gelu(x) / x is exact enough; at 0 it is 1 / 2: a shift far below f32's grain keeps both
  const cumulative = unary("gelu_erf", x.add(1e-30)).div(x.add(1e-30));
  return cumulative.add(x.mul(density));
}

/** silu(gate) * up, both [.., F]. */
export function swiglu(gate: Tensor, up: Tensor): Tensor {
  needF32("swiglu", gate, up);
  if (show(gate.shape) !== show(up.shape) || !gate.isContiguous || !up.isContiguous) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot swiglu ${gate} and ${up}: both must be contiguous and of one shape`,
    );
  }
  const y = result("swiglu", [gate, up], "f32", gate.shape, gate.rows);
  run(swiglu_f32, [gate, up, y], [gate.shape.at(-1)!], [rowCount(gate)]);
  return track("swiglu", y, [gate, up], [gate, up], (dy, [gate, up]) => {
    if (gradientsEnabled()) return [dy.mul(up).mul(siluSlope(gate)), dy.mul(unary("silu", gate))];
    using d = dy.contiguous();
    const [dgate, dup] = [0, 1].map(() =>
      result("swiglu's gradient", [gate, up, d], "f32", gate.shape, gate.rows)
    );
    run(swiglu_backward_f32, [gate, up, d, dgate, dup], [gate.shape.at(-1)!], [rowCount(gate)]);
    return [dgate, dup];
  });
}

/** The elements as f32, contiguous. */
export function toF32(x: Tensor): Tensor {
  return x.dtype === "f32" ? x.contiguous() : cast(x, "f32");
}

/** Rows by the dtype that they compute in; null where an op is refused. */
type Rows = { f32: Kernel; f64: Kernel; i32?: Kernel; i64?: Kernel; bool?: null };

/** An op of two, as its rows, its rule (or why it has none), and the numbers of y = x * scale + shift. */
interface Arithmetic {
  name: string;
  rows: Rows;
  rule: BinaryRule | string;
  affine?: (b: number) => [number, number];
}

/** A binary op that also takes a number: where it can, as y = x * scale + shift. */
function arithmetic(
  name: string,
  rows: Rows,
  rule: BinaryRule | string,
  affine?: (b: number) => [number, number],
): (a: Tensor, b: Tensor | number) => Tensor {
  const op = { name, rows, rule, affine };
  return (a, b) => {
    if (typeof b === "number") return withNumber(op, a, b);
    return a.dtype === "f32" && b.dtype === "f32" ? binary(op, rows.f32, a, b) : promoted(op, a, b);
  };
}

/** Operands converted to what they promote to, the op in what computes it, and the result converted back. */
function promoted(op: Arithmetic, a: Tensor, b: Tensor, dtype: PlainDtype = resultOf(op, a, b)): Tensor {
  const within = computed(op, dtype);
  const row = op.rows[within]!;
  if (a.dtype === within && b.dtype === within) return binary(op, row, a, b);
  using x = cast(a, within);
  using y = cast(b, within);
  using z = binary(op, row, x, y);
  return cast(z, dtype);
}

function withNumber(op: Arithmetic, a: Tensor, b: number): Tensor {
  if (a.dtype === "f32" && op.affine) return affineF32(op, op.affine, a, b);
  if (!isPlain(a.dtype)) throw refused(op.name, a);
  const dtype = resultOf(op, a, b);
  const within = computed(op, dtype);
  if (!op.affine) return promoted(op, a, constant(a.device, b, within), dtype);
  using x = cast(a, within);
  if (within === "f32") {
    using y = affineF32(op, op.affine, x, b);
    return cast(y, dtype);
  }
  using y = op.name === "div" ? quotient(x, b) : affineWide(op.name, op.affine, x, b);
  return cast(y, dtype);
}

function resultOf(op: Arithmetic, a: Tensor, b: Tensor | number): PlainDtype {
  const dtype = resultType([a, b], op.name);
  if (op.name === "div" && !isFloat(dtype)) return "f32";
  if (dtype !== "f8e4m3" && !(dtype === "bool" && op.rows.bool === null)) return dtype;
  throw new WickError(
    "DTYPE_MISMATCH",
    `Cannot ${op.name} ${a} and ${b}: ${dtype} has no such arithmetic; convert with to()`,
  );
}

/** What an op computes a dtype in. */
function computed({ rows }: Arithmetic, dtype: PlainDtype): "f64" | "f32" | "i64" | "i32" {
  if (dtype === "f64" || dtype === "i64") return dtype;
  if (isFloat(dtype)) return "f32";
  return rows.i32 ? "i32" : "i64";
}

function affineF32(
  { name }: Arithmetic,
  numbers: (b: number) => [number, number],
  a: Tensor,
  b: number,
): Tensor {
  const [scale, shift] = numbers(b);
  const x = (dy: Tensor) => scale === 1 ? dy : dy.mul(scale);
  return unaryBy(name, rows.affine_f32, a, [scale, shift], { saves: "", x });
}

/** x * scale + shift in f64, i64 or i32. */
function affineWide(name: string, numbers: (b: number) => [number, number], x: Tensor, b: number): Tensor {
  const [scale, shift] = numbers(b);
  const row = x.dtype === "f64" ? wide.affine_f64 : x.dtype === "i64" ? wide.affine_i64 : wide.affine_i32;
  const words = [...wordsOf(scale, x.dtype), ...wordsOf(shift, x.dtype)];
  return unaryBy(name, row, x, words, { saves: "", x: (dy) => scale === 1 ? dy : dy.mul(scale) });
}

/** x / b in f64: a product with 1 / b would round twice. */
function quotient(x: Tensor, b: number): Tensor {
  return unaryBy("div", wide.quotient_f64, x, wordsOf(b, "f64"), { saves: "", x: (dy) => dy.div(b) });
}

/** A parameter as 32-bit words, low first. */
function wordsOf(value: number, dtype: Dtype): number[] {
  return Array.from(new Int32Array(encode([value], dtype as PlainDtype).buffer));
}

function binary({ name, rule }: Arithmetic, kernel: Kernel, a: Tensor, b: Tensor): Tensor {
  if (typeof rule === "string") {
    refuseGradient(name, [a, b], rule);
    return walked(name, kernel, [a, b], a.dtype);
  }
  const y = walked(name, kernel, [a, b], a.dtype);
  const shapes = [a.shape, b.shape];
  return track(name, y, [a, b], picked(rule.saves, { a, b, y }), (dy, tensors, needs) => {
    const saved = named(rule.saves, tensors);
    return [rule.a, rule.b].map((back, i) => needs[i] ? sumTo(back(dy, saved), shapes[i]) : undefined);
  });
}

function picked(names: string, from: Saved): Tensor[] {
  return [...names].map((name) => from[name]);
}

function named(names: string, tensors: readonly Tensor[]): Saved {
  return Object.fromEntries([...names].map((name, i) => [name, tensors[i]]));
}

/** Sums what broadcasting repeated. */
export function sumTo(gradient: Tensor, shape: readonly number[]): Tensor {
  let y = gradient;
  while (y.rank > shape.length) y = y.sum(0);
  shape.forEach((n, d) => {
    if (n === 1 && y.shape[d] !== 1) y = y.sum(d, true);
  });
  return y;
}

/** The caller knows that the row takes x. */
function unaryBy(
  name: string,
  kernel: Kernel,
  x: Tensor,
  tail: readonly number[],
  rule: UnaryRule,
): Tensor {
  const y = walked(name, kernel, [x], x.dtype, tail);
  const save = picked(rule.saves, { x, y });
  return track(name, y, [x], save, (dy, saved) => [rule.x(dy, named(rule.saves, saved))]);
}

function needF32(name: string, ...tensors: Tensor[]): void {
  for (const t of tensors) if (t.dtype !== "f32") throw refused(name, t);
}

function refused(name: string, x: Tensor): WickError {
  return new WickError("DTYPE_MISMATCH", `Cannot ${name} ${x}: it takes f32; convert with to("f32")`);
}
