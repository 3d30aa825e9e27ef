/**
 * The tensor: a view of counted device memory with a dtype, a shape and strides.
 *
 * @module
 */
import type { Cell, Device, OperandView, Storage } from "../device/device.ts";
import type { DeviceName } from "../device/open.ts";
import { WickError } from "../error.ts";
import { type Dtype, isPlain, itemBytes, type PlainArray, plainArray } from "./dtype.ts";
import { backward, type BackwardOptions, type Gradients, Variable } from "./autograd.ts";
import { compare, where } from "./ops/compare.ts";
import * as elementwise from "./ops/elementwise.ts";
import * as diagonals from "./ops/diagonal.ts";
import * as products from "./ops/products.ts";
import * as join from "./ops/join.ts";
import { matmul } from "./ops/matmul.ts";
import { pad } from "./ops/pad.ts";
import * as pixels from "./ops/pixels.ts";
import * as rearrange from "./ops/rearrange.ts";
import * as reduce from "./ops/reduce.ts";
import { triangle } from "./ops/triangle.ts";
import * as view from "./ops/view.ts";
import { unfold } from "./ops/windows.ts";
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
  /** Whether it was disposed. */
  get isDisposed(): boolean {
    return !this.#open;
  }

  /** Another tensor over the same storage. */
  alias(shape: readonly number[], layout: TensorLayout): Tensor {
    this.#assertOpen("view");
    return new Tensor(this.storage.retain(), this.dtype, shape, {
      rows: this.rows,
      scope: this.scope,
      ...layout,
    });
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

  /** A copy of its elements in order; f16 and bf16 as their bit patterns. */
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
      return await copy.data();
    }
    const bytes = await this.device.read(this.storage, this.byteOffset, this.size * itemBytes(dtype));
    return plainArray(dtype, bytes as Uint8Array<ArrayBuffer>);
  }

  /** Its elements as nested arrays; a number for rank 0. */
  async toArray(): Promise<NestedNumbers> {
    const flat = await (this.dtype === "f16" || this.dtype === "bf16" ? this.#to32Data() : this.data());
    const nest = (dim: number, at: number, step: number): NestedNumbers => {
      if (dim === this.rank) return flat[at];
      const inner = step / this.shape[dim];
      return Array.from({ length: this.shape[dim] }, (_, i) => nest(dim + 1, at + i * inner, inner));
    };
    return nest(0, 0, this.size);
  }

  /** The value of a tensor of one element. */
  async item(): Promise<number> {
    if (this.size !== 1) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot take the item of ${show(this.shape)}: it must hold one element`,
      );
    }
    return (await (this.dtype === "f16" || this.dtype === "bf16" ? this.#to32Data() : this.data()))[0];
  }

  /** Overwrites a contiguous tensor with elements of its dtype. */
  write(values: PlainArray): this {
    this.#assertOpen("write");
    if (!this.isContiguous || values.byteLength !== this.size * itemBytes(this.dtype)) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot write ${values.byteLength} bytes into ${this}: it must be contiguous and hold as many`,
      );
    }
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.device.write(this.storage, this.byteOffset, bytes);
    this.storage.version++;
    return this;
  }

  // Devices

  /**
   * Its values on another device, with its dtype and shape: a contiguous copy, or another handle where it lives there
   * already. No gradient goes through a move: detach() what requires one.
   */
  to(device: Device | DeviceName): Promise<Tensor> {
    return toDevice(this, device);
  }

  // Gradients

  /**
   * Makes it a leaf, whose gradient `backward()` of what is computed from it gives. Only for floating tensors
   * that are no result of others.
   */
  requiresGrad(): this {
    this.#assertOpen("take a gradient of");
    if (this.dtype !== "f32") {
      throw new WickError("DTYPE_MISMATCH", `Cannot take a gradient of ${this}: it must be f32`);
    }
    if (!this.variable) this.bind(new Variable(this.shape));
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
  /** The elements converted to f32. */
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
  /** The quotient. */
  div(other: Tensor | number): Tensor {
    return elementwise.div(this, other);
  }
  /** NaN where either is NaN. */
  maximum(other: Tensor): Tensor {
    return elementwise.maximum(this, other);
  }
  /** NaN where either is NaN. */
  minimum(other: Tensor): Tensor {
    return elementwise.minimum(this, other);
  }
  /** This to the power of the other, as C's powf. */
  pow(other: Tensor): Tensor {
    return elementwise.pow(this, other);
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

  // Comparisons: 1 or 0 as u8

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
  /** `a` where this (u8) is not 0, else `b`. */
  where(a: Tensor | number, b: Tensor | number): Tensor {
    return where(this, a, b);
  }

  // Reductions along one dimension

  /** The sum over `dim`, which goes, or stays with extent 1. */
  sum(dim: number, keepDim = false): Tensor {
    return reduce.reduce("sum", this, dim, keepDim);
  }
  /** The mean over `dim`. */
  mean(dim: number, keepDim = false): Tensor {
    return reduce.reduce("mean", this, dim, keepDim);
  }
  /** The largest over `dim`; NaN where there is one. */
  max(dim: number, keepDim = false): Tensor {
    return reduce.reduce("max", this, dim, keepDim);
  }
  /** The smallest over `dim`; NaN where there is one. */
  min(dim: number, keepDim = false): Tensor {
    return reduce.reduce("min", this, dim, keepDim);
  }
  /** The index of the first of the largest, as i32. */
  argmax(dim: number, keepDim = false): Tensor {
    return reduce.reduce("argmax", this, dim, keepDim);
  }
  /** The index of the first of the smallest, as i32. */
  argmin(dim: number, keepDim = false): Tensor {
    return reduce.reduce("argmin", this, dim, keepDim);
  }
  /** e^x over its sum along `dim`. */
  softmax(dim: number): Tensor {
    return reduce.softmax(this, dim);
  }

  /** The logarithm of softmax along `dim`. */
  logSoftmax(dim: number): Tensor {
    return reduce.logSoftmax(this, dim);
  }

  // Linear algebra

  /**
   * The matrix product over the last two dimensions; the others broadcast. A vector counts as a row on the left
   * and as a column on the right, and leaves the result with that dimension.
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
    return `Tensor ${this}${this.#open ? "" : " (disposed)"}`;
  }
  /** What a console shows in Node and Bun. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Tensor ${this}${this.#open ? "" : " (disposed)"}`;
  }

  async #to32Data(): Promise<PlainArray> {
    using wide = this.toF32();
    return await wide.data();
  }

  #assertOpen(action: string): void {
    if (!this.#open) throw new WickError("DISPOSED", `Cannot ${action} a tensor after its dispose: ${this}`);
  }
}
