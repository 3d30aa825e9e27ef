/**
 * Elementwise ops with NumPy's broadcasting.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as casts from "../../device/kernels/copy.ts";
import * as rows from "../../device/kernels/elementwise.ts";
import * as back from "../../device/kernels/activation_backward.ts";
import { swiglu_backward_f32, swiglu_f32 } from "../../device/kernels/gated.ts";
import { WickError } from "../../error.ts";
import { gradientsEnabled, noGrad, track } from "../autograd.ts";
import { result, rowCount, run } from "../dispatch.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
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
export const add = binaryOrAffine("add", rows.add_f32, (b) => [1, b], {
  saves: "",
  a: (dy) => dy,
  b: (dy) => dy,
});
/** a - b. */
export const sub = binaryOrAffine("sub", rows.sub_f32, (b) => [1, -b], {
  saves: "",
  a: (dy) => dy,
  b: (dy) => dy.neg(),
});
/** a * b. */
export const mul = binaryOrAffine("mul", rows.mul_f32, (b) => [b, 0], {
  saves: "ab",
  a: (dy, { b }) => dy.mul(b),
  b: (dy, { a }) => dy.mul(a),
});
/** a / b. */
export const div = binaryOrAffine("div", rows.div_f32, (b) => [1 / b, 0], {
  saves: "by",
  a: (dy, { b }) => dy.div(b),
  b: (dy, { b, y }) => dy.mul(y).div(b).neg(),
});
/** The larger of two; of equals each gets half of the gradient. */
export const maximum = (a: Tensor, b: Tensor): Tensor =>
  binary("maximum", rows.maximum_f32, a, b, {
    saves: "ab",
    a: (dy, { a, b }) => share(dy, compare("gt", a, b), compare("eq", a, b)),
    b: (dy, { a, b }) => share(dy, compare("lt", a, b), compare("eq", a, b)),
  });
/** The smaller of two; of equals each gets half of the gradient. */
export const minimum = (a: Tensor, b: Tensor): Tensor =>
  binary("minimum", rows.minimum_f32, a, b, {
    saves: "ab",
    a: (dy, { a, b }) => share(dy, compare("lt", a, b), compare("eq", a, b)),
    b: (dy, { a, b }) => share(dy, compare("gt", a, b), compare("eq", a, b)),
  });
/** a to the power b. The gradient of b is NaN where a < 0; at 0^b it is 0 for b >= 0, as in PyTorch. */
export const pow = (a: Tensor, b: Tensor): Tensor =>
  binary("pow", rows.pow_f32, a, b, {
    saves: "aby",
    a: (dy, { a, b }) => where(compare("eq", b, 0), 0, dy.mul(b).mul(pow(a, b.sub(1)))),
    b: (dy, { a, b, y }) => {
      const slope = dy.mul(y).mul(a.log());
      return where(compare("eq", a, 0), where(compare("ge", b, 0), 0, slope), slope);
    },
  });

const unaryOps = {
  neg: { row: rows.neg_f32, rule: { saves: "", x: (dy) => dy.neg() } },
  abs: {
    row: rows.abs_f32,
    rule: { saves: "x", x: (dy, { x }) => where(compare("lt", x, 0), dy.neg(), share0(dy, x)) },
  },
  exp: { row: rows.exp_f32, rule: { saves: "y", x: (dy, { y }) => dy.mul(y) } },
  log: { row: rows.log_f32, rule: { saves: "x", x: (dy, { x }) => dy.div(x) } },
  sqrt: { row: rows.sqrt_f32, rule: { saves: "y", x: (dy, { y }) => dy.div(y).mul(0.5) } },
  reciprocal: { row: rows.reciprocal_f32, rule: { saves: "y", x: (dy, { y }) => dy.mul(y).mul(y).neg() } },
  sin: { row: rows.sin_f32, rule: { saves: "x", x: (dy, { x }) => dy.mul(x.cos()) } },
  cos: { row: rows.cos_f32, rule: { saves: "x", x: (dy, { x }) => dy.mul(x.sin()).neg() } },
  tanh: { row: rows.tanh_f32, rule: slope("y", back.tanh_backward_f32, (y) => y.mul(y).neg().add(1)) },
  sigmoid: {
    row: rows.sigmoid_f32,
    rule: slope("y", back.sigmoid_backward_f32, (y) => y.mul(y.neg().add(1))),
  },
  relu: { row: rows.relu_f32, rule: { saves: "x", x: (dy, { x }) => wherePositive(x, dy) } },
  silu: { row: rows.silu_f32, rule: slope("x", back.silu_backward_f32, siluSlope) },
  gelu: { row: rows.gelu_f32, rule: slope("x", back.gelu_backward_f32, geluSlope) },
  gelu_erf: { row: rows.gelu_erf_f32, rule: slope("x", back.gelu_erf_backward_f32, geluErfSlope) },
} satisfies Record<string, { row: Kernel; rule: UnaryRule }>;

/** A function of one tensor. */
export function unary(name: keyof typeof unaryOps, x: Tensor): Tensor {
  const { row, rule } = unaryOps[name];
  return unaryBy(name, row, x, [], rule);
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
    x: (dy, saved) => gradientsEnabled() ? dy.mul(of(saved[saves])) : elementByElement(row, saved[saves], dy),
  };
}

/** dy where x > 0, else 0: linear in dy. */
function wherePositive(x: Tensor, dy: Tensor): Tensor {
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

/** gelu(gate) * up, both of one shape (Shazeer 2020). */
export function geglu(gate: Tensor, up: Tensor): Tensor {
  using open = gate.gelu();
  return open.mul(up);
}

const castRows: Partial<Record<string, Kernel>> = {
  f16: casts.cast_f16_f32,
  bf16: casts.cast_bf16_f32,
  i32: casts.cast_i32_f32,
};

/** The elements as f32. */
export function toF32(x: Tensor): Tensor {
  if (x.dtype === "f32") return x.contiguous();
  const kernel = castRows[x.dtype];
  if (!kernel) throw new WickError("DTYPE_MISMATCH", `Cannot convert ${x} to f32`);
  using dense = x.contiguous();
  const y = result("toF32", [dense], "f32", x.shape, x.rows);
  run(kernel, [dense, y], [x.shape.at(-1) ?? 1], [rowCount(dense)]);
  return y;
}

/** A binary op that also takes a number, as y = x * scale + shift. */
function binaryOrAffine(
  name: string,
  kernel: Kernel,
  affine: (b: number) => [number, number],
  rule: BinaryRule,
) {
  return (a: Tensor, b: Tensor | number): Tensor => {
    if (typeof b !== "number") return binary(name, kernel, a, b, rule);
    const [scale, shift] = affine(b);
    const x = (dy: Tensor) => scale === 1 ? dy : dy.mul(scale);
    return unaryBy(name, rows.affine_f32, a, [scale, shift], { saves: "", x });
  };
}

function binary(name: string, kernel: Kernel, a: Tensor, b: Tensor, rule: BinaryRule): Tensor {
  needF32(name, a, b);
  const y = walked(name, kernel, [a, b], "f32");
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

/** Sums what broadcasting repeated, all of it at once. */
export function sumTo(gradient: Tensor, shape: readonly number[]): Tensor {
  const more = gradient.rank - shape.length;
  const repeats = (n: number, d: number) => d < more || (n !== 1 && shape[d - more] === 1);
  const dims = gradient.shape.flatMap((n, d) => repeats(n, d) ? [d] : []);
  if (dims.length === 0) return gradient;
  const inside = dims.some((d) => d >= more);
  const y = gradient.sum(dims, inside);
  return inside && more > 0 ? y.reshape(...shape) : y;
}

function unaryBy(
  name: string,
  kernel: Kernel,
  x: Tensor,
  tail: readonly number[],
  rule: UnaryRule,
): Tensor {
  needF32(name, x);
  const y = walked(name, kernel, [x], "f32", tail);
  const save = picked(rule.saves, { x, y });
  return track(name, y, [x], save, (dy, saved) => [rule.x(dy, named(rule.saves, saved))]);
}

function needF32(name: string, ...tensors: Tensor[]): void {
  for (const t of tensors) {
    if (t.dtype !== "f32") {
      throw new WickError("DTYPE_MISMATCH", `Cannot ${name} ${t}: it takes f32; convert with toF32()`);
    }
  }
}
