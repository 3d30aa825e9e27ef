/**
 * Convolution over one or two axes, and its transpose. The rows of convolution, of its gradient by the input and of
 * that by the weight are each other's gradients, so that gradients of any order are rows.
 *
 * @module
 */
import type { Cell } from "../../device/device.ts";
import type { Kernel } from "../../device/kernel.ts";
import * as rows from "../../device/kernels/conv.ts";
import { WickError } from "../../error.ts";
import { noGrad, track } from "../autograd.ts";
import { lead, result, run } from "../dispatch.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { inWide, someHalf } from "./cast.ts";
import { needRank, overOneAxis, type Pair, pair, windows } from "./window.ts";
import { type Convolution, convolved, convolvedBack } from "./windowed.ts";

/** Options of {@linkcode Tensor.conv2d}; for one axis {@linkcode Tensor.conv1d} takes numbers. */
export interface ConvOptions<Extent = Pair> {
  /** Pixels from one window to the next [1]. */
  stride?: Extent;
  /**
   * Zeros put on each side; "valid" puts none, "same" as many as give the result the extent of the input, the odd
   * one behind (for stride 1) [0].
   */
  padding?: Extent | "same" | "valid";
  /** Pixels from one weight to the next [1]. */
  dilation?: Extent;
  /** Parts of the channels that do not meet [1]. */
  groups?: number;
}

/** Options of {@linkcode Tensor.convTranspose2d}; for one axis {@linkcode Tensor.convTranspose1d} takes numbers. */
export interface ConvTransposeOptions<Extent = Pair> {
  /** Pixels of the result from one pixel of the input to the next [1]. */
  stride?: Extent;
  /** Pixels of the result that are cut off on each side [0]. */
  padding?: Extent;
  /** Pixels that the result has more behind; less than the stride or the dilation [0]. */
  outputPadding?: Extent;
  /** Pixels from one weight to the next [1]. */
  dilation?: Extent;
  /** Parts of the channels that do not meet [1]. */
  groups?: number;
}

/** What both directions have. */
type Steps<Extent = Pair> = Pick<ConvOptions<Extent>, "stride" | "dilation" | "groups">;

/** The sizes of a convolution x [B, C, H, W] to y [B, O, Ho, Wo]; a transposed one goes from y to x. */
type Geometry = Convolution;

/** See {@linkcode Tensor.conv2d}. */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvOptions): Tensor {
  if (someHalf([x, weight, bias])) return inWide([x, weight, bias], (x, w, b) => conv2d(x, w, b, options));
  return convolution("conv2d", x, weight, bias, options);
}

/** See {@linkcode Tensor.conv1d}. */
export function conv1d(x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvOptions<number>): Tensor {
  if (someHalf([x, weight, bias])) return inWide([x, weight, bias], (x, w, b) => conv1d(x, w, b, options));
  needRank("conv1d", x, 3, "B,C,L");
  needRank("conv1d with weights", weight, 3, "O,C/groups,K");
  const { padding = 0 } = options;
  const wide: ConvOptions = {
    ...oneAxis(options),
    padding: typeof padding === "number" ? [0, padding] : padding,
  };
  using w = weight.unsqueeze(2);
  return overOneAxis(x, (x) => convolution("conv1d", x, w, bias, wide));
}

/** See {@linkcode Tensor.convTranspose2d}. */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvTransposeOptions,
): Tensor {
  if (someHalf([x, weight, bias])) {
    return inWide([x, weight, bias], (x, w, b) => convTranspose2d(x, w, b, options));
  }
  return transposed("convTranspose2d", x, weight, bias, options);
}

/** See {@linkcode Tensor.convTranspose1d}. */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvTransposeOptions<number>,
): Tensor {
  if (someHalf([x, weight, bias])) {
    return inWide([x, weight, bias], (x, w, b) => convTranspose1d(x, w, b, options));
  }
  needRank("convTranspose1d", x, 3, "B,C,L");
  needRank("convTranspose1d with weights", weight, 3, "C,O/groups,K");
  const { padding = 0, outputPadding = 0 } = options;
  const wide = { ...oneAxis(options), padding: [0, padding], outputPadding: [0, outputPadding] } as const;
  using w = weight.unsqueeze(2);
  return overOneAxis(x, (x) => transposed("convTranspose1d", x, w, bias, wide));
}

/** For the last of two axes. */
function oneAxis({ stride = 1, dilation = 1, groups }: Steps<number>) {
  return { stride: [1, stride], dilation: [1, dilation], groups } as const;
}

function convolution(
  op: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvOptions,
): Tensor {
  needRank(op, x, 4, "B,C,H,W");
  needRank(`${op} with weights`, weight, 4, "O,C/groups,kh,kw");
  const [O, , ...kernel] = weight.shape;
  const { stride, dilation, groups } = steps(op, options);
  const reach = kernel.map((k, i) => dilation[i] * (k - 1) + 1);
  const same = options.padding === "same";
  if (same && (stride[0] !== 1 || stride[1] !== 1)) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot ${op} with padding "same": stride must be 1, got ${stride}`,
    );
  }
  const padding = same ? reach.map((r) => r - 1 >> 1) : pair(op, "padding", pixels(options.padding), 0);
  const extents = x.shape.slice(2);
  const y = same ? extents : extents.map((n, i) => windows(op, x, n + 2 * padding[i], reach[i], stride[i]));
  const geometry = { C: x.shape[1], O, groups, x: extents, y, kernel, stride, padding, dilation };
  checkChannels(op, x, weight, bias, { wanted: weight.shape[1] * groups, divided: O, biases: O, groups });
  return forth(op, x, weight, bias, geometry);
}

function pixels(padding: ConvOptions["padding"]): Pair {
  return typeof padding === "string" ? 0 : padding ?? 0;
}

function transposed(
  op: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  options: ConvTransposeOptions,
): Tensor {
  needRank(op, x, 4, "B,C,H,W");
  needRank(`${op} with weights`, weight, 4, "C,O/groups,kh,kw");
  const [O, each, ...kernel] = weight.shape;
  const { stride, dilation, groups } = steps(op, options);
  const padding = pair(op, "padding", options.padding ?? 0, 0);
  const more = pair(op, "outputPadding", options.outputPadding ?? 0, 0);
  const extents = x.shape.slice(2);
  const y = extents.map((n, i) =>
    (n - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel[i] - 1) + 1 + more[i]
  );
  if (y.some((n) => n < 1) || more.some((n, i) => n > 0 && n >= Math.max(stride[i], dilation[i]))) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot ${op} ${show(x.shape)} to ${show(y)}: it must hold pixels, and outputPadding ${
        show(more)
      } be less ` +
        `than the stride ${show(stride)} or the dilation ${show(dilation)}`,
    );
  }
  const C = each * groups;
  const geometry = { C, O, groups, x: y, y: extents, kernel, stride, padding, dilation };
  checkChannels(op, x, weight, bias, { wanted: O, divided: O, biases: C, groups });
  return backInput(op, x, weight, bias, geometry);
}

function steps(op: string, { stride = 1, dilation = 1, groups = 1 }: Steps) {
  const [whole] = pair(op, "groups", groups, 1);
  return {
    stride: pair(op, "stride", stride, 1),
    dilation: pair(op, "dilation", dilation, 1),
    groups: whole,
  };
}

/** Throws where x has not the channels that the weight meets, groups do not divide them, or a bias does not fit. */
function checkChannels(
  op: string,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  { wanted, divided, biases, groups }: { wanted: number; divided: number; biases: number; groups: number },
): void {
  const what = `Cannot ${op} ${show(x.shape)} with weights ${show(weight.shape)} in ${groups} groups`;
  if (x.shape[1] !== wanted || divided % groups !== 0 || weight.shape.slice(2).includes(0)) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `${what}: they take ${wanted} channels, got ${x.shape[1]}; groups must divide ${divided}`,
    );
  }
  if (bias && (bias.dtype !== x.dtype || bias.rank !== 1 || bias.shape[0] !== biases)) {
    throw new WickError("SHAPE_MISMATCH", `${what} and bias ${bias}: the bias must be ${x.dtype}[${biases}]`);
  }
  if (weight.dtype !== x.dtype) {
    throw new WickError(
      "DTYPE_MISMATCH",
      `Cannot ${op} ${x} with weights ${weight}: both must have one dtype`,
    );
  }
}

function forth(op: string, x: Tensor, w: Tensor, bias: Tensor | null, g: Geometry): Tensor {
  if (x.dtype === "f64") return withBias(convolved(x, w, g), bias);
  const y = call(op, rows.conv2d_f32, [x, w, bias], [x.shape[0], g.O, ...g.y], g, x.rows);
  return track(op, y, bias ? [x, w, bias] : [x, w], [x, w], (dy, [x, w], needs) => [
    needs[0] ? backInput(op, dy, w, null, g) : undefined,
    needs[1] ? backWeight(op, x, dy, g) : undefined,
    needs[2] ? overChannels(dy) : undefined,
  ]);
}

/** The gradient by x, of y; as an op of its own the transposed convolution. */
function backInput(op: string, y: Tensor, w: Tensor, bias: Tensor | null, g: Geometry): Tensor {
  if (y.dtype === "f64") return withBias(convolvedBack(y, w, g), bias);
  const x = call(op, rows.conv2d_backward_input_f32, [y, w, bias], [y.shape[0], g.C, ...g.x], g, y.rows);
  return track(op, x, bias ? [y, w, bias] : [y, w], [y, w], (dx, [y, w], needs) => [
    needs[0] ? forth(op, dx, w, null, g) : undefined,
    needs[1] ? backWeight(op, dx, y, g) : undefined,
    needs[2] ? overChannels(dx) : undefined,
  ]);
}

function backWeight(op: string, x: Tensor, y: Tensor, g: Geometry): Tensor {
  const w = call(op, rows.conv2d_backward_weight_f32, [x, y], [g.O, g.C / g.groups, ...g.kernel], g);
  return track(op, w, [x, y], [x, y], (dw, [x, y], needs) => [
    needs[0] ? backInput(op, y, dw, null, g) : undefined,
    needs[1] ? forth(op, x, dw, null, g) : undefined,
  ]);
}

/** y [B, C, H, W] plus bias [C]; y goes. */
function withBias(y: Tensor, bias: Tensor | null): Tensor {
  if (!bias) return y;
  using plain = y;
  using wide = bias.reshape(bias.size, 1, 1);
  return plain.add(wide);
}

/** Runs a row on contiguous operands, the first of which has the batch. */
function call(
  op: string,
  row: Kernel,
  operands: readonly (Tensor | null)[],
  shape: readonly number[],
  g: Geometry,
  batchOf?: Cell,
): Tensor {
  return noGrad(() => {
    const dense = operands.map((t) => t && t.contiguous());
    const y = result(op, dense, "f32", shape, batchOf);
    const params = [
      g.C,
      ...g.x,
      g.O,
      ...g.y,
      ...g.kernel,
      g.groups,
      ...g.stride,
      ...g.padding,
      ...g.dilation,
    ];
    run(row, [...dense, y], params, [lead(dense[0]!)]);
    for (const t of dense) t?.dispose();
    return y;
  });
}

/** y [B, C, H, W] summed to [C]. */
function overChannels(y: Tensor): Tensor {
  return y.reshape(y.shape[0], y.shape[1], y.shape[2] * y.shape[3]).sum(-1).sum(0);
}
