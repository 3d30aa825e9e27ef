/**
 * The tensor: a view of counted device memory with a dtype, a shape and strides.
 *
 * @module
 */
import type { Cell, Device, OperandView, Storage } from "../device/device.ts";
import { type DeviceName, isDevice } from "../device/open.ts";
import { WickError } from "../error.ts";
import { making, methodsAsOps } from "./as_op.ts";
import {
  type Dtype,
  holds,
  isPacked,
  isPlain,
  isTrainable,
  itemBytes,
  type NumericArray,
  type PlainArray,
  plainArray,
  type PlainDtype,
} from "./dtype.ts";
import { backward, type BackwardOptions, type Gradients, Variable } from "./autograd.ts";
import * as activation from "./ops/activation.ts";
import { cast } from "./ops/cast.ts";
import { besideInfinity, compare, logical, logicalNot, where } from "./ops/compare.ts";
import * as convolution from "./ops/conv.ts";
import * as diagonals from "./ops/diagonal.ts";
import * as elementwise from "./ops/elementwise.ts";
import { indexAdd, indexSelect, takeRows } from "./ops/index_select.ts";
import * as join from "./ops/join.ts";
import { maskedFill, maskedSelect, nonzero } from "./ops/mask.ts";
import { logSumExp } from "./ops/log_sum_exp.ts";
import { matmul } from "./ops/matmul.ts";
import { medianAlong, medianOfAll } from "./ops/median.ts";
import { pad } from "./ops/pad.ts";
import * as pixels from "./ops/pixels.ts";
import * as pool from "./ops/pool.ts";
import * as products from "./ops/products.ts";
import * as rearrange from "./ops/rearrange.ts";
import * as reduce from "./ops/reduce.ts";
import type { VarianceOptions } from "./ops/reduce.ts";
import * as resize from "./ops/resize.ts";
import { cumprod, cumsum, running } from "./ops/scan.ts";
import { gather, scatter, scatterAdd, scatterSet } from "./ops/scatter.ts";
import { scatterReduce, type ScatterReduction } from "./ops/scatter_reduce.ts";
import { get, type IndexItem, sliceAssign, type SliceItem, sliceScatter, sliceSet } from "./ops/slice.ts";
import { logSoftmax, softmax } from "./ops/softmax.ts";
import { argsort, type Indexed, sort, topK } from "./ops/sort.ts";
import type { SumOptions } from "./ops/summed_as.ts";
import { triangle } from "./ops/triangle.ts";
import * as unaries from "./ops/unary.ts";
import { unfold } from "./ops/unfold.ts";
import * as view from "./ops/view.ts";
import type { Pair } from "./ops/window.ts";
import { toText } from "./print.ts";
import { refuseWhileRecording } from "./program.ts";
import type { Scope } from "./scope.ts";
import { contiguousStrides, isContiguous, show, sizeOf } from "./shape.ts";
import { toDevice } from "./transfer.ts";

/** What a tensor has beside storage, dtype and shape. */
export interface TensorLayout {
  /** In elements [contiguous]. */
  strides?: readonly number[];
  /** Where it begins in its storage, in elements [0]. */
  offset?: number;
  /** The live extent of dimension 0, where a Program changes it between replays; `shape[0]` is its maximum. */
  rows?: Cell;
  /** Who disposes it. */
  scope?: Scope;
}

/** Nested arrays of numbers. */
export type NestedNumbers = number | NestedNumbers[];

/** Nested arrays of numbers, bigints or truth values. */
export type NestedValues = number | bigint | boolean | NestedValues[];

/**
 * An n-dimensional array on a device. Ops borrow their operands and return new tensors; views (reshape,
 * transpose, narrow ...) share storage. Reading waits, for a GPU answers later: {@linkcode Tensor.data},
 * {@linkcode Tensor.toArray}, {@linkcode Tensor.item}.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { tensor } from "@wick/wick";
 * using x = tensor([[1, 2], [3, 4]]);
 * using y = x.add(x.t());
 * deepEqual(await y.toArray(), [[2, 5], [5, 8]]);
 * ```
 */
export class Tensor implements OperandView, Disposable {
  /** Elements from one entry of a dimension to the next. */
  readonly strides: readonly number[];
  /** Where it begins in its storage, in elements. */
  readonly offset: number;
  /** The live extent of dimension 0, where a Program changes it between replays. */
  readonly rows?: Cell;
  /** Who disposes it. */
  readonly scope?: Scope;
  /** What a gradient is taken with respect to, where there is one. */
  variable?: Variable;
  #open = true;
  #counted = false;

  /** Takes over one hold on `storage`. */
  constructor(
    /** The memory that it views. */
    readonly storage: Storage,
    /** What its elements are. */
    readonly dtype: Dtype,
    /** Its extents, outermost first. */
    readonly shape: readonly number[],
    layout: TensorLayout = {},
  ) {
    this.strides = layout.strides ?? contiguousStrides(shape);
    this.offset = layout.offset ?? 0;
    this.rows = layout.rows;
    this.scope = layout.scope;
    this.scope?.own(this);
  }

  /** The device that it lives on. */
  get device(): Device {
    return this.storage.device;
  }
  /** The number of dimensions. */
  get rank(): number {
    return this.shape.length;
  }
  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }
  /** Where it begins in its storage, in bytes. */
  get byteOffset(): number {
    return this.offset === 0 ? 0 : this.offset * itemBytes(this.dtype);
  }
  /** Whether its elements follow each other in memory, in order. */
  get isContiguous(): boolean {
    return isContiguous(this.shape, this.strides);
  }
  /** Whether it was disposed, or the Program whose result it is. */
  get isDisposed(): boolean {
    return !this.#open || this.storage.freed;
  }

  /** Another tensor over the same storage. */
  alias(shape: readonly number[], layout: TensorLayout): Tensor {
    this.#assertOpen("view");
    const { dtype, rows, scope } = this;
    return making(new Tensor(this.storage.retain(), dtype, shape, { rows, scope, ...layout }));
  }

  /** Lets go of its storage. Disposing twice does nothing. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#counted) this.variable!.release();
    this.scope?.keep(this);
    this.storage.release();
  }
  /** Lets go of its storage. */
  dispose(): void {
    this[Symbol.dispose]();
  }

  // Reading

  /**
   * A copy of its elements in order, in the typed array of its dtype: bool as bytes of 0 and 1, f16, bf16 and f8e4m3 as
   * their bit patterns, i64 as a BigInt64Array (which types know by `data<BigInt64Array>()`).
   */
  data(): Promise<NumericArray>;
  /** The same, where the dtype is known to the caller. */
  data<Elements extends PlainArray>(): Promise<Elements>;
  async data(): Promise<PlainArray> {
    refuseWhileRecording("read a tensor");
    this.#assertOpen("read");
    const { dtype } = this;
    if (!isPlain(dtype)) {
      throw new WickError(
        "DTYPE_MISMATCH",
        `Cannot read a tensor of ${dtype} one by one: dequantize it first`,
      );
    }
    if (!this.isContiguous) {
      using copy = view.contiguous(this);
      return await copy.data<PlainArray>();
    }
    const bytes = await this.device.read(this.storage, this.byteOffset, this.size * itemBytes(dtype));
    return plainArray(dtype, bytes as Uint8Array<ArrayBuffer>);
  }

  /**
   * Its elements as nested arrays of numbers; a number for rank 0. Truth is 1 and 0.
   *
   * @throws WickError INVALID_ARGUMENT for i64 beyond what a number holds exactly: `data()` gives bigints
   */
  async toArray(): Promise<NestedNumbers> {
    const flat = await this.#numbers();
    const nest = (dim: number, at: number, step: number): NestedNumbers => {
      if (dim === this.rank) return flat[at];
      const inner = step / this.shape[dim];
      return Array.from({ length: this.shape[dim] }, (_, i) => nest(dim + 1, at + i * inner, inner));
    };
    return nest(0, 0, this.size);
  }

  /** The value of a tensor of one element; throws as `toArray()`. */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot take the item of ${show(this.shape)}: it must hold one element`,
      );
    }
    return (await this.#numbers())[0];
  }

  /**
   * Overwrites a contiguous tensor with elements of its dtype, as `data()` gives them.
   *
   * @throws WickError DTYPE_MISMATCH for a typed array of others, SHAPE_MISMATCH for too many or too few
   */
  write(values: PlainArray): this {
    this.#assertOpen("write");
    if (isPlain(this.dtype) && !holds(values, this.dtype)) {
      throw new WickError(
        "DTYPE_MISMATCH",
        `Cannot write a ${values.constructor.name} into ${this}: its elements are others`,
      );
    }
    if (!this.isContiguous || values.byteLength !== this.size * itemBytes(this.dtype)) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot write ${values.byteLength} bytes into ${this}: it must be contiguous and hold as many`,
      );
    }
    const given = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const bytes = this.dtype === "bool" && given.some((v) => v > 1) ? given.map((v) => v ? 1 : 0) : given;
    this.device.write(this.storage, this.byteOffset, bytes);
    this.storage.version++;
    return this;
  }

  // Gradients

  /**
   * Makes it a leaf, whose gradient `backward()` of what is computed from it gives, in its own dtype. Only for tensors
   * of f32, f64, f16 and bf16 that are no result of others. With false it is frozen: a constant to what is computed
   * from then on.
   */
  requiresGrad(on = true): this {
    this.#assertOpen("take a gradient of");
    if (!on) return this.#freeze();
    if (!isTrainable(this.dtype)) {
      throw new WickError(
        "DTYPE_MISMATCH",
        `Cannot take a gradient of ${this}: it must be f32, f64, f16 or bf16`,
      );
    }
    if (!this.variable) this.bind(new Variable(this));
    return this;
  }

  #freeze(): this {
    if (this.variable?.node) {
      throw new WickError("INVALID_STATE", `Cannot freeze ${this}: it is the result of others; detach() it`);
    }
    this.cut();
    return this;
  }

  /** Gradients of this (of one element, unless `gradient` is given) with respect to every leaf it depends on. */
  backward(options?: BackwardOptions): Gradients {
    this.#assertOpen("go back from");
    return backward(this, options);
  }

  /** The same values, depending on nothing. */
  detach(): Tensor {
    return this.alias(this.shape, this);
  }

  /** @internal Carries a variable; counted where this handle keeps it alive. */
  bind(variable: Variable, counted = true): void {
    if (this.#counted) this.variable!.release();
    this.variable = variable;
    this.#counted = counted;
    if (counted) variable.retain();
  }

  /** @internal Depends on nothing from now on. */
  cut(): void {
    if (this.#counted) this.variable!.release();
    this.variable = undefined;
    this.#counted = false;
  }

  // Views

  /** The same elements in another shape; one dimension may be -1. Copies where strides forbid a view. */
  reshape(...shape: number[]): Tensor {
    return view.reshape(this, shape);
  }
  /** Dimensions in another order. */
  permute(...order: number[]): Tensor {
    return view.permute(this, order);
  }
  /** Two dimensions swapped. */
  transpose(a: number, b: number): Tensor {
    return view.transpose(this, a, b);
  }
  /** The last two dimensions swapped. */
  t(): Tensor {
    return view.transpose(this, -2, -1);
  }
  /** `length` entries of a dimension, from `start` on. */
  narrow(dim: number, start: number, length: number): Tensor {
    return view.narrow(this, dim, start, length);
  }
  /** Repeats dimensions of extent 1 without copying. */
  expand(...shape: number[]): Tensor {
    return view.expand(this, shape);
  }
  /** A dimension of extent 1 put in at `dim`. */
  unsqueeze(dim: number): Tensor {
    return view.unsqueeze(this, dim);
  }
  /** A dimension of extent 1 taken out; without `dim` all of them. */
  squeeze(dim?: number): Tensor {
    return dim === undefined ? rearrange.squeezeAll(this) : view.squeeze(this, dim);
  }
  /** Itself (as a new handle) where it is contiguous, else a contiguous copy. */
  contiguous(): Tensor {
    if (!this.isContiguous) return view.contiguous(this);
    const same = this.alias(this.shape, this);
    if (this.variable) same.bind(this.variable);
    return same;
  }
  /** A contiguous copy in memory of its own. */
  copy(): Tensor {
    return view.contiguous(this);
  }
  /**
   * The elements as another dtype; a handle on the same where it is that already. Floats become integers toward zero
   * (NaN 0, beyond i32, u32 or i64 the nearest end), integers keep their low bits, everything but 0 is true. What has no
   * kernel of its own goes by way of another dtype, visibly in a trace.
   *
   * @example
   * ```ts
   * import { deepEqual } from "node:assert/strict";
   * import { tensor } from "@wick/wick";
   * using x = tensor([1.9, -1.9, 300]);
   * deepEqual(await x.to("i64").data<BigInt64Array>(), BigInt64Array.of(1n, -1n, 300n));
   * deepEqual(await x.to("u8").toArray(), [1, 255, 44]);
   * ```
   */
  to(dtype: PlainDtype): Tensor;
  /**
   * Its values on another device, with its dtype and shape: a contiguous copy, or another handle where it lives there
   * already. No gradient goes through a move: detach() what requires one.
   */
  to(device: Device | DeviceName): Promise<Tensor>;
  to(target: PlainDtype | Device | DeviceName): Tensor | Promise<Tensor> {
    return isDevice(target) ? toDevice(this, target) : cast(this, target);
  }
  /** The elements converted to f32, contiguous. */
  toF32(): Tensor {
    return elementwise.toF32(this);
  }

  // Shape

  /** Dimensions from `start` to `end` (included) as one. */
  flatten(start = 0, end = -1): Tensor {
    return rearrange.flatten(this, start, end);
  }
  /** A dimension as several of `sizes`, of which one may be -1. */
  unflatten(dim: number, sizes: readonly number[]): Tensor {
    return rearrange.unflatten(this, dim, sizes);
  }
  /** Dimensions moved to other places; the others keep their order. */
  movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor {
    return rearrange.movedim(this, source, destination);
  }
  /** Repeated to `shape` by NumPy's broadcasting, without copying. */
  broadcastTo(shape: readonly number[]): Tensor {
    return view.expand(this, shape);
  }
  /** Repeated to the shape of another, without copying. */
  expandAs(other: Tensor): Tensor {
    return view.expand(this, other.shape);
  }
  /** Parts of `sizes` along `dim`: of one size (the last may be less), or of those listed. Views. */
  split(sizes: number | readonly number[], dim = 0): Tensor[] {
    return join.split(this, sizes, dim);
  }
  /** At most `chunks` parts of one size along `dim`; the last may be less. Views. */
  chunk(chunks: number, dim = 0): Tensor[] {
    return join.chunk(this, chunks, dim);
  }
  /**
   * Its entries along `dim`, which goes. Views; their gradients are put together at once, as are those of all views.
   *
   * @example
   * ```ts
   * import { deepEqual } from "node:assert/strict";
   * import { tensor } from "@wick/wick";
   * using x = tensor([[1, 2], [3, 4]]);
   * const [left, right] = x.unbind(1);
   * deepEqual([await left.toArray(), await right.toArray()], [[1, 3], [2, 4]]);
   * ```
   */
  unbind(dim = 0): Tensor[] {
    return join.unbind(this, dim);
  }
  /** The whole, `times` over along each dimension; more numbers than dimensions add dimensions in front. */
  repeat(...times: number[]): Tensor {
    return join.repeat(this, times);
  }
  /** Each entry of `dim`, `times` over. */
  repeatInterleave(times: number, dim: number): Tensor {
    return join.repeatInterleave(this, times, dim);
  }
  /** Entries moved on along dimensions; what leaves at the end comes in at the front. */
  roll(shifts: number | readonly number[], dims: number | readonly number[]): Tensor {
    return rearrange.roll(this, shifts, dims);
  }
  /** Dimensions in reverse, copied. */
  flip(...dims: number[]): Tensor {
    return rearrange.flip(this, dims);
  }
  /** Windows of `size` entries of `dim`, one every `step`, as a last dimension: [.., windows, .., size]. A view. */
  unfold(dim: number, size: number, step: number): Tensor {
    return unfold(this, dim, size, step);
  }
  /**
   * Surrounded by a value, or by its own edge again and again. As in PyTorch, `pads` are pairs from the last
   * dimension on: [before the last, after the last, before the one before it ...]; negative ones take away.
   */
  pad(pads: readonly number[], value: number | "edge" = 0): Tensor {
    return pad(this, pads, value);
  }
  /** Matrices [.., M, N] with zeros above diagonal `k`; 0 is the main one, positive ones lie above it. */
  tril(k = 0): Tensor {
    return triangle("tril", this, k);
  }
  /** Matrices [.., M, N] with zeros below diagonal `k`. */
  triu(k = 0): Tensor {
    return triangle("triu", this, k);
  }
  /** A matrix with this vector as its diagonal `k`; or diagonal `k` of this matrix, copied. */
  diag(k = 0): Tensor {
    return diagonals.diag(this, k);
  }
  /** Diagonal `k` of two dimensions as the last one. A view. */
  diagonal(k = 0, dim1 = 0, dim2 = 1): Tensor {
    return diagonals.diagonal(this, k, dim1, dim2);
  }
  /** [.., C r^2, H, W] to [.., C, H r, W r] (Shi et al. 2016). */
  pixelShuffle(r: number): Tensor {
    return pixels.pixelShuffle(this, r);
  }
  /** [.., C, H r, W r] to [.., C r^2, H, W]. */
  pixelUnshuffle(r: number): Tensor {
    return pixels.pixelUnshuffle(this, r);
  }

  // Elementwise, with NumPy's broadcasting

  /** The sum. */
  add(other: Tensor | number): Tensor {
    return elementwise.add(this, other);
  }
  /** The difference. */
  sub(other: Tensor | number): Tensor {
    return elementwise.sub(this, other);
  }
  /** The product, element by element. */
  mul(other: Tensor | number): Tensor {
    return elementwise.mul(this, other);
  }
  /** The quotient; of integers as f32. */
  div(other: Tensor | number): Tensor {
    return elementwise.div(this, other);
  }
  /** The quotient rounded down; integers by 0 give 0. No gradient. */
  floorDiv(other: Tensor | number): Tensor {
    return elementwise.floorDiv(this, other);
  }
  /** What floorDiv leaves, with the divisor's sign; integers by 0 leave 0. */
  remainder(other: Tensor | number): Tensor {
    return elementwise.remainder(this, other);
  }
  /** NaN where either is NaN. */
  maximum(other: Tensor): Tensor {
    return elementwise.maximum(this, other);
  }
  /** NaN where either is NaN. */
  minimum(other: Tensor): Tensor {
    return elementwise.minimum(this, other);
  }
  /**
   * This to the power of the other, as C's pow; integers stay so: by a tensor of them a negative power is 0 or +-1, by
   * a negative number it is refused.
   */
  pow(other: Tensor | number): Tensor {
    const isSingle = typeof other === "number" && this.dtype === "f32";
    return isSingle ? unaries.powNumber(this, other) : elementwise.pow(this, other);
  }
  /** The negative. */
  neg(): Tensor {
    return elementwise.unary("neg", this);
  }
  /** The size. */
  abs(): Tensor {
    return elementwise.unary("abs", this);
  }
  /** e to this. */
  exp(): Tensor {
    return elementwise.unary("exp", this);
  }
  /** The natural logarithm. */
  log(): Tensor {
    return elementwise.unary("log", this);
  }
  /** The square root. */
  sqrt(): Tensor {
    return elementwise.unary("sqrt", this);
  }
  /** One over this. */
  reciprocal(): Tensor {
    return elementwise.unary("reciprocal", this);
  }
  /** The sine; right to 1e-7 for sizes to 1e7. */
  sin(): Tensor {
    return elementwise.unary("sin", this);
  }
  /** The cosine; right to 1e-7 for sizes to 1e7. */
  cos(): Tensor {
    return elementwise.unary("cos", this);
  }
  /** The hyperbolic tangent. */
  tanh(): Tensor {
    return elementwise.unary("tanh", this);
  }
  /** 1 / (1 + e^-x). */
  sigmoid(): Tensor {
    return elementwise.unary("sigmoid", this);
  }
  /** The larger of this and 0. */
  relu(): Tensor {
    return elementwise.unary("relu", this);
  }
  /** x / (1 + e^-x). */
  silu(): Tensor {
    return elementwise.unary("silu", this);
  }
  /** GELU; "tanh" is its approximation (Hendrycks and Gimpel 2016). */
  gelu(approximate: "none" | "tanh" = "none"): Tensor {
    return elementwise.unary(approximate === "tanh" ? "gelu" : "gelu_erf", this);
  }

  // Activations and rounding

  /** The square. */
  sqr(): Tensor {
    return elementwise.mul(this, this);
  }
  /** One over the square root. */
  rsqrt(): Tensor {
    return unaries.analytic("rsqrt", this);
  }
  /** log(1 + x), right also near 0. */
  log1p(): Tensor {
    return unaries.analytic("log1p", this);
  }
  /** e^x - 1, right also near 0. */
  expm1(): Tensor {
    return unaries.analytic("expm1", this);
  }
  /** The logarithm to base 2, within 2e-7 of its size, also for whole results: round before you take a floor. */
  log2(): Tensor {
    return elementwise.unary("log2", this);
  }
  /** The logarithm to base 10, as exact as log2. */
  log10(): Tensor {
    return elementwise.unary("log10", this);
  }
  /** The error function. */
  erf(): Tensor {
    return unaries.analytic("erf", this);
  }
  /** The tangent. */
  tan(): Tensor {
    return elementwise.unary("tan", this);
  }
  /** x * mul + add. */
  affine(mul: number, add: number): Tensor {
    return unaries.affine(this, mul, add);
  }
  /** min(max(x, min), max); the gradient passes between the bounds, not at them. */
  clamp(min = -Infinity, max = Infinity): Tensor {
    return unaries.clamp(this, min, max);
  }
  /** The largest whole number that is not larger. Its gradient is 0, as that of all rounding. */
  floor(): Tensor {
    return unaries.step("floor", this);
  }
  /** The smallest whole number that is not smaller. */
  ceil(): Tensor {
    return unaries.step("ceil", this);
  }
  /** The nearest whole number; of two, the even one. */
  round(): Tensor {
    return unaries.step("round", this);
  }
  /** Without its fraction. */
  trunc(): Tensor {
    return unaries.step("trunc", this);
  }
  /** -1, 0 or 1; NaN where it is NaN. */
  sign(): Tensor {
    return unaries.step("sign", this);
  }
  /** 1 where it is NaN, else 0. */
  isNan(): Tensor {
    return unaries.isNan(this);
  }
  /** 1 where it is neither infinite nor NaN, else 0. */
  isFinite(): Tensor {
    return besideInfinity("lt", this);
  }
  /** 1 where it is infinite, else 0. */
  isInf(): Tensor {
    return besideInfinity("eq", this);
  }
  /** x, below 0 alpha (e^x - 1) (Clevert et al. 2016). */
  elu(alpha = 1): Tensor {
    return activation.elu(this, alpha);
  }
  /** Elu with the scale and alpha that keep mean 0 and variance 1 (Klambauer et al. 2017). */
  selu(): Tensor {
    return activation.selu(this);
  }
  /** x, below 0 slope x. */
  leakyRelu(slope = 0.01): Tensor {
    return activation.leakyRelu(this, slope);
  }
  /** x, below 0 weight x; the weight is [1], or one for each entry of dimension 1 (He et al. 2015). */
  prelu(weight: Tensor): Tensor {
    return activation.prelu(this, weight);
  }
  /** log(1 + e^(beta x)) / beta. */
  softplus(beta = 1): Tensor {
    return activation.softplus(this, beta);
  }
  /** log(1 / (1 + e^-x)). */
  logSigmoid(): Tensor {
    return activation.logSigmoid(this);
  }
  /** x tanh(log(1 + e^x)) (Misra 2020). */
  mish(): Tensor {
    return activation.mish(this);
  }
  /** clamp(x, 0, 6), whose gradient is 0 at both bounds. */
  relu6(): Tensor {
    return activation.relu6(this);
  }
  /** clamp(x + 3, 0, 6) / 6. */
  hardSigmoid(): Tensor {
    return activation.hardSigmoid(this);
  }
  /** x clamp(x + 3, 0, 6) / 6 (Howard et al. 2019). */
  hardSwish(): Tensor {
    return activation.hardSwish(this);
  }

  // Convolution and pooling

  /**
   * Convolves [B, C, H, W] with weights [O, C / groups, kh, kw] (cross-correlation, as everywhere in the field):
   * [B, O, Ho, Wo].
   *
   * @example
   * ```ts
   * import { deepEqual } from "node:assert/strict";
   * import { tensor } from "@wick/wick";
   * using image = tensor([[[[1, 2], [3, 4]]]]);
   * using weight = tensor([[[[1, 1], [1, 1]]]]);
   * using y = image.conv2d(weight, null, { padding: "same" });
   * deepEqual(await y.toArray(), [[[[10, 6], [7, 4]]]]);
   * ```
   */
  conv2d(weight: Tensor, bias: Tensor | null = null, options: convolution.ConvOptions = {}): Tensor {
    return convolution.conv2d(this, weight, bias, options);
  }
  /** Convolves [B, C, L] with weights [O, C / groups, K]: [B, O, Lo]. */
  conv1d(weight: Tensor, bias: Tensor | null = null, options: convolution.ConvOptions<number> = {}): Tensor {
    return convolution.conv1d(this, weight, bias, options);
  }
  /** The transpose of conv2d: [B, C, H, W] with weights [C, O / groups, kh, kw] to [B, O, Ho, Wo]. */
  convTranspose2d(
    weight: Tensor,
    bias: Tensor | null = null,
    options: convolution.ConvTransposeOptions = {},
  ): Tensor {
    return convolution.convTranspose2d(this, weight, bias, options);
  }
  /** The transpose of conv1d: [B, C, L] with weights [C, O / groups, K] to [B, O, Lo]. */
  convTranspose1d(
    weight: Tensor,
    bias: Tensor | null = null,
    options: convolution.ConvTransposeOptions<number> = {},
  ): Tensor {
    return convolution.convTranspose1d(this, weight, bias, options);
  }
  /** The largest of each window of [B, C, H, W]; NaN where there is one. Of equals the first has the gradient. */
  maxPool2d(kernel: Pair, options: pool.MaxPoolOptions = {}): Tensor {
    return pool.maxPool2d(this, kernel, options);
  }
  /** The largest of each window of [B, C, L]. */
  maxPool1d(kernel: number, options: pool.MaxPoolOptions<number> = {}): Tensor {
    return pool.maxPool1d(this, kernel, options);
  }
  /** The mean of each window of [B, C, H, W]. */
  avgPool2d(kernel: Pair, options: pool.AvgPoolOptions = {}): Tensor {
    return pool.avgPool2d(this, kernel, options);
  }
  /** The mean of each window of [B, C, L]. */
  avgPool1d(kernel: number, options: pool.AvgPoolOptions<number> = {}): Tensor {
    return pool.avgPool1d(this, kernel, options);
  }
  /** The means of [B, C, H, W] over as many windows as `size` says, which must divide H and W. */
  adaptiveAvgPool2d(size: Pair): Tensor {
    return pool.adaptiveAvgPool2d(this, size);
  }
  /** [B, C, H, W] resized, each pixel that of the nearest place before it. */
  upsampleNearest2d(options: resize.UpsampleOptions): Tensor {
    return resize.upsampleNearest2d(this, options);
  }
  /** [B, C, L] resized, each pixel that of the nearest place before it. */
  upsampleNearest1d(options: resize.UpsampleOptions<number>): Tensor {
    return resize.upsampleNearest1d(this, options);
  }
  /** [B, C, H, W] resized, each pixel made of the four about its place, weighed by nearness. */
  upsampleBilinear2d(options: resize.UpsampleBilinearOptions): Tensor {
    return resize.upsampleBilinear2d(this, options);
  }

  // Comparisons: bool

  /** Whether equal. */
  eq(other: Tensor | number): Tensor {
    return compare("eq", this, other);
  }
  /** Whether not equal; NaN is not equal to anything. */
  ne(other: Tensor | number): Tensor {
    return compare("ne", this, other);
  }
  /** Whether less. */
  lt(other: Tensor | number): Tensor {
    return compare("lt", this, other);
  }
  /** Whether less or equal. */
  le(other: Tensor | number): Tensor {
    return compare("le", this, other);
  }
  /** Whether greater. */
  gt(other: Tensor | number): Tensor {
    return compare("gt", this, other);
  }
  /** Whether greater or equal. */
  ge(other: Tensor | number): Tensor {
    return compare("ge", this, other);
  }
  /** Whether both are true: not 0. */
  logicalAnd(other: Tensor): Tensor {
    return logical("and", this, other);
  }
  /** Whether one of both is true. */
  logicalOr(other: Tensor): Tensor {
    return logical("or", this, other);
  }
  /** Whether just one of both is true. */
  logicalXor(other: Tensor): Tensor {
    return logical("xor", this, other);
  }
  /** Whether it is 0. */
  logicalNot(): Tensor {
    return logicalNot(this);
  }
  /** `a` where this (bool, or u8) is not 0, else `b`. */
  where(a: Tensor | number, b: Tensor | number): Tensor {
    return where(this, a, b);
  }

  // Indexing: indices are i32, u32, i64, i16 or u8; one that is outside throws INDEX_OUT_OF_RANGE

  /**
   * What `items` say of the leading dimensions: a number takes one entry and drops the dimension, `null` or ":"
   * is all of it, [start, end] or [start, end, step] a range, an index tensor takes entries by its values and puts
   * its dimensions in place (several do so one after the other). Negative numbers count from the end. A view, but
   * for index tensors.
   *
   * @throws WickError INDEX_OUT_OF_RANGE also for a range that reaches outside
   * @example
   * ```ts
   * import { deepEqual } from "node:assert/strict";
   * import { tensor } from "@wick/wick";
   * using x = tensor([[1, 2, 3], [4, 5, 6]]);
   * deepEqual(await x.i(-1).toArray(), [4, 5, 6]);
   * deepEqual(await x.i(":", [0, 2]).toArray(), [[1, 2], [4, 5]]);
   * ```
   */
  i(...items: IndexItem[]): Tensor {
    return get(this, items);
  }
  /** As {@linkcode Tensor.i}. */
  get(...items: IndexItem[]): Tensor {
    return get(this, items);
  }
  /** Entries of `dim` by an index of one dimension. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return indexSelect(this, dim, index);
  }
  /** This with the entries of `src` added to the entries of `dim` at `index`; duplicates in ascending order. */
  indexAdd(dim: number, index: Tensor, src: Tensor): Tensor {
    return indexAdd(this, dim, index, src);
  }
  /** Rows of this table [V, C] by ids of any shape: [.., C], as f32. */
  embedding(ids: Tensor): Tensor {
    return takeRows(this, ids);
  }
  /** For each entry of `index` the element with that index along `dim`: result[i][j] = this[index[i][j]][j] for 0. */
  gather(dim: number, index: Tensor): Tensor {
    return gather(this, dim, index);
  }
  /**
   * A copy with each element of `src` put where `index` says along `dim`: result[index[i][j]][j] = src[i][j] for 0.
   * Of several that are put in one place the last stays, and only it has a gradient.
   */
  scatter(dim: number, index: Tensor, src: Tensor | number): Tensor {
    return scatter(this, dim, index, src);
  }
  /** As scatter, added to what is there, in ascending order. */
  scatterAdd(dim: number, index: Tensor, src: Tensor | number): Tensor {
    return scatterAdd(this, dim, index, src);
  }
  /**
   * As scatter, folded with what is there, or, where `includeSelf` is false, without it. Of equal extremes each
   * gets its share of the gradient.
   */
  scatterReduce(
    dim: number,
    index: Tensor,
    src: Tensor,
    reduction: ScatterReduction,
    includeSelf = true,
  ): Tensor {
    return scatterReduce(this, dim, index, src, reduction, includeSelf);
  }
  /** As scatter, in place; refused where a gradient is recorded. */
  scatterSet(dim: number, index: Tensor, src: Tensor): this {
    scatterSet(this, dim, index, src);
    return this;
  }
  /** A copy with `src` along `dim` from `start` on. */
  sliceScatter(src: Tensor, dim = 0, start = 0): Tensor {
    return sliceScatter(this, src, dim, start);
  }
  /** A copy with `src`, which broadcasts, where {@linkcode Tensor.i} would look. */
  sliceAssign(items: readonly SliceItem[], src: Tensor | number): Tensor {
    return sliceAssign(this, items, src);
  }
  /** As sliceScatter, in place; refused where a gradient is recorded. */
  sliceSet(src: Tensor, dim = 0, start = 0): this {
    sliceSet(this, src, dim, start);
    return this;
  }
  /** A copy with `value` where `mask` (bool, broadcast to this) is not 0. */
  maskedFill(mask: Tensor, value: number): Tensor {
    return maskedFill(this, mask, value);
  }
  /** The elements where `mask` (bool; both broadcast) is not 0, in row-major order, as [n]. */
  maskedSelect(mask: Tensor): Promise<Tensor> {
    return maskedSelect(this, mask);
  }
  /** The indices of elements that are not 0, in row-major order, as i32 [n, rank]. */
  nonzero(): Promise<Tensor> {
    return nonzero(this);
  }

  // Reductions: over one dimension, several, or all where none is given

  /**
   * The sum over `dim`, which goes, or stays with extent 1. Of integers and bool it is i64, as in PyTorch; in another
   * `dtype` it wraps around.
   *
   * @throws WickError UNSUPPORTED_ON_DEVICE for integers on a GPU, which has no i64: give the dtype "i32"
   * @example
   * ```ts
   * import { equal } from "node:assert/strict";
   * import { tensor } from "@wick/wick";
   * using x = tensor(Int32Array.of(2 ** 31 - 1, 1));
   * equal(await x.sum().item(), 2 ** 31);
   * equal(await x.sum(0, false, { dtype: "i32" }).item(), -(2 ** 31));
   * ```
   */
  sum(dim?: number | readonly number[], keepDim = false, options: SumOptions = {}): Tensor {
    return reduce.sum(this, dim, keepDim, options);
  }
  /** The mean. */
  mean(dim?: number | readonly number[], keepDim = false): Tensor {
    return reduce.mean(this, dim, keepDim);
  }
  /** The product; of integers and bool as {@linkcode Tensor.sum}. */
  prod(dim?: number | readonly number[], keepDim = false, options: SumOptions = {}): Tensor {
    return reduce.prod(this, dim, keepDim, options);
  }
  /** The largest; NaN where there is one. Equals share the gradient evenly. */
  max(dim?: number | readonly number[], keepDim = false): Tensor {
    return reduce.extreme("max", this, dim, keepDim);
  }
  /** The smallest; NaN where there is one. Equals share the gradient evenly. */
  min(dim?: number | readonly number[], keepDim = false): Tensor {
    return reduce.extreme("min", this, dim, keepDim);
  }
  /** The index of the first of the largest, as i32; in the flattened tensor where `dim` is not given. */
  argmax(dim?: number, keepDim = false): Tensor {
    return reduce.best("argmax", this, dim, keepDim);
  }
  /** The index of the first of the smallest, as i32; in the flattened tensor where `dim` is not given. */
  argmin(dim?: number, keepDim = false): Tensor {
    return reduce.best("argmin", this, dim, keepDim);
  }
  /**
   * The median: of an even number of elements the lower of the middle two, NaN where there is one. Along `dim` also its
   * index, of equals the one that sorting puts there, and where there is NaN the first. Of all elements, those equal to
   * it share the gradient evenly.
   *
   * @throws WickError SHAPE_MISMATCH for a `dim` that is empty (of nothing at all it is NaN)
   * @example
   * ```ts
   * import { equal } from "node:assert/strict";
   * import { tensor } from "@wick/wick";
   * using x = tensor([4, 1, 3, 2]);
   * equal(await x.median().item(), 2);
   * equal(await x.median(0).indices.item(), 3);
   * ```
   */
  median(): Tensor;
  /** Along one dimension: values and indices. */
  median(dim: number, keepDim?: boolean): Indexed;
  median(dim?: number, keepDim = false): Tensor | Indexed {
    return dim === undefined ? medianOfAll(this) : medianAlong(this, dim, keepDim);
  }
  /** The variance about the mean: the sum of squares over the number of elements less `correction` [1]. */
  var(dim?: number | readonly number[], options: VarianceOptions = {}): Tensor {
    return reduce.variance(this, dim, options);
  }
  /** The standard deviation, the root of {@linkcode Tensor.var}; its gradient is 0 where it is 0. */
  std(dim?: number | readonly number[], options: VarianceOptions = {}): Tensor {
    return reduce.deviation(this, dim, options);
  }
  /** The p-norm, (sum of |x|^p)^(1/p); Infinity gives the largest size. Its gradient is 0 where it is 0. */
  norm(p = 2, dim?: number | readonly number[], keepDim = false): Tensor {
    return reduce.norm(this, p, dim, keepDim);
  }
  /** The logarithm of the sum of e^x, which does not overflow. */
  logSumExp(dim?: number | readonly number[], keepDim = false): Tensor {
    return logSumExp(this, dim, keepDim);
  }
  /** Whether all elements are not 0, as bool; true of none. */
  all(dim?: number | readonly number[], keepDim = false): Tensor {
    return reduce.truths("all", this, dim, keepDim);
  }
  /** Whether an element is not 0, as bool; false of none. */
  any(dim?: number | readonly number[], keepDim = false): Tensor {
    return reduce.truths("any", this, dim, keepDim);
  }
  /** How many elements are not 0, as i32. */
  countNonzero(dim?: number | readonly number[], keepDim = false): Tensor {
    return reduce.truths("countNonzero", this, dim, keepDim);
  }

  // Along a dimension: softmax, scans, sorting

  /** e^x over its sum along `dim`. */
  softmax(dim: number): Tensor {
    return softmax(this, dim);
  }
  /** The logarithm of softmax along `dim`. */
  logSoftmax(dim: number): Tensor {
    return logSoftmax(this, dim);
  }
  /** The sum of the elements so far along `dim`; of integers and bool as {@linkcode Tensor.sum}. */
  cumsum(dim: number, options: SumOptions = {}): Tensor {
    return cumsum(this, dim, options);
  }
  /** The product of the elements so far along `dim`; of integers and bool as {@linkcode Tensor.sum}. */
  cumprod(dim: number, options: SumOptions = {}): Tensor {
    return cumprod(this, dim, options);
  }
  /** The largest of the elements so far along `dim`, and where it stands, of equals the last; NaN from the first on. */
  cummax(dim: number): Indexed {
    return running("cummax", this, dim);
  }
  /** The smallest of the elements so far along `dim`, and where it stands, of equals the last; NaN from the first on. */
  cummin(dim: number): Indexed {
    return running("cummin", this, dim);
  }
  /**
   * The elements along `dim` in order, and their indices before. Equals keep their order; NaN is the largest.
   *
   * @example
   * ```ts
   * import { deepEqual } from "node:assert/strict";
   * import { scope, tensor } from "@wick/wick";
   * using own = scope();
   * const { values, indices } = tensor([3, 1, 2], { scope: own }).sort();
   * deepEqual(await values.toArray(), [1, 2, 3]);
   * deepEqual(await indices.toArray(), [1, 2, 0]);
   * ```
   */
  sort(dim = -1, descending = false): Indexed {
    return sort(this, dim, descending);
  }
  /** The indices that sort along `dim`, as i32. Equals keep their order; NaN is the largest. */
  argsort(dim = -1, descending = false): Tensor {
    return argsort(this, dim, descending);
  }
  /** The `k` largest (or smallest) along `dim` in order, of equals those that stand first, and their indices. */
  topK(k: number, dim = -1, largest = true): Indexed {
    return topK(this, k, dim, largest);
  }

  // Linear algebra

  /**
   * The matrix product over the last two dimensions; the others broadcast. A vector counts as a row on the left
   * and as a column on the right, and leaves the result with that dimension. Of integers it is exact, and wraps around
   * where their dtype does not hold it.
   *
   * @throws WickError DTYPE_MISMATCH for bool, and for floats beside integers
   */
  matmul(other: Tensor): Tensor {
    return matmul(this, other);
  }
  /** The inner product of two vectors. */
  dot(other: Tensor): Tensor {
    return products.dot(this, other);
  }
  /** This matrix times a vector. */
  mv(vector: Tensor): Tensor {
    return products.mv(this, vector);
  }
  /** All products of the elements of two vectors: [M, N]. */
  outer(other: Tensor): Tensor {
    return products.outer(this, other);
  }
  /** The sum of the main diagonal of a matrix. */
  trace(): Tensor {
    return diagonals.trace(this);
  }

  // Printing

  /** Its elements as NumPy prints them: aligned, with "..." where there are more than 1000. */
  async toText(): Promise<string> {
    return await toText(this);
  }
  /** Logs its elements as NumPy prints them. */
  async print(): Promise<void> {
    console.log(await this.toText());
  }

  /** "f32[2,3] on wasm", without waiting for anything. */
  toString(): string {
    return `${this.dtype}${show(this.shape)} on ${this.device.kind}`;
  }
  /** What a console shows. */
  [Symbol.for("Deno.customInspect")](): string {
    return `Tensor ${this}${this.isDisposed ? " (disposed)" : ""}`;
  }
  /** What a console shows in Node and Bun. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Tensor ${this}${this.isDisposed ? " (disposed)" : ""}`;
  }

  async #numbers(): Promise<ArrayLike<number>> {
    if (isPacked(this.dtype)) {
      using wide = this.toF32();
      return await wide.data();
    }
    const values = await this.data<PlainArray>();
    return values instanceof BigInt64Array ? Array.from(values, safeNumber) : values;
  }

  #assertOpen(action: string): void {
    if (this.isDisposed) {
      throw new WickError("DISPOSED", `Cannot ${action} a tensor after its dispose: ${this}`);
    }
  }
}

function safeNumber(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot give i64 ${value} as a number: it must be within 2^53; data() gives bigints`,
  );
}

/** What makes no tensor of others, and what ops and tapes are made of. */
const NO_OPS: ReadonlySet<string> = new Set([
  ...["constructor", "alias", "bind", "cut", "requiresGrad", "backward", "dispose"],
  ...["data", "toArray", "item", "write", "toText", "print", "toString"],
]);

methodsAsOps(Tensor.prototype, NO_OPS);
