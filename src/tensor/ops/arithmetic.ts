/**
 * Arithmetic on two tensors, or a tensor and a number, with NumPy's broadcasting and PyTorch's promotion.
 *
 * @module
 */
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/elementwise.ts";
import * as more from "../../device/kernels/elementwise_more.ts";
import * as wide from "../../device/kernels/elementwise_wide.ts";
import * as rounding from "../../device/kernels/rounding.ts";
import { WickError } from "../../error.ts";
import { noGrad, refuseGradient, track } from "../autograd.ts";
import { constant } from "../constant.ts";
import { isFloat, isPlain, type PlainDtype } from "../dtype.ts";
import { fits, wordsOf } from "../encode.ts";
import { resultType } from "../promote.ts";
import type { Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";
import { compare, where } from "./compare.ts";
import { named, needTensor, picked, refused, type Saved, sumTo, unaryBy } from "./rule.ts";
import { walked } from "./walk.ts";

/** How to go back through y = f(a, b): which of a, b and y are saved, and the gradients before broadcasting is undone. */
interface BinaryRule {
  saves: string;
  a: (dy: Tensor, saved: Saved) => Tensor;
  b: (dy: Tensor, saved: Saved) => Tensor;
}

/** a + b. */
export const add = arithmetic(
  "add",
  { f32: rows.add_f32, f64: wide.add_f64, i32: more.add_i32, u32: more.add_i32, i64: wide.add_i64 },
  { saves: "", a: (dy) => dy, b: (dy) => dy },
  (b) => [1, b],
);
/** a - b. */
export const sub = arithmetic(
  "sub",
  {
    f32: rows.sub_f32,
    f64: wide.sub_f64,
    i32: more.sub_i32,
    u32: more.sub_i32,
    i64: wide.sub_i64,
    bool: null,
  },
  { saves: "", a: (dy) => dy, b: (dy) => dy.neg() },
  (b) => [1, -b],
);
/** a * b. */
export const mul = arithmetic(
  "mul",
  { f32: rows.mul_f32, f64: wide.mul_f64, i32: more.mul_i32, u32: more.mul_i32, i64: wide.mul_i64 },
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
  {
    f32: rows.maximum_f32,
    f64: wide.maximum_f64,
    i32: more.maximum_i32,
    u32: more.maximum_u32,
    i64: wide.maximum_i64,
  },
  {
    saves: "ab",
    a: (dy, { a, b }) => share(dy, compare("gt", a, b), compare("eq", a, b)),
    b: (dy, { a, b }) => share(dy, compare("lt", a, b), compare("eq", a, b)),
  },
);
/** The smaller of two; of equals each gets half of the gradient. */
export const minimum = arithmetic(
  "minimum",
  {
    f32: rows.minimum_f32,
    f64: wide.minimum_f64,
    i32: more.minimum_i32,
    u32: more.minimum_u32,
    i64: wide.minimum_i64,
  },
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
    a: (dy, { a, b }) => {
      const none = compare("eq", b, 0);
      // what is not chosen is a number, or its own gradient were NaN; small factors come first
      return where(none, 0, dy.mul(b.mul(pow(a, where(none, 0, b.sub(1))))));
    },
    b: (dy, { a, b, y }) => {
      const slope = dy.mul(y).mul(a.log());
      return where(compare("eq", a, 0), where(compare("ge", b, 0), 0, slope), slope);
    },
  },
);
/** a / b rounded down; integers by 0 give 0. */
export const floorDiv = arithmetic("floorDiv", {
  f32: rounding.floor_div_f32,
  f64: wide.floor_div_f64,
  i32: wide.floor_div_i32,
  u32: wide.floor_div_u32,
  i64: wide.floor_div_i64,
  bool: null,
}, "it is constant but for its steps");
/** a - b floorDiv(a, b); integers by 0 leave 0. */
export const remainder = arithmetic(
  "remainder",
  {
    f32: rounding.remainder_f32,
    f64: wide.remainder_f64,
    i32: wide.remainder_i32,
    u32: wide.remainder_u32,
    i64: wide.remainder_i64,
    bool: null,
  },
  { saves: "ab", a: (dy) => dy, b: (dy, { a, b }) => dy.mul(noGrad(() => floorDiv(a, b))).neg() },
);

/** dy where `all` holds, half of it where `half` does, else 0. */
function share(dy: Tensor, all: Tensor, half: Tensor): Tensor {
  return where(all, dy, where(half, dy.mul(0.5), 0));
}

/** Rows by the dtype that they compute in; null where an op is refused. Those of u32 are i32's where the bits agree. */
type Rows = { f32: Kernel; f64: Kernel; i32?: Kernel; u32?: Kernel; i64?: Kernel; bool?: null };

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
    needTensor(name, a, b);
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
  if (!isFloat(dtype)) refuseNumber(op, a, b, dtype);
  if (!op.affine) return promoted(op, a, constant(a.device, b, within), dtype);
  using x = cast(a, within);
  if (within === "f32") {
    using y = affineF32(op, op.affine, x, b);
    return cast(y, dtype);
  }
  using y = op.name === "div" ? quotient(x, b) : affineWide(op.name, op.affine, x, b);
  return cast(y, dtype);
}

/** Integers take a number that they hold, as NumPy's do: what it would wrap to says nothing. */
function refuseNumber({ name }: Arithmetic, a: Tensor, b: number, dtype: PlainDtype): void {
  if (name === "pow" && b < 0) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot pow ${a} by ${b}: negative powers of integers are fractions; convert with to("f32")`,
    );
  }
  if (fits(b, dtype)) return;
  throw new WickError(
    "DTYPE_MISMATCH",
    `Cannot ${name} ${a} and ${b}: ${dtype} has no such element; convert with to()`,
  );
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
function computed({ rows }: Arithmetic, dtype: PlainDtype): "f64" | "f32" | "i64" | "i32" | "u32" {
  if (dtype === "f64" || dtype === "i64") return dtype;
  if (isFloat(dtype)) return "f32";
  if (dtype === "u32" && rows.u32) return "u32";
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

/** x * scale + shift in f64, i64, i32 or u32. */
function affineWide(name: string, numbers: (b: number) => [number, number], x: Tensor, b: number): Tensor {
  const [scale, shift] = numbers(b);
  const row = x.dtype === "f64" ? wide.affine_f64 : x.dtype === "i64" ? wide.affine_i64 : wide.affine_i32;
  const words = [scale, shift].flatMap((number) => wordsOf(number, x.dtype as "f64" | "i64" | "i32" | "u32"));
  return unaryBy(name, row, x, words, { saves: "", x: (dy) => scale === 1 ? dy : dy.mul(scale) });
}

/** x / b in f64: a product with 1 / b would round twice. */
function quotient(x: Tensor, b: number): Tensor {
  return unaryBy("div", wide.quotient_f64, x, wordsOf(b, "f64"), { saves: "", x: (dy) => dy.div(b) });
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
