/**
 * Functions of one tensor, element by element.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/elementwise.ts";
import * as wide from "../../device/kernels/elementwise_wide.ts";
import * as back from "../../device/kernels/activation_backward.ts";
import { swiglu_backward_f32, swiglu_f32 } from "../../device/kernels/gated.ts";
import { WickError } from "../../error.ts";
import { asOp } from "../as_op.ts";
import { gradientsEnabled, noGrad, track } from "../autograd.ts";
import { constant } from "../constant.ts";
import { result, rowCount, run } from "../dispatch.ts";
import { isFloat, isHalf, isPlain, isUnsigned } from "../dtype.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { div, maximum, mul, sub } from "./arithmetic.ts";
import { cast, inWide, someHalf, throughF32 } from "./cast.ts";
import { compare, where } from "./compare.ts";
import { refused, unaryBy, type UnaryRule } from "./rule.ts";

export { add, div, floorDiv, maximum, minimum, mul, pow, remainder, sub } from "./arithmetic.ts";
export { sumTo } from "./rule.ts";

const unaryOps = {
  neg: { f32: rows.neg_f32, f64: wide.neg_f64, rule: { saves: "", x: (dy) => dy.neg() } },
  abs: {
    f32: rows.abs_f32,
    f64: wide.abs_f64,
    rule: { saves: "x", x: (dy, { x }) => where(compare("lt", x, 0), dy.neg(), share0(dy, x)) },
  },
  exp: { f32: rows.exp_f32, f64: wide.exp_f64, rule: { saves: "y", x: (dy, { y }) => dy.mul(y) } },
  log: { f32: rows.log_f32, f64: wide.log_f64, rule: { saves: "x", x: (dy, { x }) => dy.div(x) } },
  log2: {
    f32: rows.log2_f32,
    f64: wide.log2_f64,
    rule: { saves: "x", x: (dy, { x }) => dy.div(x).mul(Math.LOG2E) },
  },
  log10: {
    f32: rows.log10_f32,
    f64: wide.log10_f64,
    rule: { saves: "x", x: (dy, { x }) => dy.div(x).mul(Math.LOG10E) },
  },
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
  tan: {
    f32: rows.tan_f32,
    f64: wide.tan_f64,
    rule: { saves: "y", x: (dy, { y }) => dy.mul(y.mul(y).add(1)) },
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
  gelu_erf: {
    f32: rows.gelu_erf_f32,
    f64: wide.gelu_erf_f64,
    rule: slope("x", back.gelu_erf_backward_f32, geluErfSlope),
  },
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
  if (name === "neg") return x.dtype === "u8" || x.dtype === "u32" ? opposite(x) : mul(x, -1);
  if (name === "abs") return absolute(x);
  if (name === "relu") return maximum(x, constant(x.device, 0, x.dtype));
  using converted = cast(x, "f32");
  return unary(name, converted);
}

/** 0 - x, which wraps around. */
function opposite(x: Tensor): Tensor {
  return sub(constant(x.device, 0, x.dtype), x);
}

/** Of integers. */
function absolute(x: Tensor): Tensor {
  if (isUnsigned(x.dtype)) return x.contiguous();
  using negative = mul(x, -1);
  return maximum(x, negative);
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
  const square = x.mul(x).clamp(0, 1e6); // a number, as 1 - t^2 is 0 there
  const t = x.mul(square.mul(0.044715).add(1)).mul(root).tanh();
  const inner = square.mul(3 * 0.044715).add(1).mul(root);
  return t.add(1).mul(0.5).add(x.mul(0.5).mul(t.mul(t).neg().add(1)).mul(inner));
}

/** (1 + erf(x / sqrt(2))) / 2 + x e^(-x^2 / 2) / sqrt(2 pi). */
function geluErfSlope(x: Tensor): Tensor {
  const density = x.mul(x).mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));
  return x.mul(Math.SQRT1_2).erf().mul(0.5).add(0.5).add(x.mul(density));
}

/** silu(gate) * up, both [.., F]. */
export function swiglu(gate: Tensor, up: Tensor): Tensor {
  return asOp("swiglu", () => {
    if (someHalf([gate, up])) return inWide([gate, up], swiglu);
    if (gate.dtype === "f64" && up.dtype === "f64") {
      using open = unary("silu", gate);
      return open.mul(up);
    }
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
  });
}

/** gelu(gate) * up, both of one shape (Shazeer 2020). */
export function geglu(gate: Tensor, up: Tensor): Tensor {
  return asOp("geglu", () => {
    using open = gate.gelu();
    return open.mul(up);
  });
}

/** The elements as f32, contiguous. */
export function toF32(x: Tensor): Tensor {
  return x.dtype === "f32" ? x.contiguous() : cast(x, "f32");
}

function needF32(name: string, ...tensors: Tensor[]): void {
  for (const t of tensors) if (t.dtype !== "f32") throw refused(name, t);
}
