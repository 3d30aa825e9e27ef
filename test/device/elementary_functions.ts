/**
 * The elementary functions of the kernel table in float64, for sweeps over all exponents.
 *
 * @module
 */
import { erf } from "../reference/elementwise.ts";
import { cosine, sine } from "./angles.ts";

/** What a row should give. */
export interface Swept {
  /** The row without its dtype. */
  stem: string;
  /** The method of Tensor; by default the stem. */
  op?: string;
  /** The method's arguments; by default the row's parameters. */
  args?: readonly unknown[];
  f: (x: number) => number;
  /** The row's own parameters, after its strides. */
  params?: readonly number[];
  /** The largest error of f32 and f64 relative to the result, where that is normal. */
  relative?: Bounds;
  /** The largest beside 1 + |y|. */
  absolute?: Bounds;
  /** The largest size of a result. */
  most?: number;
  /** Whether a result of 0 may have either sign. */
  eitherZero?: boolean;
}

/** Of f32, and of f64 where it has the row. */
type Bounds = readonly [f32: number, f64?: number];

/** 1 / (1 + e^-x), where e^-x overflows as well. */
const sigmoid = (x: number) => x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
/** 0 far out, but -Infinity times 0 is NaN, as in PyTorch. */
const gated = (x: number, v: number) => {
  const root = Math.exp(v / 2); // e^v alone may be 0 where x e^v is none
  return v < -50 ? x * root * root : x * sigmoid(v);
};
const gelu = (x: number) => gated(x, 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3));

/** 1 - erf(x) for x >= 0. */
function rest(x: number): number {
  if (!(x > 2)) return 1 - erf(x);
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / (x + fraction) / Math.sqrt(Math.PI);
}
const geluErf = (x: number) => 0.5 * x * (x < 0 ? rest(-x / Math.SQRT2) : 1 + erf(x / Math.SQRT2));
const power = (exponent: number) => (x: number) => x === 1 || exponent === 0 ? 1 : x ** exponent;

export const functions: readonly Swept[] = [
  { stem: "neg", f: (x) => -x, relative: [0, 0] },
  { stem: "abs", f: Math.abs, relative: [0, 0] },
  { stem: "sqrt", f: Math.sqrt, relative: [6e-8, 2e-16] },
  { stem: "rsqrt", f: (x) => 1 / Math.sqrt(x), relative: [1.2e-7, 3e-16] },
  { stem: "reciprocal", f: (x) => 1 / x, relative: [6e-8] },
  { stem: "exp", f: Math.exp, relative: [1.2e-7, 3e-16] },
  { stem: "expm1", f: Math.expm1, relative: [3e-7, 3e-16] },
  { stem: "log", f: Math.log, relative: [2e-7, 3e-16] },
  { stem: "log2", f: Math.log2, absolute: [1e-7, 3e-16] },
  { stem: "log10", f: Math.log10, absolute: [1.6e-7, 3e-16] },
  { stem: "log1p", f: Math.log1p, relative: [3e-7, 3e-16] },
  { stem: "sin", f: sine, absolute: [1.3e-7, 2e-16], most: 1 },
  { stem: "cos", f: cosine, absolute: [1.3e-7, 2e-16], most: 1 },
  { stem: "tan", f: (x) => sine(x) / cosine(x), relative: [4e-7, 1e-15] },
  { stem: "tanh", f: Math.tanh, relative: [3.5e-7, 4e-16], most: 1 },
  { stem: "erf", f: erfOf, relative: [4e-7, 2e-14], most: 1 },
  { stem: "sigmoid", f: sigmoid, absolute: [1e-7, 4e-16], most: 1 },
  { stem: "silu", f: (x) => gated(x, x), absolute: [1.5e-7, 5e-16] },
  { stem: "gelu", f: gelu, args: ["tanh"], absolute: [1e-7, 5e-16] },
  { stem: "gelu_erf", op: "gelu", f: geluErf, absolute: [1.5e-7, 2e-14] },
  { stem: "softplus", f: softplus, params: [1], absolute: [2e-7] },
  { stem: "mish", f: (x) => x * Math.tanh(softplus(x)), absolute: [3e-7] },
  { stem: "elu", f: (x) => x < 0 ? Math.expm1(x) : x, params: [1], relative: [3e-7], eitherZero: true },
  {
    stem: "selu",
    f: (x) => 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * Math.expm1(x) : x),
    relative: [4e-7],
    eitherZero: true,
  },
  { stem: "relu", f: (x) => Math.max(x, 0), relative: [0, 0], eitherZero: true },
  {
    stem: "hard_sigmoid",
    op: "hardSigmoid",
    f: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
    absolute: [1e-7],
  },
  {
    stem: "hard_swish",
    op: "hardSwish",
    f: (x) => x * Math.min(Math.max(x + 3, 0), 6) / 6,
    relative: [3e-7],
  },
  ...[0.5, -0.5, 1, -1, 2, -2, 3, 5, -250].map((exponent): Swept => ({
    stem: "pow_scalar",
    op: "pow",
    f: power(exponent),
    params: [exponent],
    relative: [3e-7],
  })),
];

/** Also where the series of the oracle has lost its first term. */
function erfOf(x: number): number {
  return Math.abs(x) < 1e-9 ? x * 1.1283791670955126 : erf(x);
}

const BITS = {
  f32: { exponents: 256, digits: 23, reach: 110, steps: 64 },
  f64: { exponents: 2048, digits: 52, reach: 760, steps: 4 },
};

/** Numbers of every exponent and both signs, subnormals, zeros, infinities and a NaN among them, and many of usual size. */
export function everyExponent(dtype: "f32" | "f64"): number[] {
  const { exponents, digits } = BITS[dtype];
  const wide = new DataView(new ArrayBuffer(8));
  const read = (bits: bigint) => {
    if (dtype === "f64") return wide.setBigUint64(0, bits), wide.getFloat64(0);
    return wide.setUint32(0, Number(bits)), wide.getFloat32(0);
  };
  const whole = 1n << BigInt(digits);
  const significands = [
    0n,
    1n,
    whole / 7n,
    whole / 3n,
    whole / 2n,
    whole * 5n / 7n,
    whole * 9n / 11n,
    whole - 1n,
  ];
  const positive = Array.from({ length: exponents }, (_, e) => significands.map((s) => BigInt(e) * whole + s))
    .flat();
  const sign = whole * BigInt(exponents);
  const found = positive.flatMap((bits) => [read(bits), read(bits + sign)]);
  const { reach, steps } = BITS[dtype]; // where e^x leaves the range
  const between = Array.from({ length: 2 * reach * steps }, (_, i) => i / steps - reach);
  return [...found.filter((x) => !Number.isNaN(x)), ...between, NaN];
}

/** The smallest normal number. */
export const NORMAL = { f32: 2 ** -126, f64: 2 ** -1022 };

/** What is wrong with y as f(x), if anything. */
export function fault(swept: Swept, dtype: "f32" | "f64", x: number, y: number): string | undefined {
  const { f, relative, absolute, most = Infinity, eitherZero } = swept;
  const exact = f(x);
  const expected = dtype === "f32" ? Math.fround(exact) : exact;
  const said = `${swept.stem}_${dtype}(${x}) is ${y}, expected ${exact}`;
  if (Number.isNaN(expected) !== Number.isNaN(y)) return said;
  if (Math.abs(y) > most) return `${said}: none is beyond ${most}`;
  if (Object.is(expected, y) || Number.isNaN(y)) return;
  if (expected === 0 && y === 0) return eitherZero ? undefined : `${said}: the sign of 0`;
  const bound = (relative ?? absolute)![dtype === "f32" ? 0 : 1] as number;
  const scale = relative ? Math.abs(exact) : 1 + Math.abs(exact);
  if (Math.abs(exact) < NORMAL[dtype] && Math.abs(y) <= NORMAL[dtype]) return; // subnormals may count as 0
  return Math.abs(y - exact) <= bound * scale || isBorder(dtype, expected, y) ? undefined : said;
}

/** Whether one is the largest number and the other infinite. */
function isBorder(dtype: "f32" | "f64", a: number, b: number): boolean {
  const largest = dtype === "f32" ? 3.4028232e38 : 1.7976931348623155e308;
  return a * b > 0 && Math.abs(a) > largest && Math.abs(b) > largest;
}
